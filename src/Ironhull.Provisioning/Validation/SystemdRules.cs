using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Validation;

/// <summary>Rules of units and drop-ins.</summary>
internal sealed class SystemdRules(SpecVersion version, FindingList findings)
{
    private const string Folder = "/etc/systemd/system/";

    public void Check(IgnitionConfig config)
    {
        var units = config.Systemd.Units;
        for (var i = 0; i < units.Count; i++)
        {
            Check(units[i], $"$.systemd.units.{i}");
        }

        if (version.Minor >= 4)
        {
            CheckPaths(config);
        }
    }

    private void Check(SystemdUnit unit, string path)
    {
        if (Extension(unit.Name) is not (".service" or ".socket" or ".device" or ".mount" or ".automount" or ".swap" or ".target" or ".path" or ".timer" or ".snapshot" or ".slice" or ".scope"))
        {
            findings.Error(ProvisioningErrors.BadUnit, "invalid systemd unit extension", path, unit.Node, "name");
        }

        if (unit.Contents is { } contents)
        {
            var text = UnitText.Read(contents);
            if (text.Fault is { } fault)
            {
                findings.Error(ProvisioningErrors.BadUnit, $"invalid unit content: {fault}", path, unit.Node, "contents");
            }
            else if (unit.Enabled == true && contents.Length > 0 && text.Options.All(o => o.Section != "Install"))
            {
                findings.Warn(
                    ProvisioningErrors.BadUnit, $"unit \"{unit.Name}\" is enabled, but has no install section so enable does nothing", path, unit.Node, "contents");
            }
        }

        for (var i = 0; i < unit.Dropins.Count; i++)
        {
            Check(unit.Dropins[i], $"{path}.dropins.{i}");
        }
    }

    private void Check(Dropin dropin, string path)
    {
        if (dropin.Contents is { } contents && UnitText.Read(contents).Fault is { } fault)
        {
            findings.Error(ProvisioningErrors.BadUnit, $"invalid unit content: {fault}", path, dropin.Node, "contents");
        }

        if (Extension(dropin.Name) != ".conf")
        {
            findings.Error(ProvisioningErrors.BadUnit, "invalid systemd drop-in extension", path, dropin.Node, "name");
        }
    }

    private void CheckPaths(IgnitionConfig config)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var unit in config.Systemd.Units)
        {
            if (!string.IsNullOrEmpty(unit.Contents))
            {
                paths.Add(Folder + unit.Name);
            }

            paths.UnionWith(unit.Dropins.Where(d => !string.IsNullOrEmpty(d.Contents)).Select(d => $"{Folder}{unit.Name}.d/{d.Name}"));
        }

        Walk(config.Storage.Files, "files");
        Walk(config.Storage.Directories, "directories");
        Walk(config.Storage.Links, "links");

        void Walk(IReadOnlyList<NodeEntry> nodes, string key)
        {
            for (var i = 0; i < nodes.Count; i++)
            {
                if (paths.Contains(nodes[i].Path))
                {
                    findings.Error(ProvisioningErrors.NodeConflict, "path conflicts with systemd unit or dropin", $"$.storage.{key}.{i}", nodes[i].Node, "path");
                }
            }
        }
    }

    private static string Extension(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot < name.LastIndexOf('/') || dot < 0 ? "" : name[dot..];
    }
}
