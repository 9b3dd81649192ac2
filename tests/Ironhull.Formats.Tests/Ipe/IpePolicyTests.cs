using CsCheck;
using Ironhull.Diagnostics;
using Ironhull.Formats.Ipe;

namespace Ironhull.Formats.Tests.Ipe;

public sealed class IpePolicyTests
{
    private const string Header = "policy_name=test policy_version=1.2.3\n";

    [Fact]
    public void Parse_PolicyWithCommentsAndTabs_GivesItsRules()
    {
        var policy = IpePolicy.Parse(
            "# what may run\n\n  policy_name=a-policy\tpolicy_version=0.10.65535   # header\n" +
            "DEFAULT action=DENY\r\nDEFAULT op=POLICY action=ALLOW\n\top=EXECUTE boot_verified=TRUE  dmverity_signature=FALSE action=ALLOW # both\n" +
            "op=KEXEC_IMAGE dmverity_roothash=sha256:0aFF action=DENY", "p");
        Assert.Equal(("a-policy", "0.10.65535"), (policy.Name, policy.Version.ToString()));
        Assert.Equal(IpeAction.Deny, policy.DefaultOf(IpeOperation.Execute));
        Assert.Equal(IpeAction.Allow, policy.DefaultOf(IpeOperation.Policy));
        Assert.Equal([IpeOperation.Execute, IpeOperation.KexecImage], policy.Rules.Select(r => r.Operation));
        Assert.Equal([new("boot_verified", "TRUE"), new("dmverity_signature", "FALSE")], policy.Rules[0].Properties);
        Assert.Equal([6, 7], policy.Rules.Select(r => r.Line));
        Assert.Equal(IpeAction.Deny, policy.Rules[1].Action);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("# nothing\n", 0)]
    [InlineData("DEFAULT action=DENY\n", 1)]
    [InlineData("policy_version=1.2.3 policy_name=x\n", 1)]
    [InlineData("policy_name=x\n", 1)]
    [InlineData("policy_name= policy_version=1.2.3\n", 1)]
    [InlineData("policy_name=a/b policy_version=1.2.3\n", 1)]
    [InlineData("policy_name=.. policy_version=1.2.3\n", 1)]
    [InlineData("policy_name=x policy_version=1.2\n", 1)]
    [InlineData("policy_name=x policy_version=1.2.65536\n", 1)]
    [InlineData("policy_name=x policy_version=1.2.-3\n", 1)]
    [InlineData("policy_name=x policy_version=1.2.3 more=1\n", 1)]
    [InlineData(Header + "op=EXECUTE boot_verified=TRUE action=ALLOW\n", 0)]
    [InlineData(Header + "DEFAULT op=EXECUTE action=DENY\n", 0)]
    [InlineData(Header + "DEFAULT action=DENY\nDEFAULT action=DENY\n", 3)]
    [InlineData(Header + "DEFAULT op=KMODULE action=DENY\nDEFAULT op=KMODULE action=ALLOW\nDEFAULT action=DENY\n", 3)]
    [InlineData(Header + "DEFAULT boot_verified=TRUE action=DENY\n", 2)]
    [InlineData(Header + "DEFAULT op=EXECUTE boot_verified=TRUE action=DENY\n", 2)]
    [InlineData(Header + "DEFAULT op=EXEC action=DENY\n", 2)]
    [InlineData(Header + "DEFAULT\n", 2)]
    [InlineData(Header + "DEFAULT action=DENY\nop=EXECUTE\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY\naction=ALLOW op=EXECUTE\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY\nboot_verified=TRUE op=EXECUTE action=ALLOW\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY\nop=EXECUTE boot_verified=true action=ALLOW\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY\nop=EXECUTE path=/usr action=ALLOW\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY\nop=EXECUTE dmverity_roothash=sha256:abc action=ALLOW\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY\nop=EXECUTE dmverity_roothash=abcd action=ALLOW\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY\nop=EXECUTE boot_verified=TRUE action=ALLOW more\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY\nop=EXECUTE boot_verified=TRUE action=MAYBE\n", 3)]
    [InlineData(Header + "DEFAULT action=DENY # \u00e4\n", 2)]
    public void Parse_WhatTheKernelRefuses_ReportsHULL5503WithTheLine(string text, int line)
    {
        var error = Assert.Throws<HullException>(() => IpePolicy.Parse(text, "policy"));
        Assert.All(error.Diagnostics, d => Assert.Equal("HULL5503", d.Code.Code));
        Assert.Contains(error.Diagnostics, d => d.Where!.Line == line);
    }

    [Fact]
    public void Parse_SeveralMistakes_ReportsEachOfThem() => Assert.Equal(
        [2, 4],
        Assert.Throws<HullException>(() => IpePolicy.Parse(Header + "op=NOTHING action=ALLOW\nDEFAULT action=DENY\nop=EXECUTE action=SOMETIMES\n", "p")).Diagnostics.Select(d => d.Where!.Line));

    [Theory]
    [InlineData("DEFAULT action=ALLOW", 7)]
    [InlineData("DEFAULT action=DENY\nDEFAULT op=KMODULE action=ALLOW", 1)]
    [InlineData("DEFAULT action=DENY\nop=EXECUTE action=ALLOW", 1)]
    [InlineData("DEFAULT action=DENY\nop=EXECUTE dmverity_signature=FALSE action=ALLOW", 1)]
    [InlineData("DEFAULT action=DENY\nop=EXECUTE dmverity_signature=FALSE boot_verified=TRUE action=ALLOW", 0)]
    [InlineData("DEFAULT action=DENY\nop=EXECUTE action=DENY", 0)]
    public void RequireVerification_RulesThatAskForNothing_ReportsHULL5504(string rules, int problems)
    {
        var policy = IpePolicy.Parse(Header + rules, "p");
        if (problems == 0)
        {
            policy.RequireVerification("p");
            return;
        }

        var error = Assert.Throws<HullException>(() => policy.RequireVerification("p"));
        Assert.Equal(problems, error.Diagnostics.Count(d => d.Code.Code == "HULL5504"));
    }

    [Fact]
    public void CompareTo_Versions_OrdersByNumbers()
    {
        string[] ordered = ["0.0.1", "0.0.10", "0.2.0", "1.0.0", "1.0.65535", "65535.0.0"];
        var versions = ordered.Select(t => IpePolicyVersion.TryParse(t, out var v) ? v : throw new InvalidOperationException(t)).ToArray();
        Assert.Equal(versions, versions.Reverse().Order());
        Assert.True(versions[0] < versions[1] && versions[1] > versions[0] && versions[0] <= versions[0] && versions[0] >= versions[0]);
    }

    [Fact]
    public void Parse_AnyText_ThrowsNothingButHullException()
    {
        string[] pieces = ["policy_name=", "policy_version=", "1.0.0", "x", "DEFAULT", "op=", "EXECUTE", "action=", "ALLOW", "boot_verified=TRUE", " ", "\t", "\n", "\r", "#", "\0", "\u00e4", "dmverity_roothash=", "a:", "00"];
        Gen.Int[0, pieces.Length - 1].Array[0, 40].Select(chosen => string.Concat(chosen.Select(i => pieces[i]))).Sample(text =>
        {
            try
            {
                IpePolicy.Parse(text, "p").RequireVerification("p");
            }
            catch (HullException)
            {
                // what is wrong is told
            }
        }, iter: 3000, threads: 1);
        Assert.Throws<HullException>(() => IpePolicy.Parse(new string(' ', IpePolicy.LongestText + 1), "p"));
    }
}
