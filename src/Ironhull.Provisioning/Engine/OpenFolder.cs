using System.Runtime.InteropServices;
using System.Text;
using Ironhull.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Ironhull.Provisioning.Engine;

/// <summary>What a name in a folder is.</summary>
internal enum NodeKind
{
    None,
    File,
    Directory,
    Link,
    Other,
}

/// <summary>A folder below the root that is held open, so that nothing that is renamed meanwhile leads elsewhere. Names have no slash and links are not followed.</summary>
/// <param name="descriptor">The open folder.</param>
/// <param name="path">Its path below the root, for messages.</param>
internal sealed class OpenFolder(int descriptor, string path) : IDisposable
{
    // xattr(7): what a user's own files may carry.
    private const string MarkName = "user.ironhull.appended";
    private int _temporary;

    /// <summary>The open folder.</summary>
    public int Descriptor => descriptor;

    /// <inheritdoc/>
    public void Dispose() => _ = Libc.Close(descriptor);

    /// <summary>What a name is.</summary>
    public NodeKind KindOf(string name) => Status(name) is not { } status ? NodeKind.None : (status.Mode & 0xF000) switch
    {
        0x8000 => NodeKind.File,
        0x4000 => NodeKind.Directory,
        0xA000 => NodeKind.Link,
        _ => NodeKind.Other,
    };

    /// <summary>A name's type, mode and owner; null when it is not there.</summary>
    public Libc.Status? Status(string name)
    {
        if (Libc.Stat(descriptor, name, Libc.NoFollow, Libc.BasicStats, out var status) == 0)
        {
            return status;
        }

        return Marshal.GetLastPInvokeError() == Libc.NoEntry ? null : throw Failure("looked at", name);
    }

    /// <summary>The target of a link.</summary>
    public string ReadLink(string name)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = Libc.ReadLink(descriptor, name, buffer, (nuint)buffer.Length);
        return length < 0 ? throw Failure("read", name) : Encoding.UTF8.GetString(buffer[..(int)length]);
    }

    /// <summary>Reads a whole file.</summary>
    public byte[] Read(string name)
    {
        using var file = Open(name, Libc.CloseOnExec | Libc.NoFollowLinks, 0);
        var length = RandomAccess.GetLength(file);
        if (length > Resources.ResourceContents.MaximumBytes)
        {
            throw ProvisioningErrors.ContentsTooLarge.Error($"{Full(name)} has {length} bytes.");
        }

        var contents = new byte[length];
        var count = 0;
        for (var read = 1; read > 0 && count < contents.Length; count += read)
        {
            read = RandomAccess.Read(file, contents.AsSpan(count), count);
        }

        return contents[..count];
    }

    /// <summary>Writes a file under another name, brings it to the disk, and gives it its name.</summary>
    /// <param name="name">The final name; what is there gives way, unless it is a folder.</param>
    /// <param name="contents">The contents.</param>
    /// <param name="mode">The mode's twelve bits.</param>
    /// <param name="own">Sets the owner, before the file has its name.</param>
    public void Write(string name, ReadOnlySpan<byte> contents, uint mode, Action<OpenFolder, string> own)
    {
        using var file = Prepare(name, contents, mode, own);
        Check(Libc.Flush((int)file.Handle.DangerousGetHandle()), "written to the disk", name);
        file.Publish();
    }

    /// <summary>Writes a file under another name.</summary>
    /// <param name="name">The final name; what is there gives way, unless it is a folder.</param>
    /// <param name="contents">The contents.</param>
    /// <param name="mode">The mode's twelve bits.</param>
    /// <param name="own">Sets the owner.</param>
    /// <param name="mark">What the file is marked with, where the file system keeps marks; none when empty.</param>
    public NewFile Prepare(string name, ReadOnlySpan<byte> contents, uint mode, Action<OpenFolder, string> own, ReadOnlySpan<byte> mark = default)
    {
        var temporary = Temporary(name);
        const ulong WriteNew = 0x01 | 0x40 | 0x80;
        var file = Open(temporary, WriteNew | Libc.CloseOnExec | Libc.NoFollowLinks, 0x180);
        try
        {
            RandomAccess.Write(file, contents, 0);
            FileLabel.Inherit(this, name, temporary);
            own(this, temporary);
            if (mark.Length > 0)
            {
                _ = Libc.SetAttribute((int)file.DangerousGetHandle(), MarkName, mark, (nuint)mark.Length, 0);
            }

            // Last, as a change of owner takes setuid and setgid away.
            Check(Libc.ChangeMode((int)file.DangerousGetHandle(), mode), "given its mode", name);
            return new NewFile(this, file, temporary, name);
        }
        catch
        {
            file.Dispose();
            _ = Libc.Unlink(descriptor, temporary, 0);
            throw;
        }
    }

    /// <summary>A file that is written and does not have its name yet; disposed before that, it is gone.</summary>
    public sealed class NewFile(OpenFolder folder, SafeFileHandle file, string temporary, string name) : IDisposable
    {
        private bool _isPublished;

        /// <summary>The open file.</summary>
        public SafeFileHandle Handle => file;

        /// <summary>The file system that it is on.</summary>
        public ulong Device => folder.Status(_isPublished ? name : temporary) is { } status ? ((ulong)status.DeviceMajor << 32) | status.DeviceMinor : 0;

        /// <summary>Gives the file its name.</summary>
        public void Publish()
        {
            folder.Check(Libc.Rename(folder.Descriptor, temporary, folder.Descriptor, name), "given its name", name);
            _isPublished = true;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            file.Dispose();
            if (!_isPublished)
            {
                _ = Libc.Unlink(folder.Descriptor, temporary, 0);
            }
        }
    }

    /// <summary>What a file was marked with when it was written; null when it was not.</summary>
    public byte[]? Mark(string name)
    {
        using var file = Open(name, Libc.CloseOnExec | Libc.NoFollowLinks, 0);
        Span<byte> mark = stackalloc byte[64];
        var length = Libc.GetAttribute((int)file.DangerousGetHandle(), MarkName, mark, (nuint)mark.Length);
        return length > 0 ? mark[..(int)length].ToArray() : null;
    }

    /// <summary>Makes a symbolic link in place of what is there.</summary>
    public void Link(string name, string target, Action<OpenFolder, string> own)
    {
        var temporary = Temporary(name);
        Check(Libc.SymbolicLink(target, descriptor, temporary), "made", name);
        FileLabel.Inherit(this, name, temporary);
        Finish(temporary, name, own);
    }

    /// <summary>Makes a hard link in place of what is there.</summary>
    public void HardLink(string name, OpenFolder targetFolder, string target)
    {
        var temporary = Temporary(name);
        Check(Libc.HardLink(targetFolder.Descriptor, target, descriptor, temporary, 0), "linked", name);
        Finish(temporary, name, (_, _) => { });

        // Renaming a name onto another of the same file does nothing at all.
        _ = Libc.Unlink(descriptor, temporary, 0);
    }

    /// <summary>Makes a folder under another name, and gives it its name when it has owner and mode: whoever finds it finds it finished.</summary>
    /// <param name="name">The final name, which nothing has.</param>
    /// <param name="mode">The mode's twelve bits.</param>
    /// <param name="own">Sets the owner.</param>
    public void MakeDirectory(string name, uint mode, Action<OpenFolder, string> own)
    {
        var temporary = Temporary(name);
        Check(Libc.MakeDirectory(descriptor, temporary, 0x1C0), "made", name);
        try
        {
            FileLabel.Inherit(this, name, temporary);
            own(this, temporary);
            ChangeMode(temporary, mode);
            Check(Libc.Rename(descriptor, temporary, descriptor, name), "given its name", name);
        }
        catch
        {
            _ = Libc.Unlink(descriptor, temporary, Libc.RemoveDirectory);
            throw;
        }
    }

    /// <summary>Sets the mode of a file or folder.</summary>
    public void ChangeMode(string name, uint mode) => Check(Libc.ChangeModeAt(descriptor, name, mode, 0), "given its mode", name);

    /// <summary>Opens a folder in this one.</summary>
    public OpenFolder Enter(string name) => new((int)Opened(name, Libc.CloseOnExec | Libc.NoFollowLinks | Libc.Directory | Libc.PathOnly, 0), Full(name));

    /// <summary>Removes a file or link.</summary>
    public void Remove(string name) => Check(Libc.Unlink(descriptor, name, 0), "removed", name);

    /// <summary>Removes an empty folder.</summary>
    public void RemoveDirectory(string name) => Check(Libc.Unlink(descriptor, name, Libc.RemoveDirectory), "removed", name);

    /// <summary>The names in the folder, in ordinal order.</summary>
    public string[] Names()
    {
        // The descriptor's own entry is the folder itself, whatever its path is called by now.
        var listing = $"/proc/self/fd/{descriptor.ToString(System.Globalization.CultureInfo.InvariantCulture)}/.";
        string[] paths = [.. Formats.Io.SortedDirectory.Files(listing), .. Formats.Io.SortedDirectory.Folders(listing)];
        return [.. paths.Select(p => System.IO.Path.GetFileName(p)!).Order(StringComparer.Ordinal)];
    }

    /// <summary>The folder's path from the process's own root.</summary>
    public string RealPath() => new FileInfo($"/proc/self/fd/{descriptor}").LinkTarget ?? Full("");

    /// <summary>A name's path below the root.</summary>
    public string Full(string name) => path == "/" ? "/" + name : $"{path}/{name}";

    // A name that no config can ask for in the same folder; what an interrupted run left is removed.
    private string Temporary(string name)
    {
        var bytes = Applied.Fingerprint.Of(Encoding.UTF8.GetBytes(name));
        var temporary = $".provision-{Convert.ToHexStringLower(bytes.AsSpan(0, 8))}-{++_temporary}";
        if (Libc.Unlink(descriptor, temporary, 0) < 0)
        {
            _ = Libc.Unlink(descriptor, temporary, Libc.RemoveDirectory);
        }

        return temporary;
    }

    private void Finish(string temporary, string name, Action<OpenFolder, string> own)
    {
        try
        {
            own(this, temporary);
            Check(Libc.Rename(descriptor, temporary, descriptor, name), "given its name", name);
        }
        catch
        {
            _ = Libc.Unlink(descriptor, temporary, 0);
            throw;
        }
    }

    private SafeFileHandle Open(string name, ulong flags, ulong mode) => new((nint)Opened(name, flags, mode), ownsHandle: true);

    private long Opened(string name, ulong flags, ulong mode)
    {
        var how = new Libc.OpenHow { Flags = flags, Mode = mode, Resolve = Libc.InRoot | Libc.NoMagicLinks };
        var opened = Libc.OpenInRoot(Libc.OpenAt2, descriptor, name, how, (nuint)Marshal.SizeOf<Libc.OpenHow>());
        return opened >= 0 ? opened : throw Failure("opened", name);
    }

    private void Check(int result, string done, string name)
    {
        if (result < 0)
        {
            throw Failure(done, name);
        }
    }

    private HullException Failure(string done, string name) =>
        ProvisioningErrors.RootAccess.Error($"{Full(name)} cannot be {done}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
}
