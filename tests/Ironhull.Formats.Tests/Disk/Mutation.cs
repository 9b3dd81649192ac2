using CsCheck;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Tests.Disk;

/// <summary>Feeds changed and cut copies of a valid input to a reader: only coded errors may come out.</summary>
internal static class Mutation
{
    public static void NeverThrowsAnythingButHullException(byte[] valid, Action<byte[]> read, int iterations = 500, int focus = int.MaxValue)
    {
        var position = Gen.Int[0, Math.Min(valid.Length, focus) - 1];
        var edits = Gen.Select(position, Gen.OneOf(Gen.Byte, Gen.Int[0, 4].Select(i => (byte)(i switch { 0 => 0, 1 => 1, 2 => 0x7F, 3 => 0x80, _ => 0xFF })))).List[1, 6];
        Gen.Select(edits, Gen.Int[0, 9], Gen.Int[0, valid.Length]).Sample(
            (changes, cut, length) =>
            {
                var bytes = valid.ToArray();
                foreach (var (at, value) in changes)
                {
                    bytes[at] = value;
                }

                if (cut == 0)
                {
                    bytes = bytes[..length];
                }

                try
                {
                    read(bytes);
                }
                catch (HullException)
                {
                }
            },
            iter: iterations,
            threads: 1);
    }
}
