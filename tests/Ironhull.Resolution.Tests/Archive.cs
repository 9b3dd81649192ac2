using System.Text;
using Ironhull.Formats.Io;
using Ironhull.Packages.Debian;
using Ironhull.Resolution.Debian;

namespace Ironhull.Resolution.Tests;

/// <summary>The real trixie archive, loaded once per test run.</summary>
public sealed class Archive
{
    public Archive()
    {
        Apt = AptRoot.Open();
        Packages = [.. AptRoot.Suites.SelectMany(s => Read(Apt.IndexFile(s), s))];
        Universe = new DebianUniverse(Packages, "amd64", TestVersions.Compare);
    }

    internal AptRoot Apt { get; }

    public IReadOnlyList<DebianPackage> Packages { get; }

    public DebianUniverse Universe { get; }

    private static IEnumerable<DebianPackage> Read(string path, string repository)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path, Encoding.UTF8).Append(""))
        {
            if (line.Length == 0)
            {
                if (fields.Count > 0)
                {
                    yield return Make(fields, repository);
                    fields.Clear();
                }
            }
            else if (line[0] is not (' ' or '\t'))
            {
                var colon = line.IndexOf(':');
                fields[line[..colon]] = line[(colon + 1)..].Trim();
            }
        }
    }

    private static DebianPackage Make(Dictionary<string, string> fields, string repository)
    {
        string Get(string name) => fields.GetValueOrDefault(name, "");
        return new DebianPackage
        {
            Name = Get("Package"),
            Version = Get("Version"),
            Architecture = Get("Architecture"),
            MultiArch = Get("Multi-Arch") is "no" ? "" : Get("Multi-Arch"),
            Essential = Get("Essential") == "yes",
            Protected = Get("Protected") == "yes" || Get("Important") == "yes",
            PreDepends = Get("Pre-Depends"),
            Depends = Get("Depends"),
            Recommends = Get("Recommends"),
            Conflicts = Get("Conflicts"),
            Breaks = Get("Breaks"),
            Provides = Get("Provides"),
            ArchivePriority = Get("Priority"),
            Source = Get("Package"),
            SourceVersion = Get("Version"),
            FileName = Get("Filename"),
            Size = long.Parse(Get("Size")),
            Sha256 = Sha256Digest.Parse(Get("SHA256")),
            RepositoryId = repository,
        };
    }
}
