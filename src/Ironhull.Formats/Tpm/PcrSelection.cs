using Ironhull.Diagnostics;

namespace Ironhull.Formats.Tpm;

/// <summary>Registers of one bank (TPM 2.0 part 2, TPMS_PCR_SELECTION).</summary>
/// <param name="Bank">The bank's hash algorithm.</param>
/// <param name="Registers">The registers in ascending order.</param>
public sealed record PcrSelection(TpmAlgorithm Bank, IReadOnlyList<int> Registers)
{
    // A TPM has at most one bank for each hash algorithm; PC clients have 24 registers.
    private const int MostBanks = 16;
    private const int BitmapSize = PcrBank.Count / 8;
    private const int LargestBitmap = 32;

    /// <summary>A list of one selection, as commands and policies hold it (TPML_PCR_SELECTION).</summary>
    public byte[] ToList()
    {
        Span<byte> bitmap = stackalloc byte[BitmapSize];
        foreach (var register in Registers)
        {
            bitmap[register / 8] |= (byte)(1 << (register % 8));
        }

        return new TpmWriter().UInt32(1).Algorithm(Bank).Byte(BitmapSize).Bytes(bitmap).ToArray();
    }

    /// <summary>Reads a TPML_PCR_SELECTION.</summary>
    /// <exception cref="HullException">HULL1001, HULL1003.</exception>
    internal static IReadOnlyList<PcrSelection> ReadList(ref TpmReader reader)
    {
        var count = reader.UInt32();
        if (count > MostBanks)
        {
            throw FormatErrors.LimitExceeded.Error($"{count} banks are selected; a TPM has at most {MostBanks}.");
        }

        var selections = new List<PcrSelection>();
        for (var i = 0; i < count; i++)
        {
            var bank = reader.Algorithm();
            var length = reader.Byte();
            if (length > LargestBitmap)
            {
                throw FormatErrors.LimitExceeded.Error($"A selection of registers has {length} bytes.");
            }

            var bitmap = reader.Bytes(length);
            var registers = new List<int>();
            for (var register = 0; register < 8 * length; register++)
            {
                if ((bitmap[register / 8] >> (register % 8) & 1) != 0)
                {
                    registers.Add(register);
                }
            }

            selections.Add(new(bank, registers));
        }

        return selections;
    }
}
