using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Inspection;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Io;
using Ironhull.Formats.Qcow2;
using Ironhull.Formats.Vhd;
using Ironhull.Signing;

namespace Ironhull.Compose.Build;

/// <summary>Writes the disk in every form that the definition asks for.</summary>
public sealed class OutputWriter(BuildRequest request, ImageDefinition definition, ISigningKeys keys, Action<string, Action> stage)
{
    /// <summary>The file name of a form.</summary>
    public static string FileName(string image, OutputForm format) => format switch
    {
        OutputForm.Raw => $"{image}.raw",
        OutputForm.Qcow2 => $"{image}.qcow2",
        OutputForm.VhdFixed => $"{image}.vhd",
        _ => $"{image}.dynamic.vhd",
    };

    /// <summary>Assembles, signs unless that is deferred, converts, and renames all outputs into place.</summary>
    /// <param name="content">What is on the disk.</param>
    /// <param name="timestamp">The lock's time.</param>
    /// <param name="finished">Reads the finished disk, given with the addons beside it, while the other forms are made.</param>
    /// <param name="cancellation">Stops the work.</param>
    public IReadOnlyList<BuildOutput> Write(DiskContent content, long timestamp, Action<OpenImage, IReadOnlyList<BuildOutput>> finished, CancellationToken cancellation)
    {
        var raw = Temporary(OutputForm.Raw);
        var temporary = new List<string> { raw };
        try
        {
            stage("assemble", () => DiskAssembler.Write(raw, definition, content, timestamp));
            if (!request.DeferSigning)
            {
                stage("sign", () => Sign(raw));
            }

            IReadOnlyList<BuildOutput> addons = [];
            stage("addons", () => addons = Addons(raw, BesideTheDisk(content), request.OutputFolder, definition.Name));
            // Opened before the conversion renames it.
            using var disk = OpenImage.Open(raw);
            var reader = Task.Run(() => finished(disk, addons), cancellation);
            IReadOnlyList<BuildOutput> outputs = [];
            try
            {
                stage("outputs", () => outputs = Convert(raw, definition.Name, definition.Outputs, request.OutputFolder, timestamp, temporary, cancellation));
            }
            finally
            {
                Task.WhenAny(reader).GetAwaiter().GetResult();
            }

            reader.GetAwaiter().GetResult();
            return [.. outputs, .. addons];
        }
        finally
        {
            foreach (var path in temporary)
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Writes the addons of a raw disk, and others, beside it.</summary>
    public static IReadOnlyList<BuildOutput> Addons(string raw, IEnumerable<(string FileName, byte[] Image)> others, string folder, string image)
    {
        using var disk = new FileStream(raw, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        return AddonOutputs.Write(disk, others, folder, image);
    }

    /// <summary>Makes every form from a raw disk and renames them into place. The raw disk becomes the raw output.</summary>
    public static IReadOnlyList<BuildOutput> Convert(
        string raw, string image, IReadOnlyList<OutputForm> formats, string folder, long timestamp, List<string> temporary, CancellationToken cancellation)
    {
        var outputs = new BuildOutput[formats.Count];
        var paths = new string[formats.Count];
        for (var i = 0; i < formats.Count; i++)
        {
            paths[i] = formats[i] == OutputForm.Raw ? raw : $"{Path.Combine(folder, FileName(image, formats[i]))}.partial-{Environment.ProcessId}";
            temporary.Add(paths[i]);
        }

        var plain = IndexOf(formats, OutputForm.Raw);
        var fixedForm = IndexOf(formats, OutputForm.VhdFixed);
        void Make(int i)
        {
            if (plain >= 0 && i == fixedForm)
            {
                return; // made and hashed together with the raw disk, which it begins with
            }

            if (formats[i] != OutputForm.Raw)
            {
                WriteForm(raw, paths[i], formats[i], image, timestamp);
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Finish(i, hash, 0);
            if (i == plain && fixedForm >= 0)
            {
                WriteForm(raw, paths[fixedForm], OutputForm.VhdFixed, image, timestamp);
                Finish(fixedForm, hash, new FileInfo(raw).Length);
            }
        }

        // Hashes a file from an offset on; what comes before it is in the hash already.
        void Finish(int i, IncrementalHash hash, long offset)
        {
            using var stream = new FileStream(paths[i], FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 0, FileOptions.SequentialScan);
            SparseFile.Hash(stream, offset, hash, cancellation);
            stream.Flush(flushToDisk: true);
            outputs[i] = new(
                FileName(image, formats[i]), ImageDefinition.Formats.WordOf(formats[i]), stream.Length, AllocatedSize.Of(paths[i]),
                System.Convert.ToHexStringLower(hash.GetCurrentHash()));
        }

        try
        {
            // One form at a time to each worker: the default partitioning would give the first worker nearly everything.
            Parallel.ForEach(
                Partitioner.Create(Enumerable.Range(0, formats.Count), EnumerablePartitionerOptions.NoBuffering),
                new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, Make);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(BuildFailure.Of(e, folder));
        }

        cancellation.ThrowIfCancellationRequested();
        for (var i = 0; i < formats.Count; i++)
        {
            File.Move(paths[i], Path.Combine(folder, outputs[i].Name), overwrite: true);
        }

        return outputs;
    }

    private static int IndexOf(IReadOnlyList<OutputForm> formats, OutputForm format)
    {
        for (var i = 0; i < formats.Count; i++)
        {
            if (formats[i] == format)
            {
                return i;
            }
        }

        return -1;
    }

    private static void WriteForm(string raw, string path, OutputForm format, string image, long timestamp)
    {
        using var source = new FileStream(raw, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 20, FileOptions.SequentialScan);
        var identity = DerivedGuid.Of("vhd", $"{image} {timestamp}");
        switch (format)
        {
            case OutputForm.Qcow2:
                Qcow2Image.Write(source, path);
                break;
            case OutputForm.VhdFixed:
                VhdImage.WriteFixed(source, path, identity, timestamp);
                break;
            default:
                VhdImage.WriteDynamic(source, path, identity, timestamp);
                break;
        }
    }

    private IEnumerable<(string FileName, byte[] Image)> BesideTheDisk(DiskContent content) =>
        content.Addons.Where(a => a.Place == AddonPlace.Outputs)
            .Select(a => (a.FileName, Image: Authenticode.Prepare(a.Image).Placeholder(content.BootCode)))
            .Select(a => (a.FileName, request.DeferSigning ? a.Image : ImageSigner.SignProgram(a.Image, keys.SignerOf(SigningRole.BootCode), a.FileName)));

    private void Sign(string raw)
    {
        using var disk = new FileStream(raw, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        ImageSigner.Sign(disk, keys, definition.Name);
    }

    private string Temporary(OutputForm format) => $"{Path.Combine(request.OutputFolder, FileName(definition.Name, format))}.partial-{Environment.ProcessId}";
}
