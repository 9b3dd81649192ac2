using System.Runtime.InteropServices;
using Ironhull.Diagnostics;

namespace Ironhull.Provisioning.Engine;

/// <summary>Sets owners. Without root privileges they can only be written down.</summary>
public interface IOwnership
{
    /// <summary>Sets the owner of a node; links are not followed.</summary>
    /// <param name="folder">The open folder that it is in.</param>
    /// <param name="name">Its name there, which may still be a temporary one.</param>
    /// <param name="path">The path below the root that it has or gets.</param>
    /// <param name="user">The user's number.</param>
    /// <param name="group">The group's number.</param>
    void Set(int folder, string name, string path, uint user, uint group);

    /// <summary>The owner that a node has.</summary>
    /// <param name="folder">The open folder that it is in.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="user">The user's number on the disk.</param>
    /// <param name="group">The group's number on the disk.</param>
    (uint User, uint Group) Of(int folder, string name, uint user, uint group) => (user, group);
}

/// <summary>Changes owners on the disk.</summary>
public sealed class DiskOwnership : IOwnership
{
    /// <inheritdoc/>
    public void Set(int folder, string name, string path, uint user, uint group)
    {
        if (Libc.ChangeOwner(folder, name, user, group, Libc.NoFollow) < 0)
        {
            throw ProvisioningErrors.RootAccess.Error($"{path} cannot be given to {user}:{group}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        }
    }
}

/// <summary>Writes owners down.</summary>
public sealed class RecordedOwnership : IOwnership
{
    private readonly SortedDictionary<string, (uint User, uint Group)> _owners = new(StringComparer.Ordinal);

    /// <summary>The owner that each path got last.</summary>
    public IReadOnlyDictionary<string, (uint User, uint Group)> Owners => _owners;

    /// <inheritdoc/>
    public void Set(int folder, string name, string path, uint user, uint group) => _owners[path] = (user, group);
}
