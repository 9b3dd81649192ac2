using System.Text;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Cpio;
using Ironhull.Formats.Efi;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Tests.Pe;
using Ironhull.Formats.Tpm;
using Ironhull.Formats.Trees;
using Ironhull.Signing;
using Ironhull.Signing.Tests;

namespace Ironhull.Measurement.Tests;

public sealed class BootPredictorTests(TestKeys keys) : IClassFixture<TestKeys>
{
    private const string Extras = "/EFI/Linux/test_1.efi.extra.d/";

    // The firmware's own log of a machine with other keys: its PK, KEK and db are taken from it and put into a key folder.
    [Fact]
    public void OfSecureBoot_CertificatesOfARealMachine_GivesEveryEventAndThePcr7ThatOvmfMeasured()
    {
        using var stream = typeof(BootPredictorTests).Assembly.GetManifestResourceStream("ovmf-swtpm.bin")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var log = TcgEventLog.Parse(copy.ToArray());
        var variables = log.Events.Where(e => e.Pcr == 7 && e.Type == TcgEventType.EfiVariableDriverConfig).Select(e => e.Data).ToList();
        using var folder = new TemporaryFolder();
        foreach (var (index, name) in new[] { (1, "PK"), (2, "KEK"), (3, "db") })
        {
            var (_, _, certificate) = Assert.Single(EfiSignatureList.Parse(variables[index][(32 + (2 * name.Length))..]));
            folder.Write(name + ".crt", Encoding.ASCII.GetBytes(new string(System.Security.Cryptography.PemEncoding.Write("CERTIFICATE", certificate.Span))));
        }

        var predicted = FirmwareMeasurements.OfSecureBoot(KeyStore.Open(folder.Path)).ToList();
        Assert.Equal(log.Events.Where(e => e.Pcr == 7).Select(e => e.Sha256!.Value), predicted.Select(e => e.Digest));
        Assert.Equal(
            "1088097cbd6f9a66a56b84cf6736d725a71c232562d32773754f03c76b169381",
            predicted.Aggregate(default(Sha256Digest), (value, e) => PcrBank.Extend(value, e.Digest)).ToString());
    }

    [Fact]
    public void Predict_KernelWithPhases_GivesThePcr11OfSystemdMeasure()
    {
        using var folder = new TemporaryFolder();
        var initrd = Initrd("/usr/lib/systemd/system/initrd.target.wants/systemd-pcrphase-initrd.service");
        var prediction = Assert.Single(Predict(Disk(initrd: initrd)));
        Assert.Equal(["enter-initrd", "leave-initrd"], prediction.Phases);
        var measured = Tool.Run(
            "/usr/lib/systemd/systemd-measure", "calculate", "--bank=sha256", "--phase=enter-initrd:leave-initrd",
            "--linux=" + folder.Write("linux", "kernel"u8.ToArray()), "--osrel=" + folder.Write("osrel", "ID=test\n"u8.ToArray()),
            "--cmdline=" + folder.Write("cmdline", "quiet"u8.ToArray()), "--initrd=" + folder.Write("initrd", initrd));
        Assert.Contains($"11:sha256={prediction.WhenRunning(11)}", measured, StringComparison.Ordinal);
    }

    [Fact]
    public void Predict_NoAddons_LeavesPcr12AtZeroAndMeasuresBothProgramsIntoPcr4()
    {
        var prediction = Assert.Single(Predict(Disk()));
        Assert.Equal(default, prediction.WhenRunning(12));
        Assert.Empty(prediction.Phases);
        Assert.Equal(prediction.AtKernelStart(11), prediction.WhenRunning(11));
        Assert.Equal(
            ["action 'Calling EFI Application from Boot Option'", "separator", "program /EFI/BOOT/BOOTX64.EFI", $"program {BootDisk.Kernel}"],
            prediction.Events.Where(e => e.Pcr == 4).Select(e => e.What));
        Assert.Equal(
            [".linux", ".osrel", ".cmdline", ".initrd", ".uname", ".sbat"],
            prediction.Events.Where(e => e.Pcr == 11 && e.What.StartsWith("section ", StringComparison.Ordinal)).Select(e => e.What[8..]));
    }

    [Fact]
    public void Predict_GlobalAndOwnAddon_GivesEveryChoiceWithTheGlobalWordsFirst()
    {
        var predictions = Predict(Disk(files: [
            (Extras + "b.addon.efi", Addon(" own=1\n")), ("/loader/addons/z.addon.efi", Addon("global=1")), (Extras + "readme.efi", Addon("never")),
            (Extras + ".hidden.addon.efi", Addon("never")), (Extras + "\u00e4.addon.efi", Addon("never")), (Extras + "deeper/c.addon.efi", Addon("never")),
        ]));
        Assert.Equal(
            [["/loader/addons/z.addon.efi", Extras + "b.addon.efi"], [Extras + "b.addon.efi"], ["/loader/addons/z.addon.efi"], Array.Empty<string>()],
            predictions.Select(p => p.Addons.ToArray()));
        Assert.Equal(["global=1 own=1", "own=1", "global=1"], predictions.Take(3).Select(p => p.Events.Single(e => e.Pcr == 12).What.Split(": ")[1]));
        Assert.Equal([6, 5, 5, 4], predictions.Select(p => p.Events.Count(e => e.Pcr == 4)));
        Assert.Equal(Sha256Digest.Of(Encoding.Unicode.GetBytes("own=1\0")), predictions[1].Events.Single(e => e.Pcr == 12).Digest);
        Assert.Equal(4, predictions.Select(p => (p.WhenRunning(4), p.WhenRunning(12))).Distinct().Count());
        Assert.Single(predictions.Select(p => p.WhenRunning(11)).Distinct());
    }

    [Fact]
    public void Predict_CatalogueOfAddons_GivesTheBootAsItIsFirstAndNoTwoOfAGroup()
    {
        const string Available = Extras + BootPredictor.CatalogueFolder;
        var predictions = Predict(Disk(files: [
            (Extras + "b.addon.efi", Addon("b=1")), (Available + "b.addon.efi", Addon("b=1")), (Available + "a.addon.efi", Grouped("a")), (Available + "c.addon.efi", Grouped("c")),
        ]));
        Assert.Equal(
            [["b"], ["b", "c"], ["c"], ["a", "b"], ["a"], Array.Empty<string>()],
            predictions.Select(p => p.Addons.Select(a => a[Extras.Length..^".addon.efi".Length]).ToArray()));
        Assert.Equal("b=1 c=1", predictions[1].Events.Single(e => e.Pcr == 12).What.Split(": ")[1]);
        Assert.All(predictions, p => Assert.Empty(p.Conflicts));

        // As the stub would find it switched on, byte for byte.
        Assert.Equal(
            Predict(Disk(files: [(Extras + "b.addon.efi", Addon("b=1")), (Extras + "c.addon.efi", Grouped("c"))]))[0].Events, predictions[1].Events);
    }

    [Fact]
    public void Predict_TwoAddonsOfAGroupSwitchedOn_IsPredictedAndTold()
    {
        var prediction = Predict(Disk(files: [(Extras + "a.addon.efi", Grouped("a")), (Extras + "c.addon.efi", Grouped("c"))]))[0];
        Assert.Equal("a=1 c=1", prediction.Events.Single(e => e.Pcr == 12).What.Split(": ")[1]);
        Assert.Equal(["profile"], prediction.Conflicts);
    }

    [Fact]
    public void Predict_MoreChoicesThanAreSensible_ReportsHULL1003()
    {
        var many = Enumerable.Range(0, 9).Select(i => ($"{Extras}{BootPredictor.CatalogueFolder}a{i}.addon.efi", Addon($"a={i}"))).ToArray();
        Assert.Equal("HULL1003", Assert.Throws<HullException>(() => Predict(Disk(files: many))).Code.Code);
        var grouped = Enumerable.Range(0, 16).Select(i => ($"{Extras}a{i:D2}.addon.efi", Grouped($"a{i}"))).ToArray();
        Assert.Equal(1 + 17, Predict(Disk(files: grouped)).Count);
        Assert.Equal("HULL1003", Assert.Throws<HullException>(() => Predict(Disk(files: [.. grouped, (Extras + "z.addon.efi", Addon("z"))]))).Code.Code);
    }

    [Fact]
    public void Predict_AddonForAnotherKernel_IsMeasuredAsAProgramOnly()
    {
        var other = Authenticode.Sign(UkiBuilder.BuildAddon(MinimalPe.Create(), "other=1", uname: "2.6"), keys.Signer);
        var prediction = Predict(Disk(files: [("/loader/addons/other.addon.efi", other)]))[0];
        Assert.Equal(default, prediction.WhenRunning(12));
        Assert.Equal(5, prediction.Events.Count(e => e.Pcr == 4));
    }

    [Fact]
    public void Predict_WhatTheFirmwareRefuses_ReportsTheSignature()
    {
        Assert.Equal("HULL6008", Code(() => Predict(Disk(files: [("/EFI/BOOT/BOOTX64.EFI", MinimalPe.Create())]))));
        Assert.Equal("HULL6008", Code(() => Predict(Disk(files: [("/loader/addons/x.addon.efi", UkiBuilder.BuildAddon(MinimalPe.Create(), "x"))]))));
        using var stranger = new TestKeys();
        Assert.Equal("HULL6005", Code(() => Predict(Disk(), stranger.Store)));
    }

    [Fact]
    public void Predict_WhatIsDecidedAtBoot_ReportsHULL1004()
    {
        Assert.Equal("HULL1004", Code(() => Predict(Disk(section: ".profile"))));
        Assert.Equal("HULL1004", Code(() => Predict(Disk(files: [("/loader/credentials/a.cred", [1])]))));
        Assert.Equal("HULL1004", Code(() => Predict(Disk(files: [(Extras + "a.cred", [1])]))));
    }

    [Fact]
    public void Predict_DamagedDisk_ThrowsNothingButHullException()
    {
        var disk = Disk(files: [("/loader/addons/z.addon.efi", Addon("global=1"))]);
        var bytes = disk.GetBuffer();
        var used = Enumerable.Range(0, (int)disk.Length / 512).Where(i => bytes.AsSpan(i * 512, 512).ContainsAnyExcept((byte)0)).ToArray();
        Gen.Select(Gen.Int[0, used.Length - 1].Select(i => used[i]), Gen.Int[0, 511], Gen.Byte).List[1, 4].Sample(
            changes =>
            {
                var undo = changes.Select(c => bytes[(c.Item1 * 512) + c.Item2]).ToList();
                try
                {
                    foreach (var (sector, offset, value) in changes)
                    {
                        bytes[(sector * 512) + offset] = value;
                    }

                    Predict(disk);
                }
                catch (HullException)
                {
                }
                finally
                {
                    for (var i = changes.Count - 1; i >= 0; i--)
                    {
                        bytes[(changes[i].Item1 * 512) + changes[i].Item2] = undo[i];
                    }
                }
            },
            iter: 300,
            threads: 1);
        Assert.Equal(2, Predict(disk).Count);
    }

    [Fact]
    public void With_ServicesInInitrdAndUsr_GivesThePhasesInOrder()
    {
        string[] usr =
        [
            "/lib/systemd/system/systemd-pcrphase.service", "/lib/systemd/system/sysinit.target.wants/systemd-pcrphase.service",
            "/lib/systemd/system/sysinit.target.wants/systemd-pcrphase-sysinit.service", "/lib/systemd/system/initrd.target.wants/systemd-pcrphase-initrd.service",
        ];
        var initrd = Initrd("/usr/lib/systemd/system/initrd.target.wants/systemd-pcrphase-initrd.service");
        Assert.Equal(["enter-initrd", "leave-initrd", "sysinit", "ready"], Phases(initrd, usr));
        Assert.Equal(["sysinit", "ready"], Phases(Initrd("/usr/lib/systemd/system/systemd-pcrphase-initrd.service"), usr));
        Assert.Empty(Phases(default, usr[..1]));
    }

    [Theory]
    [InlineData("ConditionKernelCommandLine=root.kind=sealed", "quiet root.kind=sealed", true)]
    [InlineData("ConditionKernelCommandLine=root.kind=sealed", "quiet root.kind=sealed2", false)]
    [InlineData("ConditionKernelCommandLine=root.kind", "quiet root.kind=sealed", true)]
    [InlineData("ConditionKernelCommandLine=!root.kind", "quiet root.kind=sealed", false)]
    [InlineData("ConditionKernelCommandLine=!root.kind", "quiet", true)]
    [InlineData("ConditionPathExists=/etc/initrd-release", "", true)]
    public void With_ConditionInADropIn_CountsTheServiceWhenItHolds(string condition, string commandLine, bool counts)
    {
        const string Folder = "/usr/lib/systemd/system/";
        var tree = new FileTree();
        tree.Set(Folder + "sysinit.target.wants/systemd-pcrphase-initrd.service", Inode.SymbolicLink("../systemd-pcrphase-initrd.service"));
        tree.Set(Folder + "systemd-pcrphase-initrd.service", Inode.File(Content.FromText("[Service]\n")));
        tree.Set(Folder + "systemd-pcrphase-initrd.service.d/a.conf", Inode.File(Content.FromText($"[Unit]\n{condition}\n")));
        using var archive = new MemoryStream();
        CpioWriter.Write(archive, tree);
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(archive.ToArray());
        }

        foreach (var initrd in (byte[][])[archive.ToArray(), packed.ToArray()])
        {
            Assert.Equal(counts ? ["enter-initrd", "leave-initrd"] : [], Phases(initrd, [], commandLine));
        }
    }

    [Fact]
    public void Read_CompressedArchiveBehindAPlainOne_ReadsBoth()
    {
        var plain = Initrd("/etc/first");
        var last = Initrd("/usr/lib/systemd/system/initrd.target.wants/systemd-pcrphase-initrd.service")[512..];
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(last);
        }

        Assert.Equal(["enter-initrd", "leave-initrd"], Phases((byte[])[.. plain, .. packed.ToArray()], []));
    }

    [Fact]
    public void Read_MutatedInitrd_NeverThrowsAnythingButHullException() =>
        Mutation.NeverThrowsAnythingButHullException(Initrd("/usr/lib/systemd/a"), bytes => Phases(bytes, []), iterations: 2000);

    [Theory]
    [InlineData("/EFI/Linux/a.efi", "/EFI/Linux/a.efi.extra.d/")]
    [InlineData("/EFI/Linux/a+3.efi", "/EFI/Linux/a.efi.extra.d/")]
    [InlineData("/EFI/Linux/a+2-1.efi", "/EFI/Linux/a.efi.extra.d/")]
    [InlineData("/EFI/Linux/a+b.efi", "/EFI/Linux/a+b.efi.extra.d/")]
    public void ExtrasOf_LeavesTheBootCounterOut(string kernel, string folder) => Assert.Equal(folder, BootPredictor.ExtrasOf(kernel));

    private static string Code(Action action) => Assert.Throws<HullException>(action).Code.Code;

    private static byte[] Initrd(string path) => BootDisk.Initrd(path);

    private static IReadOnlyList<string> Phases(ReadOnlyMemory<byte> initrd, IReadOnlyCollection<string> usr, string commandLine = "") =>
        new BootPhases(initrd.IsEmpty ? null : InitrdFiles.Read(initrd), usr).With(commandLine);

    private byte[] Addon(string words) => BootDisk.Addon(keys, words);

    private MemoryStream Disk(byte[]? initrd = null, string? section = null, (string Path, byte[] Content)[]? files = null) => BootDisk.Create(keys, initrd, section, files);

    private IReadOnlyList<BootPrediction> Predict(MemoryStream disk, KeyStore? store = null) => BootPredictor.Predict(disk, store ?? keys.Store, "disk");

    private byte[] Grouped(string name) =>
        Authenticode.Sign(UkiBuilder.BuildAddon(MinimalPe.Create(), $"{name}=1", new AddonIdentity(name, "A choice", "profile").ToOsRelease()), keys.Signer);
}
