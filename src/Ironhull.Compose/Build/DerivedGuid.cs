using System.Text;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Build;

/// <summary>Identifiers that depend on nothing but what they name (RFC 9562, version 8).</summary>
public static class DerivedGuid
{
    /// <summary>A GUID from a purpose and a text.</summary>
    public static Guid Of(string purpose, string text)
    {
        var bytes = Sha256Digest.Of(Encoding.UTF8.GetBytes($"{purpose}\n{text}")).ToArray().AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }
}
