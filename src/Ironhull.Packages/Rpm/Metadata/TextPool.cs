using System.Buffers.Binary;
using System.Text;

namespace Ironhull.Packages.Rpm.Metadata;

/// <summary>Makes strings of UTF-8, and the same string of the same bytes as long as that is cheap.</summary>
internal sealed class TextPool
{
    private const int InitialSlots = 1 << 10;
    // What does not find its place soon is not shared: many texts of one hash cost memory, not time.
    private const int Probes = 12;
    private string?[] _texts = new string?[InitialSlots];
    private uint[] _hashes = new uint[InitialSlots];
    private int _count;

    /// <summary>The string of UTF-8 bytes that were checked.</summary>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return "";
        }

        var hash = (uint)Hash(utf8);
        var mask = (uint)_texts.Length - 1;
        for (uint i = 0; i < Probes; i++)
        {
            var slot = (hash + i) & mask;
            if (_texts[slot] is not { } text)
            {
                text = Encoding.UTF8.GetString(utf8);
                _texts[slot] = text;
                _hashes[slot] = hash;
                if (++_count > _texts.Length / 2)
                {
                    Grow();
                }

                return text;
            }

            if (_hashes[slot] == hash && Equal(text, utf8))
            {
                return text;
            }
        }

        return Encoding.UTF8.GetString(utf8);
    }

    /// <summary>64 bits of bytes: multiply and fold, eight bytes at a time.</summary>
    public static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        const ulong A = 0x9E3779B97F4A7C15, B = 0xD6E8FEB86659FD93;
        var hash = Fold(A ^ (ulong)bytes.Length, B);
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), B);
        }

        var last = 0UL;
        for (var i = 0; i < bytes.Length; i++)
        {
            last |= (ulong)bytes[i] << (8 * i);
        }

        return Fold(Fold(hash ^ last, B) ^ A, B);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    private static bool Equal(string text, ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8))
        {
            return Ascii.Equals(utf8, text);
        }

        Span<char> buffer = stackalloc char[256];
        return utf8.Length <= buffer.Length && text.AsSpan().SequenceEqual(buffer[..Encoding.UTF8.GetChars(utf8, buffer)]);
    }

    private void Grow()
    {
        var (texts, hashes) = (_texts, _hashes);
        _texts = new string?[texts.Length * 2];
        _hashes = new uint[texts.Length * 2];
        _count = 0;
        var mask = (uint)_texts.Length - 1;
        for (var i = 0; i < texts.Length; i++)
        {
            for (uint probe = 0; probe < Probes && texts[i] is not null; probe++)
            {
                var slot = (hashes[i] + probe) & mask;
                if (_texts[slot] is null)
                {
                    (_texts[slot], _hashes[slot]) = (texts[i], hashes[i]);
                    _count++;
                    break;
                }
            }
        }
    }
}
