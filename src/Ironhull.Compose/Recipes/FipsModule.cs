using System.Security.Cryptography;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Recipes;

/// <summary>
/// The configuration of OpenSSL's FIPS provider, as <c>openssl fipsinstall -self_test_onload</c> writes it: the provider
/// refuses to work unless the configuration holds its own message authentication code, and runs its self-tests each time
/// it is loaded.
/// </summary>
public static class FipsModule
{
    // openssl Configure, FIPSKEY: not a secret; the code guards against damage, not against an attacker.
    private static readonly byte[] s_key = Convert.FromHexString("f4556650ac31d35461610bac4ed81b1a181b2d8a43ea2854cbae22ca74560813");

    /// <summary>The section <c>[fips_sect]</c> for a module.</summary>
    /// <param name="module">The provider, <c>fips.so</c>.</param>
    public static string Configuration(Content module)
    {
        using var stream = module.OpenRead();
        var code = Convert.ToHexString(HMACSHA256.HashData(s_key, stream));
        return $"""
            [fips_sect]
            activate = 1
            conditional-errors = 1
            security-checks = 1
            module-mac = {string.Join(':', code.Chunk(2).Select(c => new string(c)))}

            """;
    }
}
