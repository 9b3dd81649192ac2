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
        var path = Path.Combine(folder, FileName(image));
        try
        {
            Remove(folder, image);
            if (FirmwareDigest(keysFolder) is null)
            {
                return (null, $"no {FileName(image)}: it needs a folder of keys with the certificates that the machines' firmware trusts ({string.Join(", ", s_firmware.Select(n => n + ".crt"))})");
            }

            using var disk = OpenImage.Open(Path.Combine(folder, outputs[0].Name));
            var addons = outputs.Where(o => o.Kind == AddonOutputs.Kind).Select(o => (Path.GetFileName(o.Name), File.ReadAllBytes(Path.Combine(folder, o.Name)))).ToList();
            var bytes = Render(new(image, version, disk.Predict(KeyStore.Open(keysFolder!), addons)));
            AtomicFile.WriteAllBytes(path, bytes);
            return (new(FileName(image), Kind, bytes.Length, bytes.Length, Sha256Digest.Of(bytes).ToString()), "");
        }
        catch (HullException e)
        {
            return (null, $"no {FileName(image)}: {e.Diagnostics[0].Message} ({e.Code.Code})");
        }
    }

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
