using System.Text.Json;
using Ironhull.Compose.Inspection;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Measurement.Attestation;
using Ironhull.Signing;

namespace Ironhull.Compose.Build;

/// <summary>
/// <c>NAME.pcrs.json</c> beside a signed disk: the TPM registers of every boot that it can make, addons of the output folder included, as
/// <c>hull inspect --pcrs --format json</c> prints them and <c>hull attest verify --published</c> takes them.
/// </summary>
public static class PredictedRegisters
{
    /// <summary>The kind of this output in a report.</summary>
    public const string Kind = "pcrs";

    private static readonly string[] s_firmware = ["PK", "KEK", "db"];

    /// <summary>The file's name.</summary>
    public static string FileName(string image) => $"{image}.pcrs.json";

    /// <summary>SHA-256 of the certificates that the machines' firmware trusts, or null when the folder has not all of them.</summary>
    /// <param name="keysFolder">A folder of keys, or null.</param>
    public static Sha256Digest? FirmwareDigest(string? keysFolder)
    {
        var files = s_firmware.Select(n => Path.Combine(keysFolder ?? "", n + ".crt")).ToList();
        return keysFolder is not null && files.TrueForAll(File.Exists) ? Sha256Digest.Of(files.SelectMany(File.ReadAllBytes).ToArray()) : null;
    }

    /// <summary>Writes the file. What cannot be predicted leaves none, also none of an earlier build.</summary>
    /// <param name="folder">The output folder with the signed disk.</param>
    /// <param name="image">The image's name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="keysFolder">The folder with the certificates that the machines' firmware trusts, or null.</param>
    /// <param name="outputs">What is in the folder: disks first, addons.</param>
    /// <returns>The output, or why there is none.</returns>
    public static (BuildOutput? Output, string Note) Write(string folder, string image, string version, string? keysFolder, IReadOnlyList<BuildOutput> outputs)
    {
        try
        {
            using var disk = OpenImage.Open(Path.Combine(folder, outputs[0].Name));
            var (content, note) = Predict(folder, image, version, keysFolder, disk, outputs);
            return (Write(folder, image, content), note);
        }
        catch (HullException e)
        {
            return (null, NoteOf(image, e));
        }
    }

    /// <summary>What the file will hold; nothing is written.</summary>
    /// <param name="folder">The output folder, with the addons.</param>
    /// <param name="image">The image's name.</param>
    /// <param name="version">Its version.</param>
    /// <param name="keysFolder">The folder with the certificates that the machines' firmware trusts, or null.</param>
    /// <param name="disk">The signed disk.</param>
    /// <param name="outputs">What is in the folder; of interest are addons.</param>
    /// <returns>The content, or why there is none.</returns>
    public static (byte[]? Content, string Note) Predict(string folder, string image, string version, string? keysFolder, OpenImage disk, IReadOnlyList<BuildOutput> outputs)
    {
        try
        {
            if (FirmwareDigest(keysFolder) is null)
            {
                return (null, $"no {FileName(image)}: it needs a folder of keys with the certificates that the machines' firmware trusts ({string.Join(", ", s_firmware.Select(n => n + ".crt"))})");
            }

            var addons = outputs.Where(o => o.Kind == AddonOutputs.Kind).Select(o => (Path.GetFileName(o.Name), File.ReadAllBytes(Path.Combine(folder, o.Name)))).ToList();
            return (Render(new(image, version, disk.Predict(KeyStore.Open(keysFolder!), addons))), "");
        }
        catch (HullException e)
        {
            return (null, NoteOf(image, e));
        }
    }

    /// <summary>Writes a predicted content; without one, removes the file of an earlier build.</summary>
    public static BuildOutput? Write(string folder, string image, byte[]? content)
    {
        if (content is null)
        {
            Remove(folder, image);
            return null;
        }

        AtomicFile.WriteAllBytes(Path.Combine(folder, FileName(image)), content);
        return new(FileName(image), Kind, content.Length, content.Length, Sha256Digest.Of(content).ToString());
    }

    private static string NoteOf(string image, HullException error) => $"no {FileName(image)}: {error.Diagnostics[0].Message} ({error.Code.Code})";

    /// <summary>Removes the file of an earlier build: an unsigned disk has no registers yet.</summary>
    public static void Remove(string folder, string image) => File.Delete(Path.Combine(folder, FileName(image)));

    private static byte[] Render(PublishedMeasurements published)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            published.Write(json);
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }
}
