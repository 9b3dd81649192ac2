using System.Runtime.InteropServices;
using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Capabilities;

namespace Ironhull.Formats.Tests.Capabilities;

public sealed partial class FileCapabilitiesTests
{
    [LibraryImport("libc", EntryPoint = "getxattr", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint GetXattr(string path, string name, byte[] value, nuint size);

    [Theory]
    [InlineData("cap_net_raw=ep", "0100000200200000000000000000000000000000")]
    [InlineData("cap_net_raw=p", "0000000200200000000000000000000000000000")]
    [InlineData("= cap_chown,cap_bpf+ei", "0100000200000000010000000000000080000000")]
    [InlineData("=ep", "01000002FFFFFFFF00000000FF01000000000000")]
    [InlineData("", "0000000200000000000000000000000000000000")]
    public void Parse_KnownTexts_GiveTheKernelsBytes(string text, string hex) => Assert.Equal(hex, Convert.ToHexString(FileCapabilities.Parse(text).ToXattr()));

    [Theory]
    [InlineData("cap_net_raw")]
    [InlineData("cap_net_row=ep")]
    [InlineData("cap_net_raw=x")]
    [InlineData("+ep")]
    [InlineData("cap_net_raw+")]
    [InlineData("cap_net_raw,=ep")]
    [InlineData("cap_net_raw=p=e")]
    [InlineData("cap_net_raw=ep cap_chown=p")]
    [InlineData("41=ep")]
    [InlineData("4294967296=ep")]
    public void Parse_OtherTexts_ReportHULL2124(string text) => Assert.Equal("HULL2124", Assert.Throws<HullException>(() => FileCapabilities.Parse(text)).Code.Code);

    [Theory]
    [InlineData("cap_net_raw=ep")]
    [InlineData("cap_net_admin,cap_net_raw=ep")]
    [InlineData("cap_net_raw=p")]
    [InlineData("cap_net_raw+ep")]
    [InlineData("cap_setuid=i")]
    [InlineData("= cap_chown,cap_fowner+eip")]
    [InlineData("cap_chown+ep cap_kill+ep cap_chown-p")]
    [InlineData("=ep cap_sys_admin-ep")]
    [InlineData("all=eip")]
    [InlineData("CAP_SYS_ADMIN=ep")]
    [InlineData("cap_checkpoint_restore,cap_bpf,cap_perfmon=ep")]
    [InlineData("cap_chown=eip-i")]
    [InlineData("cap_chown=i+p")]
    [InlineData("13=ep")]
    [InlineData("cap_chown=")]
    [InlineData("cap_chown=p cap_kill=i")]
    public void Parse_Text_GivesWhatSetcapWrites(string text)
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder["f"], "");
        HostTool.Run("setcap", text, folder["f"]);
        Assert.Equal(Attribute(folder["f"]), Convert.ToHexString(FileCapabilities.Parse(text).ToXattr()));
    }

    [Fact]
    public void Parse_RandomText_AgreesWithSetcapOnWhatIsAllowed()
    {
        var name = AnyOf("cap_chown", "cap_net_raw", "cap_bpf", "all", "cap_chown,cap_kill", "");
        var action = Gen.Select(AnyOf("=", "+", "-"), AnyOf("e", "i", "p", "ep", "eip", "ip", "")).Select(a => a.Item1 + a.Item2);
        var clause = Gen.Select(name, action.Array[1, 2]).Select(c => c.Item1 + string.Concat(c.Item2));
        using var folder = new TempFolder();
        File.WriteAllText(folder["f"], "");
        clause.Array[1, 3].Sample(
            clauses =>
            {
                var text = string.Join(' ', clauses);
                var allowed = HostTool.Try("setcap", [text, folder["f"]]).ExitCode == 0;
                try
                {
                    var mine = Convert.ToHexString(FileCapabilities.Parse(text).ToXattr());
                    Assert.True(allowed, $"setcap refuses '{text}'");
                    Assert.Equal(Attribute(folder["f"]), mine);
                }
                catch (HullException) when (!allowed)
                {
                }
            },
            iter: 300,
            threads: 1);
    }

    private static Gen<string> AnyOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Attribute(string path)
    {
        var value = new byte[64];
        var length = GetXattr(path, FileCapabilities.XattrName, value, (nuint)value.Length);
        Assert.True(length >= 0, $"getxattr: {Marshal.GetLastPInvokeError()}");
        return Convert.ToHexString(value.AsSpan(0, (int)length));
    }
}
