using System.Text;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Engine;

/// <summary>
/// Writes units, drop-ins and masks, one preset file, and the links that <c>systemctl enable</c> would make: presets alone work only where
/// the machine-id is not set yet.
/// </summary>
internal sealed class UnitStage(FilesStage stage, RootFolder root)
{
    private const string Own = "/etc/systemd/system";
    private const string PresetPath = "/etc/systemd/system-preset/20-ignition.preset";
    private static readonly string[] Folders = [Own, "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"];

    public void Apply(IReadOnlyList<SystemdUnit> units)
    {
        foreach (var unit in units)
        {
            stage.Try(unit.Node, () => Write(unit));
        }

        stage.Publish();
        foreach (var unit in units.Where(u => u.Enabled is not null && u.Mask != true))
        {
            stage.Try(unit.Node, () => Enable(unit.Name, unit.Enabled == true, []));
        }

        if (Presets(units) is { Length: > 0 } presets)
        {
            stage.Write(PresetPath, Encoding.UTF8.GetBytes(presets), 0x1A4);
        }
    }

    private void Write(SystemdUnit unit)
    {
        var path = $"{Own}/{unit.Name}";
        if (unit.Contents is { Length: > 0 } contents)
        {
            stage.Write(path, Encoding.UTF8.GetBytes(contents), 0x1A4);
        }

        foreach (var dropin in unit.Dropins.Where(d => d.Contents is { Length: > 0 }))
        {
            stage.Write($"{path}.d/{dropin.Name}", Encoding.UTF8.GetBytes(dropin.Contents!), 0x1A4);
        }

        if (unit.Mask == true)
        {
            stage.WriteLink(path, "/dev/null");
        }
        else if (unit.Mask == false)
        {
            stage.RemoveLink(path, target => target == "/dev/null");
        }
    }

    // Instances of one template share a line.
    private static string Presets(IReadOnlyList<SystemdUnit> units)
    {
        var text = new StringBuilder();
        var templates = new List<(string Line, List<string> Instances)>();
        foreach (var unit in units.Where(u => u.Enabled is not null))
        {
            var word = unit.Enabled == true ? "enable" : "disable";
            var (template, instance) = Split(unit.Name);
            if (instance.Length == 0)
            {
                text.Append(word).Append(' ').Append(unit.Name).Append('\n');
                continue;
            }

            var line = $"{word} {template}";
            if (templates.Find(t => t.Line == line) is not { Line: not null } known)
            {
                known = (line, []);
                templates.Add(known);
            }

            known.Instances.Add(instance);
        }

        foreach (var (line, instances) in templates)
        {
            text.Append(line).Append(' ').AppendJoin(' ', instances).Append('\n');
        }

        return text.ToString();
    }

    private void Enable(string name, bool enable, HashSet<string> seen)
    {
        var (template, instance) = Split(name);
        if (!seen.Add(name) || Find(name, template) is not { } found || UnitText.Read(found.Text) is not { Fault: null } text)
        {
            return;
        }

        var install = text.Options.Where(o => o.Section == "Install").ToList();
        if (instance.Length == 0 && template != name && Words("DefaultInstance").FirstOrDefault() is { } standard)
        {
            (name, instance) = (name.Replace("@.", $"@{standard}.", StringComparison.Ordinal), standard);
        }
        else if (name.Contains("@.", StringComparison.Ordinal))
        {
            return;
        }

        foreach (var (key, suffix) in (ReadOnlySpan<(string, string)>)[("WantedBy", "wants"), ("RequiredBy", "requires"), ("UpheldBy", "upholds")])
        {
            foreach (var other in Words(key))
            {
                Set($"{Own}/{other}.{suffix}/{name}", found.Path, enable);
            }
        }

        foreach (var alias in Words("Alias"))
        {
            Set($"{Own}/{alias}", found.Path, enable);
        }

        foreach (var also in Words("Also"))
        {
            Enable(also, enable, seen);
        }

        IEnumerable<string> Words(string key) => install.Where(o => o.Name == key).SelectMany(o => o.Value.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries))
            .Select(w => w.Replace("%i", instance, StringComparison.Ordinal).Replace("%p", template.Split('@')[0].Split('.')[0], StringComparison.Ordinal).Replace("%n", name, StringComparison.Ordinal))
            .Where(w => w is not ("." or "..") && !w.Contains('/', StringComparison.Ordinal) && !w.Contains('%', StringComparison.Ordinal));
    }

    private void Set(string link, string target, bool enable)
    {
        if (enable)
        {
            stage.WriteLink(link, target);
        }
        else
        {
            stage.RemoveLink(link, leadsTo => leadsTo.EndsWith(target[(target.LastIndexOf('/') + 1)..], StringComparison.Ordinal));
        }
    }

    private (string Path, string Text)? Find(string name, string template)
    {
        foreach (var file in (string[])[name, template])
        {
            foreach (var folder in Folders)
            {
                if (root.Read($"{folder}/{file}") is { Length: > 0 } text)
                {
                    return ($"{folder}/{file}", Encoding.UTF8.GetString(text));
                }
            }
        }

        return null;
    }

    /// <summary><c>a@b.service</c> is the instance b of <c>a@.service</c>; other names are their own template.</summary>
    private static (string Template, string Instance) Split(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var dot = name.LastIndexOf('.');
        return at < 0 || dot <= at + 1 ? (name, "") : (name[..(at + 1)] + name[dot..], name[(at + 1)..dot]);
    }
}
