namespace Ironhull.Formats.Cpio;

/// <summary>The forms of a cpio member that <see cref="CpioStreamReader"/> knows.</summary>
public enum CpioForm
{
    /// <summary>"newc", magic 070701.</summary>
    New,

    /// <summary>"crc", magic 070702: newc with the sum of the content's bytes.</summary>
    Checksummed,

    /// <summary>rpm's "stripped" member, magic 07070X: nothing but the number of a file that is described elsewhere.</summary>
    Stripped,
}

/// <summary>One member of a cpio archive that is read as a stream.</summary>
/// <param name="Form">Its form.</param>
/// <param name="Name">As archived; empty when stripped.</param>
/// <param name="FileIndex">The number of a stripped member; otherwise -1.</param>
/// <param name="Mode">Type and permissions (st_mode); 0 when stripped.</param>
/// <param name="Inode">Number that hard links have in common; 0 when stripped.</param>
/// <param name="LinkCount">Number of links; 0 when stripped.</param>
/// <param name="Length">Bytes of content; -1 when stripped, and to be given by <see cref="CpioStreamReader.SetLength"/>.</param>
/// <param name="Offset">Where it begins in the archive.</param>
public sealed record CpioMember(CpioForm Form, string Name, int FileIndex, uint Mode, uint Inode, uint LinkCount, long Length, long Offset);
