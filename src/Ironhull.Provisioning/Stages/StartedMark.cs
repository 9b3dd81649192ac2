using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Applied;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Failures;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Stages;

/// <summary>
/// A mark in the root, from the begin of the stage <c>files</c> to its end, that tells which config is being applied. A run that was cut off is
/// finished by the next one with the same config; one with another config would leave a mixture of both.
/// </summary>
internal sealed class StartedMark(RootFolder root, IOwnership ownership)
{
    /// <summary>Where it is, below the root.</summary>
    public const string FilePath = "/var/lib/ironhull/provisioning-started";

    private static readonly string s_name = FilePath[(FilePath.LastIndexOf('/') + 1)..];

    /// <summary>Sets it, and brings it to the disk.</summary>
    /// <param name="config">The config as the fetch stages left it; of it the mark has a hash.</param>
    /// <param name="canBeMadeAnew">Tells whether the root can be made anew from within.</param>
    /// <exception cref="HullException">HULL8095: a run with another config was cut off, on a root that no system was started from yet and that can be made anew.</exception>
    public void Set(ReadOnlySpan<byte> config, Func<bool> canBeMadeAnew)
    {
        var hash = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Fingerprint.Of(config)) + "\n");
        if (root.Read(FilePath) is { } former && !former.AsSpan().SequenceEqual(hash) && MachineFacts.MachineIdOf(root) is null && canBeMadeAnew())
        {
            throw ProvisioningErrors.OtherConfig.Error("What is on ROOT comes from another config than the one that was found now.");
        }

        using var folder = root.Make(PathRules.Parent(FilePath), (f, name, path) => ownership.Set(f.Descriptor, name, path, 0, 0));
        folder.Write(s_name, hash, 0x180, (f, name) => ownership.Set(f.Descriptor, name, FilePath, 0, 0));
        root.Flush();
    }

    /// <summary>Takes it away.</summary>
    public void Remove()
    {
        using var folder = root.Find(PathRules.Parent(FilePath));
        if (folder?.KindOf(s_name) == NodeKind.File)
        {
            folder.Remove(s_name);
        }
    }
}
