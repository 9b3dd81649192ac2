using Ironhull.Formats.Io;
using Ironhull.Formats.Tpm;
using Ironhull.Machines.Acceptance;
using Ironhull.Measurement;

namespace Ironhull.Machines.Tests;

public class MeasuredChecksTests
{
    private readonly TcgEventLog _log = ReadLog();

    [Fact]
    public void Compare_WhatWasPredicted_NamesTheRegisters() =>
        Assert.Contains("PCR 7: 1088097cbd6f9a66", MeasuredChecks.Compare(Prediction(), _log, Registers()), StringComparison.Ordinal);

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(12)]
    public void Compare_RegisterThatHoldsMoreThanTheLog_Fails(int pcr)
    {
        var registers = Registers();
        registers[pcr] = PcrBank.Extend(registers[pcr], Sha256Digest.Of("malice"u8));
        Assert.Contains($"PCR {pcr}: expected", Failure(Prediction(), registers), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_OtherProgramInTheLog_FailsAndNamesTheEvent()
    {
        var prediction = Prediction();
        var events = prediction.Events.Select(e => e.What == "4.4" ? e with { Digest = Sha256Digest.Of("the program that was meant"u8) } : e);
        Assert.Contains("Event 4 of PCR 4: expected 4.4", Failure(prediction with { Events = [.. events] }, Registers()), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_EventThatDidNotHappen_Fails()
    {
        var prediction = Prediction();
        var more = prediction with { Events = [.. prediction.Events, new MeasuredEvent(12, "addons", Sha256Digest.Of("quiet"u8))] };
        Assert.Contains("the event log has nothing more", Failure(more, Registers()), StringComparison.Ordinal);
    }

    [Fact]
    public void Compare_PhaseThatDidNotHappen_Fails() =>
        Assert.Contains("PCR 11: expected", Failure(Prediction() with { Phases = ["sysinit"] }, Registers()), StringComparison.Ordinal);

    private string Failure(BootPrediction prediction, Dictionary<int, Sha256Digest> registers) =>
        Assert.Throws<CheckFailedException>(() => MeasuredChecks.Compare(prediction, _log, registers)).Message;

    // The log of a real machine; here it also says what was to be expected.
    private BootPrediction Prediction()
    {
        var counts = new int[PcrBank.Count];
        return new(
            "/EFI/Linux/test.efi", [],
            [.. _log.Events.Where(e => BootPrediction.Registers.Contains(e.Pcr)).Select(e => new MeasuredEvent(e.Pcr, $"{e.Pcr}.{++counts[e.Pcr]}", e.Sha256!.Value))],
            []);
    }

    private Dictionary<int, Sha256Digest> Registers()
    {
        var bank = _log.Replay();
        return BootPrediction.Registers.ToDictionary(pcr => pcr, pcr => bank[pcr]);
    }

    private static TcgEventLog ReadLog()
    {
        using var stream = typeof(MeasuredChecksTests).Assembly.GetManifestResourceStream("ovmf-swtpm.bin")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return TcgEventLog.Parse(copy.ToArray());
    }
}
