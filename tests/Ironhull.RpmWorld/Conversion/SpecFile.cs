using System.Globalization;
using System.Text;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Scripts;
using Ironhull.Packages.Debian;

namespace Ironhull.RpmWorld.Conversion;

/// <summary>The spec file of one package: the source package as the main one, which has no files, and the package beside it.</summary>
internal static class SpecFile
{
    /// <summary>Writes it.</summary>
    /// <param name="locked">The package in the lock.</param>
    /// <param name="control">Its control fields.</param>
    /// <param name="deb">Its control members.</param>
    /// <param name="root">Its files.</param>
    /// <param name="sharedDirectories">Directories of the base package.</param>
    public static string Render(LockedPackage locked, IReadOnlyDictionary<string, string> control, DebFile deb, BuildRoot root, IReadOnlySet<string> sharedDirectories)
    {
        var text = new StringBuilder();
        var source = VersionMapping.Map(locked.SourceVersion);
        var evr = VersionMapping.Map(locked.Version);
        var summary = Escape(control["Description"].Split('\n')[0].Trim());
        var licence = Escape(Licence.Summarise(root.Text($"/usr/share/doc/{locked.Name}/copyright")));
        // rpmbuild knows one package of a name: one that is called like its source package is the main one, under its own version.
        var main = locked.Name == locked.Source ? evr : source;
        text.Append(CultureInfo.InvariantCulture, $"Name: {locked.Source}\nVersion: {main.Version}\nRelease: {main.Release}\nSummary: {summary}\nLicense: {licence}\nVendor: rpmworld\n");
        if (locked.Name != locked.Source)
        {
            text.Append("\n%description\nThe source package.\n\n");
            text.Append(CultureInfo.InvariantCulture, $"%package -n {locked.Name}\nSummary: {summary}\nVersion: {evr.Version}\nRelease: {evr.Release}\n");
        }

        text.Append(evr.Epoch == "0" ? "" : $"Epoch: {evr.Epoch}\n");
        text.Append(locked.Architecture == "all" ? "BuildArch: noarch\n" : "").Append("AutoReqProv: no\n");
        text.Append(control.TryGetValue("Homepage", out var url) ? $"URL: {Escape(url)}\n" : "");
        foreach (var line in DependencyMapping.Lines(control).Concat(ProgramProvides(locked.Name)).Distinct(StringComparer.Ordinal))
        {
            text.Append(Escape(line)).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"\n%description -n {locked.Name}\n{Description(control["Description"])}\n\n");
        foreach (var scriptlet in Scriptlets(locked, deb, root))
        {
            text.Append(scriptlet.Render(locked.Name));
        }

        text.Append(CultureInfo.InvariantCulture, $"%files -n {locked.Name}\n");
        foreach (var line in FileList.Lines(locked.Name, root.Entries, Conffiles(deb), sharedDirectories))
        {
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    // A package that has scriptlets needs their interpreter by its old name, which another package's link makes.
    private static string[] ProgramProvides(string package) => package switch
    {
        "bash" => ["Provides: /bin/sh", "Provides: /bin/bash"],
        "libc-bin" => ["Provides: /sbin/ldconfig"],
        _ => [],
    };

    // Boiler-plate and what is written by hand may meet in one section; there the hand comes last.
    private static IEnumerable<Scriptlet> Scriptlets(LockedPackage locked, DebFile deb, BuildRoot root)
    {
        var scripts = MaintainerScriptClassifier.Classify(locked.Name, locked.Version, deb.ControlMembers.Select(m => KeyValuePair.Create(m.Key, (ReadOnlyMemory<byte>)m.Value)));
        var byHand = HandWritten.Of(locked.Name);
        foreach (var scriptlet in Boilerplate.Of(locked.Name, root, scripts))
        {
            var more = byHand.FirstOrDefault(h => h.Section == scriptlet.Section && h.Paths.Count == 0);
            yield return more is null ? scriptlet : new(scriptlet.Section, (scriptlet.Interpreter.Length > 0 ? scriptlet.Interpreter : scriptlet.Body.TrimEnd('\n')) + "\n" + more.Body);
            byHand = [.. byHand.Where(h => h != more)];
        }

        foreach (var scriptlet in byHand)
        {
            yield return scriptlet;
        }
    }

    private static HashSet<string> Conffiles(DebFile deb) => deb.ControlMembers.TryGetValue("conffiles", out var bytes)
        ? [.. Encoding.UTF8.GetString(bytes).Split('\n').Select(l => l.Trim()).Where(l => l.StartsWith('/'))]
        : [];

    private static string Description(string field) => Escape(string.Join('\n', field.Split('\n').Skip(1).Select(l => l == "." ? "" : l.TrimStart('%')).DefaultIfEmpty(field)));

    private static string Escape(string text) => text.Replace("%", "%%", StringComparison.Ordinal);
}
