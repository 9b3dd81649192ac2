using System.Runtime.InteropServices;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine;

/// <summary>
/// The root that a config is applied to. Every path is resolved by the kernel inside it (openat2 with RESOLVE_IN_ROOT): links, absolute ones
/// too, lead to places below the root and never out of it.
/// </summary>
public sealed class RootFolder : IDisposable
{
    private readonly int _descriptor;

    /// <summary>Opens a root.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="HullException">HULL8061: it cannot be opened.</exception>
    public RootFolder(string path)
    {
        _descriptor = Libc.Open(path, (int)(Libc.PathOnly | Libc.CloseOnExec | Libc.Directory));
        if (_descriptor < 0)
        {
            throw ProvisioningErrors.RootAccess.Error($"The root {path} cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.", new Location(path));
        }
    }

    /// <summary>A folder of the root, with its slash in front, that nothing may be written below; null where all may be written.</summary>
    public string? ReadOnlyFolder { get; init; }

    /// <inheritdoc/>
    public void Dispose() => _ = Libc.Close(_descriptor);

    /// <summary>Brings all that was written to the disk, names and modes too.</summary>
    /// <exception cref="HullException">HULL8061.</exception>
    public void Flush()
    {
        var how = new Libc.OpenHow { Flags = Libc.CloseOnExec | Libc.Directory, Resolve = Libc.InRoot };
        var opened = (int)Libc.OpenInRoot(Libc.OpenAt2, _descriptor, "/", how, (nuint)Marshal.SizeOf<Libc.OpenHow>());
        var result = opened < 0 ? -1 : Libc.FlushAll(opened);
        var error = Marshal.GetLastPInvokeError();
        if (opened >= 0)
        {
            _ = Libc.Close(opened);
        }

        if (result < 0)
        {
            throw ProvisioningErrors.RootAccess.Error($"The root cannot be brought to the disk: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    /// <summary>Opens a folder; null when it is not there.</summary>
    internal OpenFolder? Find(string path)
    {
        var how = new Libc.OpenHow { Flags = Libc.PathOnly | Libc.CloseOnExec | Libc.Directory, Resolve = Libc.InRoot | Libc.NoMagicLinks };
        var opened = Libc.OpenInRoot(Libc.OpenAt2, _descriptor, path, how, (nuint)Marshal.SizeOf<Libc.OpenHow>());
        if (opened >= 0)
        {
            return new OpenFolder((int)opened, path);
        }

        var error = Marshal.GetLastPInvokeError();
        return error == Libc.NoEntry ? null
            : throw (error == Libc.NotDirectory ? ProvisioningErrors.NodeExists : ProvisioningErrors.RootAccess).Error(
                $"The folder {path} cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    /// <summary>Opens a folder, and makes it and those above with mode 0755, owned by root, when they are not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="own">Sets the owner of one that is made: by the folder that it is in, the name that it has there for now, and its path.</param>
    internal OpenFolder Make(string path, Action<OpenFolder, string, string> own)
    {
        if (Find(path) is { } found)
        {
            return found;
        }

        using (var parent = Make(Validation.PathRules.Parent(path), own))
        {
            var name = path[(path.LastIndexOf('/') + 1)..];
            if (parent.KindOf(name) != NodeKind.None)
            {
                throw ProvisioningErrors.NodeExists.Error($"{path} is a link that leads to nothing, and a folder is needed there.");
            }

            RefuseReadOnly(parent, name);
            parent.MakeDirectory(name, 0x1ED, (folder, temporary) => own(folder, temporary, path));
        }

        return Find(path) ?? throw ProvisioningErrors.RootAccess.Error($"The folder {path} was made and is gone.");
    }

    /// <summary>Refuses a name that would be written below <see cref="ReadOnlyFolder"/>, wherever links led to.</summary>
    /// <exception cref="HullException">HULL8063.</exception>
    internal void RefuseReadOnly(OpenFolder folder, string name)
    {
        if (ReadOnlyFolder is not { } forbidden)
        {
            return;
        }

        using var top = Find("/")!;
        var path = Path.GetRelativePath(top.RealPath(), Path.Combine(folder.RealPath(), name));
        if (("/" + path + "/").StartsWith(forbidden + "/", StringComparison.Ordinal))
        {
            throw ProvisioningErrors.ReadOnlyPlace.Error($"{folder.Full(name)} is below {forbidden}, which nodes cannot write to.");
        }
    }

    /// <summary>Reads a file, following links inside the root; null when it is not there.</summary>
    internal byte[]? Read(string path)
    {
        for (var hops = 0; hops < 40; hops++)
        {
            using var folder = Find(Validation.PathRules.Parent(path));
            var name = path[(path.LastIndexOf('/') + 1)..];
            switch (folder?.KindOf(name))
            {
                case NodeKind.File:
                    return folder.Read(name);
                case NodeKind.Link:
                    path = Validation.PathRules.Join(Validation.PathRules.Parent(path), folder.ReadLink(name));
                    break;
                default:
                    return null;
            }
        }

        return null;
    }
}
