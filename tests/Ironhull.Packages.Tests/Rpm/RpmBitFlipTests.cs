using System.Buffers.Binary;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Rpm;
using Ironhull.Packages.OpenPgp;
using Ironhull.Packages.Rpm;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>Every single flipped bit of a signed package.</summary>
[Collection(SignedPackages.Collection)]
public sealed class RpmBitFlipTests(SignedPackages packages)
{
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Verify_AnyFlippedBit_IsRefusedOrLiesWhereNothingIsRead(int format)
    {
        var sound = format == 4 ? packages.Signed4 : packages.Signed6;
        var ring = packages.Ring("rsa2048", "ed25519");
        var expected = Report(sound, ring);
        var reserved = Reserved(sound);
        var accepted = new bool[sound.Length];
        Parallel.For(0, sound.Length, at =>
        {
            var changed = (byte[])sound.Clone();
            // The reserved space is all alike: one bit of each byte says enough.
            for (var bit = 0; bit < (reserved.Contains(at) ? 1 : 8); bit++)
            {
                changed[at] = (byte)(sound[at] ^ (1 << bit));
                try
                {
                    Assert.Equal(expected, Report(changed, ring));
                    accepted[at] = true;
                }
                catch (HullException e)
                {
                    Assert.StartsWith("HULL21", e.Code.Code, StringComparison.Ordinal);
                }
            }
        });
        var (signature, unread) = NothingReads(sound);
        Assert.DoesNotContain(Enumerable.Range(0, sound.Length), i => accepted[i] && !signature.Contains(i) && !unread.Contains(i));
        // A few bytes of an OpenPGP signature are hints that are not signed: the type of the field that repeats the key id.
        Assert.InRange(signature.Count(i => accepted[i]), 1, 8);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void Verify_CutAnywhere_IsRefused(int format)
    {
        var sound = format == 4 ? packages.Signed4 : packages.Signed6;
        var ring = packages.Ring("rsa2048", "ed25519");
        var codes = Enumerable.Range(0, sound.Length).Select(length => Assert.Throws<HullException>(() => Report(sound[..length], ring)).Code.Code).Distinct();
        Assert.Equal(["HULL2100", "HULL2105", "HULL2158"], codes);
    }

    [Fact]
    public void Verify_MutatedPackage_NeverThrowsAnythingElse()
    {
        var ring = packages.Ring("rsa2048", "ed25519");
        foreach (var sound in new[] { packages.Signed4, packages.Signed6 })
        {
            Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
            {
                var bytes = (byte[])sound.Clone();
                foreach (var (at, value) in changes)
                {
                    bytes[at] = value;
                }

                try
                {
                    Report(bytes, ring);
                }
                catch (HullException)
                {
                }
            }, iter: 2000);
        }
    }

    // What a reader learns from the package: who signed it, and everything that the signature covers.
    private static string Report(byte[] package, OpenPgpKeyRing ring)
    {
        using var stream = new MemoryStream(package, writable: false);
        var result = RpmSignatureVerifier.Inspect(stream, ring, SignedPackages.Now, "demo.rpm");
        RpmSignatureVerifier.Require(result, "demo.rpm");
        return string.Join('\n', [.. result.Signatures.Select(s => s.Signature.ToString()), .. result.Digests.Select(d => d.ToString())]);
    }

    private static HashSet<int> Reserved(byte[] package)
    {
        var run = package.AsSpan().IndexOf(new byte[3000]);
        return [.. Enumerable.Range(run, 3000)];
    }

    // The signature itself, and: the lead; how much space is reserved; the size of the unpacked payload.
    private static (HashSet<int> Signature, HashSet<int> Unread) NothingReads(byte[] package)
    {
        var (signature, unread) = (new HashSet<int>(), new HashSet<int>(Enumerable.Range(4, RpmLead.Size - 4)));
        var count = BinaryPrimitives.ReadInt32BigEndian(package.AsSpan(RpmLead.Size + 8));
        var data = RpmLead.Size + RpmHeader.PreambleSize + (count * RpmHeaderEntry.Size);
        for (var at = RpmLead.Size + RpmHeader.PreambleSize; at < data; at += RpmHeaderEntry.Size)
        {
            var entry = RpmHeaderEntry.Parse(package.AsSpan(at));
            switch (entry.Tag)
            {
                case RpmSignatureTag.Rsa:
                    signature.UnionWith(Enumerable.Range(data + entry.Offset, (int)entry.Count));
                    break;
                case RpmSignatureTag.OpenPgp:
                    signature.UnionWith(Enumerable.Range(data + entry.Offset, package.AsSpan(data + entry.Offset).IndexOf((byte)0)));
                    break;
                case RpmSignatureTag.PayloadSize:
                    unread.UnionWith(Enumerable.Range(data + entry.Offset, 4));
                    break;
                case RpmSignatureTag.Reserved or RpmSignatureTag.ReservedSpace:
                    unread.UnionWith(Enumerable.Range(at + 12, 4));
                    break;
            }
        }

        return (signature, unread);
    }
}
