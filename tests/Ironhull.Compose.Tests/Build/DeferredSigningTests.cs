using System.Security.Cryptography.X509Certificates;
using CsCheck;
using Ironhull.Compose.Build;
using Ironhull.Compose.Initrd;
using Ironhull.Compose.Inspection;
using Ironhull.Diagnostics;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Signing;

namespace Ironhull.Compose.Tests.Build;

[Collection(KeysGroup.Name)]
public sealed class DeferredSigningTests(SharedKeys keys)
{
    [Fact]
    public async Task Sign_DeferredBuild_EqualsTheBuildThatSignedAtOnce()
    {
        using var image = new SmallImage(keys.Folder);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal));
        await image.BuildAsync();
        var signed = Path.Combine(image.Output, "small.raw");
        var deferred = await DeferredAsync(image);
        var unsigned = $"{deferred}.unsigned";
        File.Copy(deferred, unsigned);

        using var signer = keys.Store.OpenSigningKeys();
        Sha256Digest rootHash;
        using (var disk = File.Open(deferred, FileMode.Open, FileAccess.ReadWrite))
        {
            rootHash = ImageSigner.Sign(disk, signer, "small");
        }

        Assert.Equal(Digest(signed), Digest(deferred));

        // Again: nothing changes.
        using (var disk = File.Open(deferred, FileMode.Open, FileAccess.ReadWrite))
        {
            Assert.Equal(rootHash, ImageSigner.Sign(disk, signer, "small"));
        }

        Assert.Equal(Digest(signed), Digest(deferred));
        OnlyPlacesDiffer(unsigned, deferred);
        Verify(deferred, keys.Store.Database, rootHash);

        // What is measured is known as soon as it is signed, and not before.
        using var finished = OpenImage.Open(deferred);
        Assert.Equal([4, 7, 11], Assert.Single(finished.Predict(keys.Store)).Events.Select(e => e.Pcr).Distinct().Order());
        using var unfinished = OpenImage.Open(unsigned);
        Assert.Equal("HULL6005", Assert.Throws<HullException>(() => unfinished.Predict(keys.Store)).Code.Code);
    }

    [Fact]
    public async Task Sign_CertificateOfAnotherLength_ReportsHULL5009AndChangesNothing()
    {
        using var image = new SmallImage(keys.Folder);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal));
        var path = await DeferredAsync(image);
        var before = Digest(path);
        using var signer = keys.Other.OpenSigningKeys();
        using (var disk = File.Open(path, FileMode.Open, FileAccess.ReadWrite))
        {
            Assert.Equal("HULL5009", Assert.Throws<HullException>(() => ImageSigner.Sign(disk, signer, "small")).Code.Code);
        }

        Assert.Equal(before, Digest(path));
    }

    [Fact]
    public async Task Sign_DamagedDisk_ThrowsNothingButCodedErrors()
    {
        using var image = new SmallImage(keys.Folder);
        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal));
        var original = await File.ReadAllBytesAsync(await DeferredAsync(image));
        long signature, esp;
        using (var stream = new MemoryStream(original))
        {
            var table = GptTable.Read(stream);
            signature = table.Partitions.Single(p => p.Type == PartitionTypes.UsrVeritySignature).Offset;
            esp = table.Partitions.Single(p => p.Type == PartitionTypes.EfiSystem).Offset;
        }

        // Where something lies that is read: the table, the start of the file system with its directories and programs, the signature.
        var used = Enumerable.Range(0, 8 << 10).Select(i => esp + (i * 512L)).Where(o => original.AsSpan((int)o, 512).ContainsAnyExcept((byte)0)).ToArray();
        long[] sectors = [0, 512, 1024, .. used, .. used, signature, signature + 512];
        using var signer = keys.Store.OpenSigningKeys();
        var copy = original.ToArray();
        var refused = 0;
        Gen.Select(Gen.Int[0, sectors.Length - 1], Gen.Int[0, 511], Gen.Byte[1, 255]).Sample((sector, at, flip) =>
        {
            var place = sectors[sector] + at;
            copy[place] ^= flip;
            try
            {
                using var disk = new MemoryStream(copy);
                ImageSigner.Sign(disk, signer, "small");
            }
            catch (HullException)
            {
                refused++;
            }
            finally
            {
                original.AsSpan(0, (int)esp + (8 << 20)).CopyTo(copy);
                original.AsSpan((int)signature, 1 << 20).CopyTo(copy.AsSpan((int)signature));
            }
        }, iter: 150, threads: 1);
        Assert.InRange(refused, 1, 149);
    }

    [Fact]
    public void Sign_NoDisk_ReportsACode()
    {
        using var signer = keys.Store.OpenSigningKeys();
        using var empty = new MemoryStream(new byte[1 << 20]);
        Assert.Throws<HullException>(() => ImageSigner.Sign(empty, signer, "x"));
    }

    [Fact]
    public void ToJson_ThenParse_GivesTheSameSignature()
    {
        var hash = Sha256Digest.Of("root"u8);
        var certificate = keys.Store.Database;
        var json = new VeritySignature(hash, new byte[] { 1, 2, 3 }).ToJson(certificate);
        var partition = new byte[1 << 16];
        json.CopyTo(partition, 0);
        var read = VeritySignature.Parse(partition, new("disk"));
        Assert.Equal(hash, read.RootHash);
        Assert.Equal([1, 2, 3], read.Signature.ToArray());
        Assert.Equal(64, VeritySignature.SignedContent(hash).Length);
        Assert.Contains(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(certificate.RawData)), System.Text.Encoding.ASCII.GetString(json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"rootHash": 1, "signature": "AA=="}""")]
    [InlineData("""{"rootHash": "xy", "signature": "AA=="}""")]
    [InlineData("""{"rootHash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "signature": "?"}""")]
    [InlineData("""{"rootHash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "signature": 1}""")]
    [InlineData("""{"rootHash": null, "signature": null}""")]
    public void Parse_AnythingElse_ReportsHULL1002(string text) =>
        Assert.Equal("HULL1002", Assert.Throws<HullException>(() => VeritySignature.Parse(System.Text.Encoding.UTF8.GetBytes(text), new("disk"))).Code.Code);

    [Fact]
    public void Parse_VeryLong_IsRefused() =>
        Assert.Throws<HullException>(() => VeritySignature.Parse(Enumerable.Repeat((byte)' ', 1 << 20).ToArray(), new("disk")));

    private async Task<string> DeferredAsync(SmallImage image)
    {
        // The certificates alone are enough to defer.
        var certificates = Path.Combine(image.Cache, "certificates");
        Directory.CreateDirectory(certificates);
        foreach (var file in Directory.GetFiles(keys.Folder, "*.crt"))
        {
            File.Copy(file, Path.Combine(certificates, Path.GetFileName(file)));
        }

        var folder = Path.Combine(image.Output, "deferred");
        await image.BuildAsync(image.Request(folder) with { KeysFolder = certificates, DeferSigning = true });
        return Path.Combine(folder, "small.raw");
    }

    private static void OnlyPlacesDiffer(string unsigned, string signed)
    {
        using var disk = File.OpenRead(signed);
        var table = GptTable.Read(disk);
        var places = new List<(long Start, long End)>();
        var signature = table.Partitions.Single(p => p.Type == PartitionTypes.UsrVeritySignature);
        places.Add((signature.Offset, signature.Offset + signature.Length));
        var esp = table.Partitions.Single(p => p.Type == PartitionTypes.EfiSystem);
        var volume = FatVolume.Open(disk, esp.Offset, esp.Length);
        foreach (var entry in volume.Entries.Where(e => e.Path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase)))
        {
            var start = Assert.Single(volume.Extents(entry)).Offset;
            var pe = PeImage.Parse(volume.ReadFile(entry));
            places.Add((start + pe.CertificateTableOffset, start + pe.CertificateTableOffset + pe.CertificateTableSize));
            if (pe.Find(".initrd") is { } initrd)
            {
                places.Add((start + initrd.PointerToRawData, start + initrd.PointerToRawData + 4096));
                var policy = pe.Find(".pcrsig")!.Value;
                places.Add((start + policy.PointerToRawData, start + policy.PointerToRawData + policy.VirtualSize));
            }
        }

        Assert.Equal(5, places.Count);
        using var other = File.OpenRead(unsigned);
        Assert.Equal(disk.Length, other.Length);
        var (a, b) = (new byte[1 << 20], new byte[1 << 20]);
        var hit = new HashSet<int>();
        disk.Position = 0;
        for (var at = 0L; at < disk.Length; at += a.Length)
        {
            var length = (int)Math.Min(a.Length, disk.Length - at);
            disk.ReadExactly(a, 0, length);
            other.ReadExactly(b, 0, length);
            if (a.AsSpan(0, length).SequenceEqual(b.AsSpan(0, length)))
            {
                continue;
            }

            for (var i = 0; i < length; i++)
            {
                if (a[i] != b[i])
                {
                    var place = places.FindIndex(p => at + i >= p.Start && at + i < p.End);
                    Assert.True(place >= 0, $"byte {at + i} differs");
                    hit.Add(place);
                }
            }
        }

        Assert.Equal(5, hit.Count);
    }

    private static void Verify(string path, X509Certificate2 certificate, Sha256Digest rootHash)
    {
        using var disk = File.OpenRead(path);
        var table = GptTable.Read(disk);
        var partition = table.Partitions.Single(p => p.Type == PartitionTypes.UsrVeritySignature);
        var bytes = new byte[1 << 16];
        disk.Position = partition.Offset;
        disk.ReadExactly(bytes);
        var signature = VeritySignature.Parse(bytes, new("disk"));
        Assert.EndsWith(" root-hash", CmsDetachedSignature.Verify(VeritySignature.SignedContent(rootHash), signature.Signature, certificate).Subject, StringComparison.Ordinal);
        var esp = table.Partitions.Single(p => p.Type == PartitionTypes.EfiSystem);
        var volume = FatVolume.Open(disk, esp.Offset, esp.Length);
        var programs = volume.Entries.Where(e => e.Path.EndsWith(".efi", StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.Equal(2, programs.Count);
        foreach (var entry in programs)
        {
            var image = volume.ReadFile(entry);
            Assert.EndsWith(" boot-code", Authenticode.Verify(image, certificate).Subject, StringComparison.Ordinal);
            var pe = PeImage.Parse(image);
            if (pe.Find(".initrd") is { } section)
            {
                // Filling it in once more changes nothing: the signature in the initrd is the partition's.
                var initrd = pe.Read(section).ToArray();
                var again = initrd.ToArray();
                Assert.True(SignatureArchive.TryFill(again, signature.Signature.Span));
                Assert.Equal(initrd, again);
            }
        }
    }

    private static Sha256Digest Digest(string path)
    {
        using var stream = File.OpenRead(path);
        return Sha256Digest.Of(stream);
    }
}
