using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Fetching;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Merging;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Stages;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Applied;

/// <summary>
/// Applies a config to a root that runs: files, folders, links, units and accounts, which may be applied any number of times. Disks and whatever
/// would empty a folder are refused before anything is written.
/// </summary>
/// <param name="root">The root.</param>
/// <param name="fetcher">Gives contents.</param>
/// <param name="ownership">Sets owners.</param>
/// <param name="paths">Where the running system keeps what it knows.</param>
public sealed class Reapplication(RootFolder root, ResourceFetcher fetcher, IOwnership ownership, NodePaths paths)
{
    /// <summary>Applies a config. What an earlier config made and nobody has changed since gives way to it.</summary>
    /// <param name="file">The config's path.</param>
    /// <returns>What has come of it; nothing was started, stopped or reloaded.</returns>
    /// <exception cref="HullException">HULL8009: there is no such file; the config is refused; HULL8089: a part of it is for first boots only; what the stages refuse.</exception>
    public ReappliedConfig Apply(string file)
    {
        var text = StageFile.Read(file) ?? throw ProvisioningErrors.FileNotFound.Error($"There is no {file}.", new Location(file));
        var (config, _) = new ConfigAssembler(fetcher.FetchConfig, fetcher.Use).Assemble(text, file);
        fetcher.Use(config);
        Refuse(config);
        KernelArgumentsStage.Apply(config.KernelArguments, KernelCommandLine.Read(paths));
        var ours = (AppliedManifest.Read(root)?.Nodes ?? []).Where(n => n.Kind is "file" or "link" && n.Differences(AppliedNode.Read(root, n.Path)).Count == 0).Select(n => n.Path).ToHashSet(StringComparer.Ordinal);
        var before = ChangedUnit.Look(root, config.Systemd.Units);
        var links = ChangedUnit.Links(root);
        var stage = new FilesStage(root, ownership, fetcher.Fetch) { MayReplace = ours.Contains };
        stage.Apply(config);
        AppliedManifest.Record(root, stage.Made, config, ownership);
        root.Flush();
        var changed = ChangedUnit.Links(root).ToHashSet(StringComparer.Ordinal);
        changed.SymmetricExceptWith(links);
        return new(stage.Made.Count, ChangedUnit.Since(root, before, u => changed.Any(l => l.EndsWith("/" + u.Name, StringComparison.Ordinal))));
    }

    private void Refuse(IgnitionConfig config)
    {
        var findings = new FindingList();
        var storage = config.Storage;
        foreach (var key in (string[])["disks", "raid", "luks", "filesystems"])
        {
            if (storage.Node[key] is ConfigList { Items.Count: > 0 })
            {
                findings.Error(ProvisioningErrors.FirstBootOnly, $"{key} are made on first boot only", "$.storage", storage.Node, key);
            }
        }

        Refuse(findings, "directories", storage.Directories);
        Refuse(findings, "files", storage.Files);
        Refuse(findings, "links", storage.Links);
        findings.ThrowIfErrors();
    }

    private void Refuse(FindingList findings, string list, IReadOnlyList<NodeEntry> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Overwrite == true && AppliedNode.Read(root, entries[i].Path)?.Kind == "directory")
            {
                findings.Error(ProvisioningErrors.FirstBootOnly, $"{entries[i].Path} is a folder, and would be emptied", $"$.storage.{list}.{i}", entries[i].Node, "overwrite");
            }
        }
    }
}
