using System.IO.Compression;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Translation;

namespace Ironhull.Provisioning.Butane;

/// <summary>Puts contents into a resource: escaped, in base64, or compressed and in base64, whichever is shortest.</summary>
internal static class InlineContents
{
    /// <summary>Sets the source, and the compression unless the contents are compressed already.</summary>
    public static void Set(ObjectBuilder resource, ReadOnlySpan<byte> contents, bool isCompressed)
    {
        var url = DataUrl.Encode(contents);
        var compression = "";
        if (!isCompressed && contents.Length > 64)
        {
            using var zipped = new MemoryStream();
            using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize, leaveOpen: true))
            {
                gzip.Write(contents);
            }

            var shorter = "data:;base64," + Convert.ToBase64String(zipped.GetBuffer(), 0, (int)zipped.Length);
            if (shorter.Length + "gzip".Length < url.Length)
            {
                (url, compression) = (shorter, "gzip");
            }
        }

        resource.Set("source", url);
        if (!isCompressed)
        {
            // Also "none" is said, so that nothing is inherited when configs are merged.
            resource.Set("compression", compression);
        }
    }
}
