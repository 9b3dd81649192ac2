using CsCheck;

namespace Ironhull.Machines.Tests;

public class ConsoleLogTests
{
    [Fact]
    public void Plain_ColouredStatusLine_BecomesItsText() =>
        Assert.Equal(
            "[  OK  ] Reached target multi-user.target - Multi-User System.\n",
            ConsoleLog.Plain("\x1b[K[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39mmulti-user.target\x1b[0m - Multi-User System.\r\n"));

    [Fact]
    public void Plain_OperatingSystemCommand_IsTakenOut() => Assert.Equal("ab", ConsoleLog.Plain("a\x1b]0;title\ab"));

    [Fact]
    public void Plain_AnyText_HasNoEscapeAndDoesNotThrow() =>
        Gen.OneOf(new[] { "\x1b[", "\x1b]", "\x1b", "\a", "\\", "0;1m", "text", "\r", "\n", "é", "\0" }.Select(Gen.Const).ToArray()).Array[0, 20].Sample(parts =>
        {
            var plain = ConsoleLog.Plain(string.Concat(parts));
            Assert.DoesNotContain('\x1b', plain);
            Assert.DoesNotContain('\0', plain);
        });

    [Fact]
    public void Tail_Animation_IsLeftOut() =>
        Assert.Equal("one\ntwo", ConsoleLog.Tail("one\n[*] Job a.device/start running (1s / 10min)\n\ntwo\n"));

    [Fact]
    public void Read_MissingFile_IsEmpty() => Assert.Equal("", ConsoleLog.Read("/nonexistent/console.log"));
}
