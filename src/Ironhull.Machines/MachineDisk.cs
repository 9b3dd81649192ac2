namespace Ironhull.Machines;

/// <summary>A disk that a machine has beside the one that it boots from; it goes with the machine.</summary>
/// <param name="Serial">Its serial number, of at most 20 letters, digits and hyphens: the machine sees <c>/dev/disk/by-id/virtio-SERIAL</c>.</param>
/// <param name="Size">Its size in bytes, a multiple of the sector size.</param>
/// <param name="SectorSize">Bytes of a sector: 512 or 4096.</param>
public sealed record MachineDisk(string Serial, long Size, int SectorSize = 512)
{
    /// <summary>Writes what the disk holds when the machine is made; null for nothing.</summary>
    public Action<Stream>? Fill { get; init; }
}
