using System.Security.Cryptography;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Tests.Disk;
using Ironhull.Formats.Tpm;

namespace Ironhull.Formats.Tests.Tpm;

public sealed class TcgEventLogTests
{
    // TPM 2.0 part 1, 17.2: new = H(old || digest); these are SHA-256 of 32 zero bytes and SHA-256("abc").
    [Fact]
    public void Extend_ZeroRegister_IsTheHashOfZerosAndTheDigest()
    {
        var bank = new PcrBank();
        var digest = Sha256Digest.Of("abc"u8);
        bank.Extend(11, digest);
        Assert.Equal(Sha256Digest.Of([.. new byte[32], .. digest.ToArray()]), bank[11]);
        Assert.Equal(new Sha256Digest(new byte[32]), bank[12]);
        Assert.Equal(new string('f', 64), bank[17].ToString());
    }

    [Fact]
    public void Parse_LogOfTwoBanks_GivesTheEventsAndReplaysToTheRegisters()
    {
        var log = TcgEventLog.Parse(Log(TwoBanks, (7, 0x80000001, "one"), (7, 4, "two"), (11, 0xD, "three")));
        Assert.Equal([TpmAlgorithm.Sha1, TpmAlgorithm.Sha256], log.Algorithms.Keys.Order());
        Assert.Equal(
            [(7, TcgEventType.EfiVariableDriverConfig, "one"), (7, TcgEventType.Separator, "two"), (11, TcgEventType.Ipl, "three")],
            log.Events.Select(e => (e.Pcr, e.Type, System.Text.Encoding.ASCII.GetString(e.Data.Span))));
        var bank = log.Replay();
        Assert.Equal(PcrBank.Extend(PcrBank.Extend(default, Sha256Digest.Of("one"u8)), Sha256Digest.Of("two"u8)), bank[7]);
        Assert.Equal(PcrBank.Extend(default, Sha256Digest.Of("three"u8)), bank[11]);
    }

    // The registers are what /sys/class/tpm/tpm0/pcr-sha256 of the same machine held; nothing but the firmware and the
    // boot stub had extended them.
    [Theory]
    [InlineData(0, "756C01E14599AC536AA25978FD104D4ECFB39C02A3F8E9057E1A16622D0AF94F")]
    [InlineData(1, "5279D78EAA2B9F2745B0929E0925372686584EA26708EF40E5D8F45CA061E839")]
    [InlineData(4, "454B5923386EA4066BC488B24091462B032A8782BD8BE19910DF95EA9F6C6675")]
    [InlineData(5, "FF87AB0C72AE2FC8E9C92E757B5E10B10CA92B66966D2BB460FB67EE6CB5F6AA")]
    [InlineData(7, "1088097CBD6F9A66A56B84CF6736D725A71C232562D32773754F03C76B169381")]
    [InlineData(9, "694F42376E6C84F46EAA04AD61C481371324FDB3EF2C25F6819509B83DC10DB5")]
    [InlineData(12, "0000000000000000000000000000000000000000000000000000000000000000")]
    public void Replay_LogOfOvmf_GivesTheRegistersOfSwtpm(int pcr, string expected)
    {
        using var stream = typeof(TcgEventLogTests).Assembly.GetManifestResourceStream("ovmf-swtpm.bin")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        Assert.Equal(Sha256Digest.Parse(expected), TcgEventLog.Parse(copy.ToArray()).Replay()[pcr]);
    }

    [Fact]
    public void Replay_NoActionEvent_ChangesNothingButTheStartupLocality()
    {
        var bank = TcgEventLog.Parse(Log(TwoBanks, (0, 3, "StartupLocality\0\u0003"), (5, 3, "note"))).Replay();
        Assert.Equal(new string('0', 63) + "3", bank[0].ToString());
        Assert.Equal(default, bank[5]);
    }

    [Fact]
    public void Replay_LogWithoutSha256_ReportsHULL1004() =>
        Assert.Equal("HULL1004", Code(() => TcgEventLog.Parse(Log([(TpmAlgorithm.Sha1, 20)], (1, 4, "x"))).Replay()));

    [Fact]
    public void Parse_DamagedLogs_ReportWhatIsWrong()
    {
        var good = Log(TwoBanks, (7, 4, "event"));
        var firstEvent = Log(TwoBanks).Length;
        Assert.Equal("HULL1001", Code(() => TcgEventLog.Parse(good.AsMemory(0, good.Length - 1))));
        Assert.Equal("HULL1001", Code(() => TcgEventLog.Parse(Changed(good, good.Length - 9, 0xFF))));   // the event's length
        Assert.Equal("HULL1004", Code(() => TcgEventLog.Parse(Changed(good, 32, (byte)'X'))));           // "Spec ID Event03"
        Assert.Equal("HULL1003", Code(() => TcgEventLog.Parse(Changed(good, 32 + 24, 17))));             // the number of algorithms
        Assert.Equal("HULL1002", Code(() => TcgEventLog.Parse(Changed(good, 32 + 28 + 2, 21))));         // SHA-1 of 21 bytes
        Assert.Equal("HULL1002", Code(() => TcgEventLog.Parse(Changed(good, firstEvent, 24))));          // PCR 24
        Assert.Equal("HULL1002", Code(() => TcgEventLog.Parse(Changed(good, firstEvent + 8, 1))));       // one digest of two
        Assert.Equal("HULL1002", Code(() => TcgEventLog.Parse(Changed(good, firstEvent + 12, 0x0D))));   // an algorithm that is not in the log
        Assert.Equal("HULL1003", Code(() => TcgEventLog.Parse(new byte[(4 << 20) + 1])));
    }

    [Fact]
    public void Parse_WhatWasWritten_IsTheSame() =>
        Gen.Select(Gen.Int[0, 23], Gen.Int[4, 0x20].Select(i => (long)i), Gen.String[Gen.Char['a', 'z'], 0, 40]).Array[0, 20].Sample(events =>
            Assert.Equal(events, TcgEventLog.Parse(Log(TwoBanks, events)).Events.Select(e => (e.Pcr, (long)e.Type, System.Text.Encoding.ASCII.GetString(e.Data.Span)))));

    [Fact]
    public void Parse_MutatedInput_NeverThrowsAnythingButHullException() =>
        Mutation.NeverThrowsAnythingButHullException(
            Log(TwoBanks, (0, 3, "StartupLocality\0\u0003"), (7, 4, "one"), (11, 13, "two")),
            bytes => TcgEventLog.Parse(bytes).Replay(),
            iterations: 5000);

    private static (TpmAlgorithm, int)[] TwoBanks => [(TpmAlgorithm.Sha1, 20), (TpmAlgorithm.Sha256, 32)];

    private static string Code(Action action) => Assert.Throws<HullException>(action).Code.Code;

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        var copy = bytes.ToArray();
        copy[at] = value;
        return copy;
    }

    private static byte[] Log((TpmAlgorithm Id, int Size)[] algorithms, params (int Pcr, long Type, string Text)[] events)
    {
        var log = new MemoryStream();
        void U16(int value) => log.Write(BitConverter.GetBytes((ushort)value));
        void U32(long value) => log.Write(BitConverter.GetBytes((uint)value));
        U32(0);
        U32(3);
        log.Write(new byte[20]);
        U32(28 + (4 * algorithms.Length) + 1);
        log.Write("Spec ID Event03\0"u8);
        U32(0);                                    // platform class: client
        log.Write([0, 2, 0, 2]);                   // version 2.0, UINTN of 64 bits
        U32(algorithms.Length);
        foreach (var (id, size) in algorithms)
        {
            U16((int)id);
            U16(size);
        }

        log.WriteByte(0);                          // no vendor data
        foreach (var (pcr, type, text) in events)
        {
            var data = System.Text.Encoding.ASCII.GetBytes(text);
            U32(pcr);
            U32(type);
            U32(algorithms.Length);
            foreach (var (id, _) in algorithms)
            {
                U16((int)id);
                log.Write(id == TpmAlgorithm.Sha1 ? new byte[20] : SHA256.HashData(data));
            }

            U32(data.Length);
            log.Write(data);
        }

        return log.ToArray();
    }
}
