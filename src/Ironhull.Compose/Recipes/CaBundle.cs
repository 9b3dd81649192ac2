using System.Security.Cryptography;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// Makes /etc/ssl/certs as update-ca-certificates does: the bundle, a link for every certificate and OpenSSL's links by
/// subject hash.
/// </summary>
public static class CaBundle
{
    private const string Source = "/usr/share/ca-certificates";
    private const string Target = "/etc/ssl/certs";
    private const string Origin = "image";

    /// <summary>Trusts every <c>*.crt</c> below /usr/share/ca-certificates; a tree without that folder stays as it is.</summary>
    /// <param name="tree">Not changed.</param>
    /// <exception cref="HullException">HULL5210, collected: a certificate cannot be read.</exception>
    public static FileTree Apply(FileTree tree)
    {
        var result = tree.Clone();
        var bundle = new MemoryStream();
        var links = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<Diagnostic>();
        foreach (var (path, inode) in tree.Subtree(Source))
        {
            if (inode.Type != InodeType.File || !path.EndsWith(".crt", StringComparison.Ordinal))
            {
                continue;
            }

            var name = path[(path.LastIndexOf('/') + 1)..^4].Replace(' ', '_').Replace('(', '=').Replace(')', '=').Replace(',', '_') + ".pem";
            links[name] = path;
            result.Set($"{Target}/{name}", Inode.SymbolicLink(path, Origin));
            var bytes = inode.Content!.ToArray();
            bundle.Write(bytes);
            if (bytes.Length > 0 && bytes[^1] != (byte)'\n')
            {
                bundle.WriteByte((byte)'\n');
            }
        }

        if (links.Count == 0)
        {
            return tree;
        }

        // openssl rehash: files in the order of their names; the number counts different certificates of one hash.
        var seen = new Dictionary<string, List<Sha256Digest>>(StringComparer.Ordinal);
        foreach (var (name, path) in links)
        {
            try
            {
                var certificate = Der(tree[path].Content!.ToText(), path);
                var hash = SubjectHash.Compute(certificate, new Location(path));
                var digest = Sha256Digest.Of(certificate);
                if (!seen.TryGetValue(hash, out var same))
                {
                    seen[hash] = same = [];
                }

                if (!same.Contains(digest))
                {
                    result.Set($"{Target}/{hash}.{same.Count}", Inode.SymbolicLink(name, Origin));
                    same.Add(digest);
                }
            }
            catch (HullException error)
            {
                problems.AddRange(error.Diagnostics);
            }
        }

        result.Set($"{Target}/ca-certificates.crt", Inode.File(Content.FromBytes(bundle.ToArray()), origin: Origin));
        return problems.Count == 0 ? result : throw new HullException(problems);
    }

    private static byte[] Der(string text, string path)
    {
        foreach (var label in (string[])["CERTIFICATE", "TRUSTED CERTIFICATE"])
        {
            if (PemEncoding.TryFind(text, out var fields) && text.AsSpan()[fields.Label].SequenceEqual(label))
            {
                return Convert.FromBase64String(text[fields.Base64Data]);
            }
        }

        throw RecipeErrors.Certificate.Error("The file holds no PEM certificate.", new Location(path));
    }
}
