using Ironhull.Compose.Build;
using Ironhull.Diagnostics;
using Ironhull.Formats.Pe;
using Ironhull.Signing;

namespace Ironhull.Compose.Inspection;

/// <summary>Says who signed something; a damaged signature is a finding, not an error.</summary>
internal static class SignatureText
{
    /// <summary>Who signed an EFI program.</summary>
    public static string OfProgram(PeImage image) => Guard(() => SignatureSummary.OfImage(image)?.ToString() ?? "not signed");

    /// <summary>Who signed the root hash.</summary>
    public static string OfRootHash(VeritySignature signature) => Guard(() => SignatureSummary.OfPkcs7(signature.Signature).ToString());

    private static string Guard(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (HullException e)
        {
            return $"damaged ({e.Code.Code})";
        }
    }
}
