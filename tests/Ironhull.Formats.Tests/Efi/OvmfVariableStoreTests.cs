using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Efi;
using Ironhull.Formats.Tests.Disk;

namespace Ironhull.Formats.Tests.Efi;

public sealed class OvmfVariableStoreTests
{
    private const string Template = "/usr/share/OVMF/OVMF_VARS_4M.fd";
    private static readonly Guid s_owner = new("11111111-2222-3333-4444-555555555555");

    [Fact]
    public void Parse_TemplateOfOvmf_HasNoVariablesAndIsKept()
    {
        var template = File.ReadAllBytes(Template);
        var store = OvmfVariableStore.Parse(template);
        Assert.Equal(template, store.ToBytes());
    }

    [Fact]
    public void Parse_StoreWithEnrolledVendorKeys_GivesThemAndWritesThemBack()
    {
        var image = File.ReadAllBytes("/usr/share/OVMF/OVMF_VARS_4M.ms.fd");
        var store = OvmfVariableStore.Parse(image);
        foreach (var (vendor, name) in new[] { (EfiGuids.GlobalVariable, "PK"), (EfiGuids.GlobalVariable, "KEK"), (EfiGuids.ImageSecurityDatabase, "db") })
        {
            var signatures = EfiSignatureList.Parse(store.Find(vendor, name)!.Data);
            Assert.Contains(signatures, s => s.Type == EfiGuids.CertificateX509);
        }

        Assert.Equal(new byte[] { 1 }, store.Find(EfiGuids.SecureBootEnableDisable, "SecureBootEnable")!.Data.ToArray());
        var again = OvmfVariableStore.Parse(store.ToBytes());
        Assert.Equal(Describe(store), Describe(again));
    }

    [Fact]
    public void EnrollSecureBoot_SetsKeysAndModeWithTheFirmwaresAttributes()
    {
        var store = OvmfVariableStore.Parse(File.ReadAllBytes(Template));
        store.EnrollSecureBoot([1, 2, 3], [4, 5], [6], s_owner);
        var read = OvmfVariableStore.Parse(store.ToBytes());
        var vendor = OvmfVariableStore.Parse(File.ReadAllBytes("/usr/share/OVMF/OVMF_VARS_4M.ms.fd"));
        foreach (var variable in read.Variables)
        {
            Assert.Equal(vendor.Find(variable.Vendor, variable.Name)?.Attributes ?? variable.Attributes, variable.Attributes);
        }

        var (type, owner, signature) = Assert.Single(EfiSignatureList.Parse(read.Find(EfiGuids.ImageSecurityDatabase, "db")!.Data));
        Assert.Equal((EfiGuids.CertificateX509, s_owner), (type, owner));
        Assert.Equal(new byte[] { 6 }, signature.ToArray());
        Assert.Null(read.Find(EfiGuids.ImageSecurityDatabase, "dbx"));
        Assert.Equal(store.ToBytes(), read.ToBytes());
    }

    [Fact]
    public void ToBytes_MoreThanTheStoreHolds_ReportsHULL1003()
    {
        var store = OvmfVariableStore.Parse(File.ReadAllBytes(Template));
        store.Set(s_owner, "big", EfiVariableAttributes.NonVolatile, new byte[300_000]);
        Assert.Equal("HULL1003", Assert.Throws<HullException>(store.ToBytes).Code.Code);
    }

    [Fact]
    public void Parse_NotAVariableStore_ReportsHULL1004() =>
        Assert.Equal("HULL1004", Assert.Throws<HullException>(() => OvmfVariableStore.Parse(new byte[4096])).Code.Code);

    [Fact]
    public void Parse_WhatWasWritten_IsTheSame()
    {
        var template = Small();
        Gen.Select(Gen.Guid, Gen.String[Gen.Char['a', 'z'], 1, 20], Gen.UInt[0, 0x3F], Gen.Byte.Array[1, 100], Gen.Int[0, 1_000_000_000]).List[0, 12].Sample(variables =>
        {
            var store = OvmfVariableStore.Parse(template);
            foreach (var (vendor, name, attributes, data, time) in variables)
            {
                store.Set(vendor, name, (EfiVariableAttributes)attributes, data, time % 2 == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(time));
            }

            Assert.Equal(Describe(store), Describe(OvmfVariableStore.Parse(store.ToBytes())));
        });
    }

    [Fact]
    public void Parse_MutatedInput_NeverThrowsAnythingButHullException()
    {
        var store = OvmfVariableStore.Parse(Small());
        store.EnrollSecureBoot([1, 2, 3], [4, 5], [6], s_owner);
        Mutation.NeverThrowsAnythingButHullException(
            store.ToBytes(),
            bytes =>
            {
                foreach (var variable in OvmfVariableStore.Parse(bytes).Variables)
                {
                    EfiSignatureList.Parse(variable.Data);
                }
            },
            iterations: 5000,
            focus: 800);
    }

    /// <summary>The template's headers with a store of 8 KiB.</summary>
    private static byte[] Small()
    {
        var image = File.ReadAllBytes(Template)[..8264];
        BitConverter.TryWriteBytes(image.AsSpan(72 + 16), 8192);
        return image;
    }

    private static string Describe(OvmfVariableStore store) => string.Join(
        '\n', store.Variables.Select(v => $"{v.Vendor} {v.Name} {v.Attributes} {v.Timestamp:O} {v.MonotonicCount} {v.PublicKeyIndex} {Convert.ToHexString(v.Data.Span)}"));
}
