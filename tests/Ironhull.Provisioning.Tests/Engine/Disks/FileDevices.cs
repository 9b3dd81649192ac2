using Ironhull.Provisioning.Engine.Disks;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Engine.Disks;

/// <summary>Devices that are files: /dev/a is one of so many MiB.</summary>
internal sealed class FileDevices : IBlockDevices
{
    public FileDevices(TempFolder folder, int mib)
    {
        using var file = File.Create(folder["disk"]);
        file.SetLength((long)mib << 20);
        Files = new Dictionary<string, string>(StringComparer.Ordinal) { ["/dev/a"] = folder["disk"] };
    }

    public IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>What uses every device.</summary>
    public string? Busy { get; set; }

    /// <summary>After how many writes the power fails; null for never.</summary>
    public int? WritesLeft { get; set; }

    public void Await(IReadOnlyCollection<string> paths)
    {
    }

    public string NodeOf(string path) => path;

    public void Refresh(string path)
    {
    }

    /// <summary>Bytes of the disks' sectors.</summary>
    public int Sector { get; init; } = 512;

    public Stream Open(string path) => Open(path, out _);

    public Stream Open(string path, out int sector)
    {
        sector = Sector;
        return new FailingStream(File.Open(Files[path], FileMode.Open), this);
    }

    public string? UserOf(string path, int partition = 0) => Busy;

    public void Announce(Stream disk, string path, PartitionPlan plan)
    {
    }

    /// <summary>Every write reaches the disk at once, until the power fails.</summary>
    private sealed class FailingStream(FileStream inner, FileDevices devices) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Flush() => inner.Flush(flushToDisk: true);

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => throw new NotSupportedException();

        // A sector is the most that a disk writes whole: each is a write of its own.
        public override void Write(byte[] buffer, int offset, int count)
        {
            for (var at = 0; at < count; at += 512)
            {
                if (devices.WritesLeft is { } left)
                {
                    devices.WritesLeft = left > 0 ? left - 1 : throw new PowerCutException();
                }

                inner.Write(buffer, offset + at, Math.Min(512, count - at));
                inner.Flush();
            }
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>The power has failed.</summary>
internal sealed class PowerCutException : Exception;
