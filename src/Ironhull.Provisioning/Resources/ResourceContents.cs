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
            using var gzip = new GZipStream(new MemoryStream(fetched), CompressionMode.Decompress);
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

            // Nothing at all is what the framework makes of an empty stream; gzip always has a header.
            return fetched.Length >= 18 ? contents.ToArray() : throw new InvalidDataException("it is truncated");
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
