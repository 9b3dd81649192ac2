using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Applied;

/// <summary>A unit whose file, drop-ins or links a config has changed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Wanted">Whether the config wants it to run: false when it disables or masks it; null when it does not say.</param>
public sealed record ChangedUnit(string Name, bool? Wanted)
{
    private const string Folder = "/etc/systemd/system";

    /// <summary>What runs of it: a template's instances, or itself.</summary>
    public string Pattern => Name.Replace("@.", "@*.", StringComparison.Ordinal);

    /// <summary>The units of a config as they are now, to be compared with what they become.</summary>
    internal static IReadOnlyList<(SystemdUnit Unit, IReadOnlyList<AppliedNode?> Nodes)> Look(RootFolder root, IReadOnlyList<SystemdUnit> units) =>
        [.. units.Select(u => (u, (IReadOnlyList<AppliedNode?>)[.. Paths(u).Select(p => AppliedNode.Read(root, p))]))];

    /// <summary>Those that have changed since.</summary>
    /// <param name="root">The root.</param>
    /// <param name="before">What <see cref="Look"/> saw.</param>
    /// <param name="linked">Links that were made or taken away.</param>
    internal static IReadOnlyList<ChangedUnit> Since(RootFolder root, IReadOnlyList<(SystemdUnit Unit, IReadOnlyList<AppliedNode?> Nodes)> before, Func<SystemdUnit, bool> linked) =>
        [.. before.Where(b => linked(b.Unit) || !b.Nodes.SequenceEqual(Paths(b.Unit).Select(p => AppliedNode.Read(root, p)))).Select(b => new ChangedUnit(b.Unit.Name, b.Unit.Mask == true ? false : b.Unit.Enabled))];

    /// <summary>The links that enable or disable units: those of the folders <c>*.wants</c> and <c>*.requires</c>, by their targets' names.</summary>
    internal static HashSet<string> Links(RootFolder root)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        using var folder = root.Find(Folder);
        foreach (var name in folder?.Names() ?? [])
        {
            if (folder!.KindOf(name) == NodeKind.Directory && (name.EndsWith(".wants", StringComparison.Ordinal) || name.EndsWith(".requires", StringComparison.Ordinal)))
            {
                using var wants = folder.Enter(name);
                found.UnionWith(wants.Names().Select(unit => $"{name}/{unit}"));
            }
        }

        return found;
    }

    private static IEnumerable<string> Paths(SystemdUnit unit) => unit.Dropins.Select(d => $"{Folder}/{unit.Name}.d/{d.Name}").Prepend($"{Folder}/{unit.Name}");
}

/// <summary>What a config that was applied again has come to.</summary>
/// <param name="Paths">How many paths are as the config wants them.</param>
/// <param name="Units">The units that have changed, in the config's order.</param>
public sealed record ReappliedConfig(int Paths, IReadOnlyList<ChangedUnit> Units);
