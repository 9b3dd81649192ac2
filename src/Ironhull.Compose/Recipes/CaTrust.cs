using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// Makes the bundle of certificates trusted for TLS servers that <c>update-ca-trust</c> extracts, from the bundles in p11-kit's format that
/// Red Hat's ca-certificates and its descendants ship.
/// </summary>
public static class CaTrust
{
    /// <summary>Where the packages' bundles are.</summary>
    public const string Source = "/usr/share/pki/ca-trust-source";

    /// <summary>The bundle that is made; other paths of the package link to it.</summary>
    public const string TlsBundle = "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem";

    private const string ObjectStart = "[p11-kit-object-v1]";
    private const string ExtendedKeyUsage = "2.5.29.37";
    private const string Origin = "image";
    private const int BundleMode = 0x124; // 0444

    // DER of the purpose 1.3.6.1.5.5.7.3.1 (RFC 5280, 4.2.1.12).
    private static ReadOnlySpan<byte> ServerAuthentication => [0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];

    /// <summary>Makes the bundle; a tree without such files stays as it is.</summary>
    /// <param name="tree">Not changed.</param>
    /// <exception cref="HullException">HULL5210: a bundle cannot be read.</exception>
    public static FileTree Apply(FileTree tree)
    {
        var bundles = tree.Children(Source).Where(e => e.Value.Type == InodeType.File && e.Key.EndsWith(".p11-kit", StringComparison.Ordinal)).ToList();
        if (bundles.Count == 0)
        {
            return tree;
        }

        var objects = bundles.SelectMany(b => Parse(b.Value.Content!.ToText(), b.Key)).ToList();
        var restricted = objects.Where(o => o.Is("object-id", ExtendedKeyUsage) && o.Label == "PUBLIC KEY").GroupBy(o => o.Der, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Any(o => Decode(o.Value("value")).AsSpan().IndexOf(ServerAuthentication) >= 0), StringComparer.Ordinal);
        var distrusted = objects.Where(o => o.Is("x-distrusted", "true")).Select(o => o.Der).ToHashSet(StringComparer.Ordinal);
        var pem = new StringBuilder();
        foreach (var item in objects.Where(o => o.Label == "CERTIFICATE" && o.Is("trusted", "true") && !distrusted.Contains(o.Der)).DistinctBy(o => o.Der))
        {
            if (restricted.GetValueOrDefault(PublicKey(item), true))
            {
                pem.Append("# ").Append(item.Value("label").Trim('"')).Append('\n').Append(PemEncoding.WriteString("CERTIFICATE", Convert.FromBase64String(item.Der))).Append('\n');
            }
        }

        var result = tree.Clone();
        result.EnsureDirectory(FileTree.Parent(TlsBundle), Origin);
        result.Set(TlsBundle, Inode.File(Content.FromText(pem.ToString()), BundleMode, Origin));
        return result;
    }

    private static List<TrustObject> Parse(string text, string path)
    {
        var objects = new List<TrustObject>();
        foreach (var part in text.Split(ObjectStart).Skip(1))
        {
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var line in part.Split('\n').TakeWhile(l => !l.StartsWith("-----BEGIN", StringComparison.Ordinal)))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0)
                {
                    fields[line[..colon].Trim()] = line[(colon + 1)..].Trim();
                }
            }

            if (PemEncoding.TryFind(part, out var found))
            {
                objects.Add(new(fields, part[found.Label], Convert.ToBase64String(Convert.FromBase64String(part[found.Base64Data])), path));
            }
        }

        return objects;
    }

    private static string PublicKey(TrustObject item)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(item.Der));
            return Convert.ToBase64String(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (CryptographicException e)
        {
            throw RecipeErrors.Certificate.Error($"The certificate {item.Value("label")} cannot be read: {e.Message}", new Location(item.Path), cause: e);
        }
    }

    // A quoted value in which "%" and two hexadecimal digits stand for a byte.
    private static byte[] Decode(string value)
    {
        var bytes = new List<byte>(value.Length);
        var text = value.Trim('"');
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture, out var b))
            {
                bytes.Add(b);
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return [.. bytes];
    }

    /// <summary>An object of a bundle: its attributes, and the PEM block behind them.</summary>
    private sealed record TrustObject(Dictionary<string, string> Fields, string Label, string Der, string Path)
    {
        public string Value(string name) => Fields.GetValueOrDefault(name, "");

        public bool Is(string name, string value) => Value(name).Trim('"') == value;
    }
}
