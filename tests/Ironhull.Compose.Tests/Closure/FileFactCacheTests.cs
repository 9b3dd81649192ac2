using Ironhull.Compose.Closure;
using Ironhull.Formats.Elf;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Tests.Closure;

public sealed class FileFactCacheTests : IDisposable
{
    private static readonly FileFacts s_elf = new(
        new ElfFacts
        {
            Class = ElfClass.Elf64,
            LittleEndian = true,
            Type = 3,
            Machine = 62,
            Interpreter = "/lib64/ld.so",
            RunPath = "$ORIGIN",
            Needed = ["liba.so", "libb.so"],
            DlopenNotes = [new(["libx.so.1", "libx.so.0"], "suggested", "x", "An x")],
        },
        null,
        null);

    private readonly TemporaryFolder _folder = new();

    private string CachePath => Path.Combine(_folder.Path, "facts");

    public void Dispose() => _folder.Dispose();

    private static Sha256Digest Key(string text) => Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));

    private void Fill()
    {
        var cache = FileFactCache.Load(CachePath);
        cache.Set(Key("elf"), s_elf);
        cache.Set(Key("script"), new(null, "/bin/sh -e", null));
        cache.Set(Key("damaged"), new(null, null, "why"));
        cache.Set(Key("none"), FileFacts.None);
        cache.Save();
    }

    [Fact]
    public void Load_WhatSaveWrote_GivesTheSameFacts()
    {
        Fill();
        var cache = FileFactCache.Load(CachePath);
        Assert.Equal(4, cache.Count);
        var elf = cache.Get(Key("elf"))!.Elf!;
        Assert.Equal(("/lib64/ld.so", null, null, "$ORIGIN"), (elf.Interpreter, elf.SoName, elf.RPath, elf.RunPath));
        Assert.Equal((ElfClass.Elf64, true, (ushort)3, (ushort)62), (elf.Class, elf.LittleEndian, elf.Type, elf.Machine));
        Assert.Equal(s_elf.Elf!.Needed, elf.Needed);
        Assert.Equal(["libx.so.1", "libx.so.0"], Assert.Single(elf.DlopenNotes).SoNames);
        Assert.Equal("suggested", elf.DlopenNotes[0].Priority);
        Assert.Equal("/bin/sh -e", cache.Get(Key("script"))!.Shebang);
        Assert.Equal("why", cache.Get(Key("damaged"))!.Damage);
        Assert.Equal(FileFacts.None, cache.Get(Key("none")));
        Assert.Null(cache.Get(Key("other")));
    }

    [Fact]
    public void Load_AfterAnyByteChangedOrWasCut_CountsAsEmpty()
    {
        Fill();
        var bytes = File.ReadAllBytes(CachePath);
        for (var i = 0; i < bytes.Length; i++)
        {
            var broken = (byte[])bytes.Clone();
            broken[i] ^= 0x40;
            File.WriteAllBytes(CachePath, broken);
            Assert.Equal(0, FileFactCache.Load(CachePath).Count);
            File.WriteAllBytes(CachePath, bytes[..i]);
            Assert.Equal(0, FileFactCache.Load(CachePath).Count);
        }
    }

    [Fact]
    public void Save_BeyondTheLimit_KeepsWhatWasAskedFor()
    {
        Fill();
        var cache = FileFactCache.Load(CachePath);
        cache.Get(Key("script"));
        cache.Set(Key("new"), FileFacts.None);
        cache.Get(Key("new"));
        cache.Save(limit: 2);
        var kept = FileFactCache.Load(CachePath);
        Assert.Equal(2, kept.Count);
        Assert.NotNull(kept.Get(Key("script")));
    }
}
