using System.Security.Cryptography;
using System.Text;
using Ironhull.Formats.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>A package of a few files with an uncompressed payload, sound until a test changes one of its parts.</summary>
internal sealed class SmallPackage
{
    public const uint File = 0x81A4, Folder = 0x41ED, Link = 0xA1FF;

    // Path, mode, content or target. The second and third are one file.
    private static readonly (string Folder, string Name, uint Mode, string Content, uint Inode)[] s_files =
    [
        ("/usr/bin/", "tool", File, "tool", 1), ("/usr/share/x/", "a", File, "linked", 2), ("/usr/share/x/", "b", File, "linked", 2), ("/usr/share/", "x", Folder, "", 4),
        ("/usr/share/x/", "link", Link, "a", 5), ("/usr/share/x/", "log", File, "", 6),
    ];

    /// <summary>The main header.</summary>
    public RpmHeaderBuilder Header { get; } = MakeHeader();

    /// <summary>The signature header.</summary>
    public RpmHeaderBuilder Signature { get; } = new RpmHeaderBuilder(62).Binary(RpmSignatureTag.Md5, new byte[16]);

    /// <summary>The payload as it lies in the file.</summary>
    public byte[] Payload { get; set; } = Members().Build();

    /// <summary>The members of a sound payload; ghosts are left out, and the last name of a file has its content.</summary>
    public static CpioBuilder Members() => new CpioBuilder().Add("./usr/bin/tool", File, "tool").Add("./usr/share/x/a", File, "", 2, 2).Add("./usr/share/x/b", File, "linked", 2, 2)
        .Add("./usr/share/x", Folder).Add("./usr/share/x/link", Link, "a");

    /// <summary>The whole file.</summary>
    public byte[] Build()
    {
        var header = Header.Build();
        Signature.Int32(RpmSignatureTag.Size, (uint)(header.Length + Payload.Length));
        var signature = Signature.Build();
        var lead = new byte[RpmLead.Size];
        new byte[] { 0xED, 0xAB, 0xEE, 0xDB, 3 }.CopyTo(lead, 0);
        lead[79] = 5;
        return [.. lead, .. signature, .. new byte[-signature.Length & 7], .. header, .. Payload];
    }

    private static RpmHeaderBuilder MakeHeader()
    {
        var folders = s_files.Select(f => f.Folder).Distinct().ToList();
        return new RpmHeaderBuilder()
            .String(RpmTag.Name, "small").String(RpmTag.Version, "1").String(RpmTag.Release, "2").String(RpmTag.Architecture, "noarch")
            .String(RpmTag.PayloadFormat, "cpio").String(RpmTag.PayloadCompressor, "none")
            .Strings(RpmTag.DirNames, [.. folders]).Strings(RpmTag.BaseNames, [.. s_files.Select(f => f.Name)])
            .Int32(RpmTag.DirIndexes, [.. s_files.Select(f => (uint)folders.IndexOf(f.Folder))])
            .Int16(RpmTag.FileModes, [.. s_files.Select(f => f.Mode)]).Int32(RpmTag.FileSizes, [.. s_files.Select(f => (uint)f.Content.Length)])
            .Int32(RpmTag.FileMtimes, [.. s_files.Select(_ => 1u)]).Int32(RpmTag.FileFlags, 0, 0, 0, 0, 0, 1 << 6)
            .Int32(RpmTag.FileInodes, [.. s_files.Select(f => f.Inode)])
            .Strings(RpmTag.FileDigests, [.. s_files.Select(f => f.Mode == File && f.Name != "log" ? Sha256(f.Content) : "")])
            .Strings(RpmTag.FileLinkTos, [.. s_files.Select(f => f.Mode == Link ? f.Content : "")])
            .Strings(RpmTag.FileUserName, [.. s_files.Select(_ => "root")]).Strings(RpmTag.FileGroupName, [.. s_files.Select(_ => "root")])
            .Int32(RpmTag.FileDigestAlgorithm, 8);
    }

    private static string Sha256(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
}
