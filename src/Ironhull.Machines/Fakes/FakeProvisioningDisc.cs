using System.IO.Compression;

namespace Ironhull.Machines.Fakes;

/// <summary>
/// The disc that Azure puts into a new machine's drive: UDF with <c>ovf-env.xml</c>, which names the machine aks-node-7, and <c>CustomData.bin</c>, a config that makes
/// <see cref="File"/>. It was made with <c>genisoimage -udf</c>, and is kept compressed beside this class.
/// </summary>
public static class FakeProvisioningDisc
{
    private const string Resource = "azure-disc.udf.gz";

    /// <summary>What the custom data makes.</summary>
    public const string File = "/etc/from-the-disc";

    /// <summary>Writes the disc.</summary>
    public static void Write(string path)
    {
        using var disc = new GZipStream(typeof(FakeProvisioningDisc).Assembly.GetManifestResourceStream(Resource)!, CompressionMode.Decompress);
        using var file = System.IO.File.Create(path);
        disc.CopyTo(file);
    }
}
