using System.IO.Compression;
using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Resources;

/// <summary>Turns what was fetched into contents: decompressed, and with the hash that the config wants.</summary>
public static class ResourceContents
{
    /// <summary>Largest contents that are held in memory, in bytes.</summary>
    public const int MaximumBytes = 256 << 20;

    // RFC 1952, 2.2: members follow one another, and what they hold is one. This one is read only when all before it was whole.
    private static ReadOnlySpan<byte> End => [0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2B, 0xC9, 0x48, 0x55, 0x48, 0xCD, 0x4B, 0x51, 0xC8, 0x4F, 0x53, 0x48, 0xAF, 0xCA, 0x2C, 0x00, 0x00, 0x64, 0x5F, 0xF1, 0x80, 0x0F, 0x00, 0x00, 0x00];

    private static ReadOnlySpan<byte> EndContents => "the end of gzip"u8;

    /// <summary>The contents of a resource whose URL holds them; empty for an empty URL.</summary>
    /// <exception cref="HullException">HULL8030 to HULL8033.</exception>
    public static byte[] FromUrl(Resource resource)
    {
        var source = resource.Source ?? "";
        if (source.Length > 0 && !DataUrl.Is(source))
        {
            throw ProvisioningErrors.NotFetched.Error($"The contents of {source.Split('?')[0]} are not in the config.", resource.Node.WhereIs("source").ToLocation());
        }

        return Decode(resource, source.Length > 0 ? DataUrl.Decode(source) : []);
    }

    /// <summary>Decompresses and verifies what was fetched.</summary>
    /// <param name="resource">Says how.</param>
    /// <param name="fetched">The bytes as they came.</param>
    /// <exception cref="HullException">HULL8030: not gzip; HULL8031: another hash; HULL8032: too large.</exception>
    public static byte[] Decode(Resource resource, byte[] fetched)
    {
        var contents = resource.Compression == "gzip" && resource.Source is { Length: > 0 } ? Decompress(resource, fetched) : fetched;
        Verify(resource, contents);
        return contents;
    }

    private static byte[] Decompress(Resource resource, byte[] fetched)
    {
        var where = resource.Node.WhereIs("source").ToLocation();
        try
        {
            using var gzip = new GZipStream(new MemoryStream([.. fetched, .. End]), CompressionMode.Decompress);
            using var contents = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (var count = gzip.Read(buffer); count > 0; count = gzip.Read(buffer))
            {
                if (contents.Length + count > MaximumBytes)
                {
                    throw ProvisioningErrors.ContentsTooLarge.Error($"The contents have more than {MaximumBytes} bytes when decompressed.", where);
                }

                contents.Write(buffer, 0, count);
            }

            // The framework takes a stream that is cut off, or followed by something else, for one that ends there.
            var whole = contents.GetBuffer().AsSpan(0, (int)contents.Length);
            return fetched.Length > 0 && whole.EndsWith(EndContents) ? whole[..^EndContents.Length].ToArray() : throw new InvalidDataException("it is cut off, or goes on with something else");
        }
        catch (InvalidDataException e)
        {
            throw ProvisioningErrors.BadCompression.Error($"The contents are not gzip: {e.Message}", where, cause: e);
        }
    }

    private static void Verify(Resource resource, byte[] contents)
    {
        if (resource.Hash is not { } hash)
        {
            return;
        }

        var digest = hash.StartsWith("sha512-", StringComparison.Ordinal) ? SHA512.HashData(contents) : SHA256.HashData(contents);
        var actual = Convert.ToHexStringLower(digest);
        if (!string.Equals(hash[7..], actual, StringComparison.OrdinalIgnoreCase))
        {
            throw ProvisioningErrors.HashMismatch.Error($"The contents have the hash {hash[..7]}{actual}, not {hash}.", resource.VerificationNode.WhereIs("hash").ToLocation());
        }
    }
}
