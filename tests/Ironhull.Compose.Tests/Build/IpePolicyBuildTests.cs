using Ironhull.Compose.Build;
using Ironhull.Compose.Initrd;
using Ironhull.Diagnostics;
using Ironhull.Formats.Fat;
using Ironhull.Formats.Gpt;
using Ironhull.Formats.Ipe;
using Ironhull.Formats.Pe;
using Ironhull.Signing;

namespace Ironhull.Compose.Tests.Build;

[Collection(KeysGroup.Name)]
public sealed class IpePolicyBuildTests(SharedKeys keys)
{
    [Fact]
    public async Task Build_Ipe_PutsAPolicySignedByItsOwnKeyIntoTheInitrd()
    {
        using var image = Image("\nipe: {version: 1.2.3}");
        await image.BuildAsync();
        var (name, signature) = Policy(Path.Combine(image.Output, "small.raw"));
        Assert.Equal("small", name);
        var text = System.Text.Encoding.ASCII.GetString(CmsInlineSignature.Verify(signature, keys.Store.Database).Span);
        var policy = IpePolicy.Parse(text, "p");
        Assert.Equal(("small", "1.2.3"), (policy.Name, policy.Version.ToString()));
        Assert.All(Enum.GetValues<IpeOperation>(), o => Assert.Equal(IpeAction.Deny, policy.DefaultOf(o)));
        policy.RequireVerification("p");
    }

    [Fact]
    public async Task Sign_DeferredBuildWithAPolicy_EqualsTheBuildThatSignedAtOnce()
    {
        using var image = Image("\nipe: {name: other, version: 1.2.3}");
        await image.BuildAsync();
        var deferred = Path.Combine(image.Output, "deferred");
        await image.BuildAsync(image.Request(deferred) with { DeferSigning = true });
        var raw = Path.Combine(deferred, "small.raw");
        var placeholder = Policy(raw).Signature;
        Assert.Equal("HULL6005", Assert.Throws<HullException>(() => CmsInlineSignature.Verify(placeholder, keys.Store.Database)).Code.Code);
        using (var signer = keys.Store.OpenSigningKeys())
        using (var stream = File.Open(raw, FileMode.Open, FileAccess.ReadWrite))
        {
            ImageSigner.Sign(stream, signer, "small");
        }

        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(image.Output, "small.raw")), await File.ReadAllBytesAsync(raw));
        Assert.Equal("other", Policy(raw).Name);
    }

    [Fact]
    public async Task Build_RulesFile_IsTakenAndMakesTheBuildRunAgain()
    {
        using var image = Image("\nipe: {version: 1.0.0, rules: rules.pol}", ("rules.pol", "DEFAULT action=DENY\nop=EXECUTE boot_verified=TRUE action=ALLOW\n"));
        await image.BuildAsync();
        Assert.True((await image.BuildAsync()).UpToDate);
        image.Write("rules.pol", "DEFAULT action=DENY\nop=EXECUTE dmverity_signature=TRUE action=ALLOW\n");
        Assert.False((await image.BuildAsync()).UpToDate);
        Assert.EndsWith("op=EXECUTE dmverity_signature=TRUE action=ALLOW\n", System.Text.Encoding.ASCII.GetString(
            CmsInlineSignature.ContentOf(Policy(Path.Combine(image.Output, "small.raw")).Signature).Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DEFAULT action=DENY\nop=EVERYTHING action=ALLOW\n", "HULL5503", 2)]
    [InlineData("DEFAULT action=DENY\nop=EXECUTE action=ALLOW\n", "HULL5504", 2)]
    public async Task Build_WrongRules_ReportsTheLineOfTheFile(string rules, string code, int line)
    {
        using var image = Image("\nipe: {version: 1.0.0, rules: rules.pol}", ("rules.pol", rules));
        var diagnostic = Assert.Single((await Assert.ThrowsAsync<HullException>(() => image.BuildAsync())).Diagnostics);
        Assert.Equal((code, "rules.pol", line), (diagnostic.Code.Code, diagnostic.Where!.Path, diagnostic.Where.Line));
    }

    [Theory]
    [InlineData("lsm=landlock,selinux")]
    [InlineData("ipe.enforce=0")]
    [InlineData("lsm=ipe ipe.enforce=1 ipe.enforce=0")]
    public async Task Build_CommandLineThatTakesThePolicyBack_ReportsHULL5505(string words)
    {
        using var image = Image("\nipe: {version: 1.0.0}");
        image.WriteDefinition((await File.ReadAllTextAsync(image.DefinitionPath)).Replace("commandLine: quiet", $"commandLine: '{words}'", StringComparison.Ordinal));
        Assert.Equal("HULL5505", (await Assert.ThrowsAsync<HullException>(() => image.BuildAsync())).Code.Code);
    }

    [Fact]
    public void TrySign_ArchiveThatSomebodyElseWrote_IsRefusedOrLeftAlone()
    {
        using var signing = keys.Store.OpenSigningKeys();
        var certificate = signing.CertificateOf(SigningRole.IpePolicy);
        var archive = PolicyArchive.Build("x", CmsInlineSignature.Placeholder("text"u8, certificate.Leaf, certificate.Embedded));
        var changed = archive.ToArray();
        changed[^1] = 1;
        Assert.False(PolicyArchive.TrySign(changed, () => signing.SignerOf(SigningRole.IpePolicy)));
        var none = "\x28\xb5\x2f\xfd rest"u8.ToArray();
        Assert.True(PolicyArchive.TrySign(none, () => throw new InvalidOperationException("not asked")));
        Assert.True(PolicyArchive.TrySign(archive, () => signing.SignerOf(SigningRole.IpePolicy)));
    }

    private SmallImage Image(string more, params (string Name, string Text)[] files)
    {
        var image = new SmallImage(keys.Folder);
        foreach (var (name, text) in files)
        {
            image.Write(name, text);
        }

        image.WriteDefinition(SmallImage.DefaultText(disk: true).Replace("[raw, qcow2]", "[raw]", StringComparison.Ordinal) + more);
        return image;
    }

    private static (string Name, ReadOnlyMemory<byte> Signature) Policy(string raw)
    {
        using var disk = File.OpenRead(raw);
        var esp = GptTable.Read(disk).Partitions.Single(p => p.Type == PartitionTypes.EfiSystem);
        var volume = FatVolume.Open(disk, esp.Offset, esp.Length);
        var kernel = PeImage.Parse(volume.ReadFile(volume.Entries.Single(e => e.Path.StartsWith("/EFI/Linux/small", StringComparison.Ordinal) && e.Path.EndsWith(".efi", StringComparison.Ordinal))));
        var initrd = kernel.Read(kernel.Find(".initrd")!.Value);
        // Behind the archive with the root hash's signature, at a multiple of 512 bytes.
        for (var at = 512; at < initrd.Length; at += 512)
        {
            if (PolicyArchive.Find(initrd[at..]) is { } found)
            {
                return found;
            }
        }

        throw new InvalidOperationException("The initrd has no policy.");
    }
}
