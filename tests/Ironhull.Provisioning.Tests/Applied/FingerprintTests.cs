using System.Security.Cryptography;
using Ironhull.Provisioning.Applied;

namespace Ironhull.Provisioning.Tests.Applied;

public sealed class FingerprintTests
{
    /// <summary>The framework's library judges every length around the ends of blocks, and some that are longer.</summary>
    [Fact]
    public void Of_ContentsOfAnyLength_IsTheirSha256()
    {
        var random = new Random(1);
        foreach (var length in Enumerable.Range(0, 300).Concat([4095, 4096, 100_003, (1 << 20) - 1, 1 << 20, (1 << 20) + 1]))
        {
            var contents = new byte[length];
            random.NextBytes(contents);
            Assert.Equal(SHA256.HashData(contents), Fingerprint.Of(contents));
        }
    }
}
