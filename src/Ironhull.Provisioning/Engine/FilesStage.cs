using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Applied;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Engine;

/// <summary>
/// The stage <c>files</c>: users and groups, then directories, files and links, then units, below a root folder. Every file is written under
/// another name and then renamed; nothing outside the root is touched. Without root privileges it does all but what <see cref="IOwnership"/> does.
/// </summary>
/// <param name="root">The root.</param>
/// <param name="ownership">Sets owners.</param>
/// <param name="fetch">Gives the contents of a resource, decompressed and verified.</param>
/// <param name="refused">Told of each entry that cannot be applied, so that the others are; without it, the first one ends the stage.</param>
public sealed class FilesStage(RootFolder root, IOwnership ownership, Func<Resource, byte[]> fetch, Action<ConfigObject, HullException>? refused = null)
{
    private const string Skeleton = "/etc/skel";

    // 01700, a mode that nobody gives a home: what a run that was cut off has not filled yet.
    private const uint UnfinishedHome = 0x3C0;
    private const int DeepestFolder = 256;
    private readonly PendingFiles _pending = new();
    private readonly SortedSet<string> _made = new(StringComparer.Ordinal);
    private UserDatabase? _accounts;

    /// <summary>Tells which files and links give way to the config even where it does not say overwrite.</summary>
    public Func<string, bool> MayReplace { get; init; } = _ => false;

    /// <summary>Every path that was written, or found as the config wants it, in ordinal order.</summary>
    public IReadOnlyCollection<string> Made => _made;

    /// <summary>Applies a config that was checked.</summary>
    /// <exception cref="HullException">HULL8060: something is in the way; HULL8061: the root cannot be changed; HULL8062: an account is not known.</exception>
    public void Apply(IgnitionConfig config)
    {
        using var pending = _pending;
        _accounts = new(root);
        ApplyAccounts(config.Passwd);
        var storage = config.Storage;

        // What is above comes first; hard links last, as their targets have to be there.
        NodeEntry[] nodes = [.. storage.Directories, .. storage.Files, .. storage.Links.Where(l => l.Hard != true)];
        foreach (var node in nodes.OrderBy(n => n.Path.Count(c => c == '/')))
        {
            Try(node.Node, () => Apply(node));
        }

        Publish();
        foreach (var link in storage.Links.Where(l => l.Hard == true))
        {
            Try(link.Node, () => Apply((NodeEntry)link));
        }

        new UnitStage(this, root).Apply(config.Systemd.Units);
        Publish();
    }

    /// <summary>Applies an entry; whoever wants to hear of entries that cannot be applied hears of this one.</summary>
    internal void Try(ConfigObject entry, Action apply)
    {
        try
        {
            apply();
        }
        catch (HullException e) when (refused is not null)
        {
            refused(entry, e);
        }
    }

    /// <summary>Gives the files that were written their names.</summary>
    internal void Publish() => _pending.Publish();

    /// <summary>Writes a file with an owner of root, in place of a file or link; it gets its name by <see cref="Publish"/>.</summary>
    internal void Write(string path, ReadOnlySpan<byte> contents, uint mode, uint user = 0, uint group = 0)
    {
        var folder = Folder(path, out var name);
        try
        {
            if (folder.KindOf(name) == NodeKind.Directory)
            {
                throw InTheWay(path, "a folder");
            }

            Write(folder, name, path, contents, mode, user, group);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    // The folder goes with the file.
    private void Write(OpenFolder folder, string name, string path, ReadOnlySpan<byte> contents, uint mode, uint user, uint group, ReadOnlySpan<byte> mark = default)
    {
        _made.Add(path);
        _pending.Add(folder, folder.Prepare(name, contents, mode, (f, n) => ownership.Set(f.Descriptor, n, path, user, group), mark));
    }

    /// <summary>Makes a symbolic link in place of a file or link.</summary>
    internal void WriteLink(string path, string target, uint user = 0, uint group = 0)
    {
        Publish();
        _made.Add(path);
        using var folder = Folder(path, out var name);
        if (folder.KindOf(name) == NodeKind.Directory)
        {
            throw InTheWay(path, "a folder");
        }

        folder.Link(name, target, (f, n) => ownership.Set(f.Descriptor, n, path, user, group));
    }

    /// <summary>Removes a link that leads somewhere; whatever else is there stays.</summary>
    internal void RemoveLink(string path, Func<string, bool> leadsTo)
    {
        Publish();
        using var folder = root.Find(PathRules.Parent(path));
        var name = Name(path);
        if (folder?.KindOf(name) == NodeKind.Link && leadsTo(folder.ReadLink(name)))
        {
            folder.Remove(name);
        }
    }

    private void ApplyAccounts(PasswdSection passwd)
    {
        foreach (var group in passwd.Groups)
        {
            Try(group.Node, () => _accounts!.Apply(group));
        }

        var added = new List<PasswdUser>();
        foreach (var user in passwd.Users)
        {
            Try(user.Node, () => added.AddRange(_accounts!.Apply(user) ? [user] : []));
        }

        foreach (var user in added.Where(u => u.NoCreateHome != true))
        {
            Try(user.Node, () => MakeHome(user.Name));
        }

        foreach (var user in passwd.Users.Where(u => u.ShouldExist != false && u.SshAuthorizedKeys.Count > 0))
        {
            Try(user.Node, () => WriteKeys(user));
        }

        // The accounts come last: as long as they are not there, a run after one that was cut off makes their homes.
        Publish();
        foreach (var file in _accounts!.Changed.Reverse())
        {
            var (mode, user, group) = Existing(file.Path) ?? (file.Mode, 0U, 0U);
            Write(file.Path, file.Text(), mode, user, group);
        }

        Publish();
    }

    private void MakeHome(string name)
    {
        var (user, group, home) = _accounts!.Account(name);
        if (PathRules.Wrong(home) is not null || home == "/")
        {
            return;
        }

        using var folder = Folder(home, out var own);
        if (folder.Status(own) is { } there && (there.Mode & 0xFFF) != UnfinishedHome)
        {
            return;
        }

        Own(home, 0, 0, UnfinishedHome);
        using var skeleton = root.Find(Skeleton);
        if (skeleton is not null)
        {
            CopyTree(skeleton, home, user, group, 0);
            Publish();
        }

        ownership.Set(folder.Descriptor, own, home, user, group);
        folder.ChangeMode(own, 0x1C0);
    }

    // A new home starts as a copy of /etc/skel, all of it the user's.
    private void CopyTree(OpenFolder from, string to, uint user, uint group, int depth)
    {
        if (depth > DeepestFolder)
        {
            throw ProvisioningErrors.RootAccess.Error($"{Skeleton} is nested too deep to be copied.");
        }

        foreach (var name in from.Names())
        {
            var path = $"{to}/{name}";
            var mode = (uint)(from.Status(name)!.Value.Mode & 0xFFF);
            switch (from.KindOf(name))
            {
                case NodeKind.File:
                    Write(path, from.Read(name), mode, user, group);
                    break;
                case NodeKind.Link:
                    WriteLink(path, from.ReadLink(name), user, group);
                    break;
                case NodeKind.Directory:
                    Own(path, user, group, mode);
                    using (var inner = from.Enter(name))
                    {
                        CopyTree(inner, path, user, group, depth + 1);
                    }

                    break;
            }
        }
    }

    private void WriteKeys(PasswdUser user)
    {
        var (uid, gid, home) = _accounts!.Account(user.Name);
        if (PathRules.Wrong(home) is { } wrong)
        {
            throw ProvisioningErrors.UnknownAccount.Error($"The home {home} of {user.Name} cannot have keys: {wrong}.");
        }

        Own($"{home}/.ssh", uid, gid, 0x1C0);
        Own($"{home}/.ssh/authorized_keys.d", uid, gid, 0x1C0);
        Write($"{home}/.ssh/authorized_keys.d/ignition", Encoding.UTF8.GetBytes(string.Join('\n', user.SshAuthorizedKeys) + "\n"), 0x180, uid, gid);
    }

    // A folder of a user's own; one that is there stays as it is.
    private bool Own(string path, uint user, uint group, uint mode)
    {
        using var folder = Folder(path, out var name);
        if (folder.KindOf(name) != NodeKind.None)
        {
            return false;
        }

        _made.Add(path);
        folder.MakeDirectory(name, mode, (f, n) => ownership.Set(f.Descriptor, n, path, user, group));
        return true;
    }

    private void Apply(NodeEntry node)
    {
        _made.Add(node.Path);
        switch (node)
        {
            case DirectoryEntry directory:
                Apply(directory);
                break;
            case FileEntry file:
                Apply(file);
                break;
            case LinkEntry link:
                Apply(link);
                break;
        }
    }

    private void Apply(DirectoryEntry directory)
    {
        if (directory.Path == "/")
        {
            using var top = root.Find("/")!;
            Change(top, ".", directory, directory.Mode);
            return;
        }

        using var folder = Parent(directory.Path, out var name);
        var kind = folder.KindOf(name);
        if (kind != NodeKind.Directory || directory.Overwrite == true || directory.Mode is not null || directory.User.IsSet || directory.Group.IsSet)
        {
            root.RefuseReadOnly(folder, name);
        }

        if (directory.Overwrite == true && kind != NodeKind.None)
        {
            RemoveAll(folder, name, 0);
            kind = NodeKind.None;
        }

        if (kind is not (NodeKind.None or NodeKind.Directory))
        {
            throw InTheWay(directory.Path, "something other than a folder");
        }

        if (kind == NodeKind.None)
        {
            var (user, group) = (Id(directory.User, isGroup: false) ?? 0, Id(directory.Group, isGroup: true) ?? 0);
            folder.MakeDirectory(name, (uint)(directory.Mode ?? 0x1ED), (f, n) => ownership.Set(f.Descriptor, n, directory.Path, user, group));
            return;
        }

        Change(folder, name, directory, directory.Mode);
    }

    private void Apply(FileEntry file)
    {
        var folder = Folder(file.Path, out var name);
        var isTaken = false;
        try
        {
            isTaken = Apply(file, folder, name);
        }
        finally
        {
            if (!isTaken)
            {
                folder.Dispose();
            }
        }
    }

    // True when a file is written, and the folder goes with it.
    private bool Apply(FileEntry file, OpenFolder folder, string name)
    {
        var kind = folder.KindOf(name);
        if (kind is not (NodeKind.None or NodeKind.File) && file.Overwrite != true)
        {
            throw InTheWay(file.Path, "something other than a file");
        }

        if (kind == NodeKind.Directory)
        {
            RemoveAll(folder, name, 0);
            kind = NodeKind.None;
        }

        if (kind == NodeKind.File && file.Contents.Source is null)
        {
            return Append(file, folder, name);
        }

        var contents = file.Contents.Source is null ? [] : fetch(file.Contents);
        foreach (var more in file.Append)
        {
            contents = [.. contents, .. fetch(more)];
        }

        // A file that holds just this already is what a run before this one left; links to it stay links to it.
        if (kind == NodeKind.File && file.Overwrite != true && folder.Read(name).AsSpan().SequenceEqual(contents))
        {
            ownership.Set(folder.Descriptor, name, file.Path, Id(file.User, isGroup: false) ?? 0, Id(file.Group, isGroup: true) ?? 0);
            folder.ChangeMode(name, (uint)(file.Mode ?? 0x1A4));
            return false;
        }

        if (kind == NodeKind.File && file.Overwrite != true && !MayReplace(file.Path))
        {
            throw InTheWay(file.Path, "a file");
        }

        // What is only added to is marked from the start: the next run must not add it again.
        var mark = file.Contents.Source is null && file.Append.Count > 0 ? Fingerprint.Of(contents) : [];
        Write(folder, name, file.Path, contents, (uint)(file.Mode ?? 0x1A4), Id(file.User, isGroup: false) ?? 0, Id(file.Group, isGroup: true) ?? 0, mark);
        return true;
    }

    // What is added to a file that was there carries a mark of it, so that a run after one that was cut off does not add it again.
    private bool Append(FileEntry file, OpenFolder folder, string name)
    {
        byte[] added = [.. file.Append.SelectMany(a => fetch(a))];
        var mark = Fingerprint.Of(added);
        if (file.Append.Count == 0 || (folder.Mark(name) is { } former && former.AsSpan().SequenceEqual(mark)))
        {
            Change(folder, name, file, file.Mode);
            return false;
        }

        var status = folder.Status(name)!.Value;
        var known = Owner(folder, name, status);
        var (user, group) = (Id(file.User, isGroup: false) ?? known.User, Id(file.Group, isGroup: true) ?? known.Group);
        Write(folder, name, file.Path, [.. folder.Read(name), .. added], (uint)(file.Mode ?? (status.Mode & 0xFFF)), user, group, mark);
        return true;
    }

    private void Apply(LinkEntry link)
    {
        using var folder = Folder(link.Path, out var name);
        var target = link.Target ?? "";
        using var targetFolder = link.Hard == true ? root.Find(PathRules.Parent(PathRules.Join(PathRules.Parent(link.Path), target))) : null;
        var targetName = Name(PathRules.Join(PathRules.Parent(link.Path), target));
        var kind = folder.KindOf(name);
        if (kind != NodeKind.None && !Matches(link, folder, name, targetFolder, targetName))
        {
            if (link.Overwrite != true && !MayReplace(link.Path))
            {
                throw InTheWay(link.Path, "something other than this link");
            }

            RemoveAll(folder, name, 0);
        }

        if (link.Hard == true)
        {
            folder.HardLink(name, targetFolder is not null && targetFolder.KindOf(targetName) != NodeKind.None ? targetFolder : throw InTheWay(link.Path, "no target"), targetName);
            return;
        }

        var (user, group) = (Id(link.User, isGroup: false) ?? 0, Id(link.Group, isGroup: true) ?? 0);
        folder.Link(name, target, (f, n) => ownership.Set(f.Descriptor, n, link.Path, user, group));
    }

    private static bool Matches(LinkEntry link, OpenFolder folder, string name, OpenFolder? targetFolder, string targetName) =>
        link.Hard == true
            ? targetFolder?.Status(targetName) is { } a && folder.Status(name) is { } b && a.Inode == b.Inode && folder.KindOf(name) != NodeKind.Directory
            : folder.KindOf(name) == NodeKind.Link && folder.ReadLink(name) == link.Target;

    // Mode and owner of what stays: only what the config names.
    private void Change(OpenFolder folder, string name, NodeEntry node, long? mode)
    {
        if (Id(node.User, isGroup: false) is var user && Id(node.Group, isGroup: true) is var group && (user is not null || group is not null))
        {
            var known = Owner(folder, name, folder.Status(name)!.Value);
            ownership.Set(folder.Descriptor, name, node.Path, user ?? known.User, group ?? known.Group);
        }

        if (mode is { } bits)
        {
            folder.ChangeMode(name, (uint)bits);
        }
    }

    private uint? Id(OwnerReference owner, bool isGroup) =>
        owner.Id is { } number ? number is >= 0 and < uint.MaxValue ? (uint)number : throw ProvisioningErrors.UnknownAccount.Error($"{number} is no number of an account.", owner.Node.WhereIs("id").ToLocation())
        : owner.Name is { Length: > 0 } name ? isGroup ? _accounts!.GroupId(name) : _accounts!.UserId(name) : null;

    private (uint User, uint Group) Owner(OpenFolder folder, string name, Libc.Status status) => ownership.Of(folder.Descriptor, name, status.Uid, status.Gid);

    // The folder of what is written.
    private OpenFolder Folder(string path, out string name)
    {
        var folder = Parent(path, out name);
        try
        {
            root.RefuseReadOnly(folder, name);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private OpenFolder Parent(string path, out string name)
    {
        if (path == "/")
        {
            throw InTheWay(path, "the root itself");
        }

        name = Name(path);
        return root.Make(PathRules.Parent(path), MakeParent);
    }

    private (uint Mode, uint User, uint Group)? Existing(string path)
    {
        using var folder = root.Find(PathRules.Parent(path));
        if (folder?.Status(Name(path)) is not { } status)
        {
            return null;
        }

        var (user, group) = Owner(folder, Name(path), status);
        return ((uint)(status.Mode & 0xFFF), user, group);
    }

    private void MakeParent(OpenFolder folder, string name, string path)
    {
        _made.Add(path);
        ownership.Set(folder.Descriptor, name, path, 0, 0);
    }

    private static void RemoveAll(OpenFolder folder, string name, int depth)
    {
        if (folder.KindOf(name) != NodeKind.Directory)
        {
            folder.Remove(name);
            return;
        }

        if (depth > DeepestFolder)
        {
            throw ProvisioningErrors.RootAccess.Error($"{folder.Full(name)} is nested too deep to be removed.");
        }

        using (var inner = folder.Enter(name))
        {
            foreach (var child in inner.Names())
            {
                RemoveAll(inner, child, depth + 1);
            }
        }

        folder.RemoveDirectory(name);
    }

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static HullException InTheWay(string path, string what) => ProvisioningErrors.NodeExists.Error($"{path} cannot be made: {what} is there, and overwrite is not set.");
}
