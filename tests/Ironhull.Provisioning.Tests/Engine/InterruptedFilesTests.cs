using System.Text;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Engine;

/// <summary>A run of the stage that is cut off anywhere is finished by the next one: the tree is the one of a run that was not.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class InterruptedFilesTests
{
    private const string Config = """
        {"ignition":{"version":"3.4.0"},
         "passwd":{"groups":[{"name":"g"}],"users":[{"name":"core","groups":["g"],"sshAuthorizedKeys":["ssh-ed25519 AAAA x"]},{"name":"old","shouldExist":false}]},
         "storage":{
           "directories":[{"path":"/d/e","mode":448},{"path":"/gone","overwrite":true}],
           "files":[{"path":"/d/e/f","mode":384,"contents":{"source":"data:,f"}},{"path":"/new","contents":{"source":"data:,new"}},{"path":"/both","overwrite":true,"contents":{"source":"data:,x"},"append":[{"source":"data:,y"}]},
                    {"path":"/log","append":[{"source":"data:,one%0A"},{"source":"data:,two%0A"}]},{"path":"/etc/motd","overwrite":true,"contents":{"source":"data:,motd"}}],
           "links":[{"path":"/s","target":"new"},{"path":"/h","target":"/new","hard":true},{"path":"/was","target":"x","overwrite":true}]},
         "systemd":{"units":[{"name":"a.service","enabled":true,"contents":"[Install]\nWantedBy=multi-user.target\n","dropins":[{"name":"b.conf","contents":"[Unit]"}]},{"name":"m.service","mask":true},{"name":"n.service","enabled":false}]}}
        """;

    [Fact]
    public void Apply_CutOffAtAnyStep_IsFinishedByTheNextRun()
    {
        string whole;
        using (var folder = new TempFolder())
        {
            Before(folder);
            Assert.True(Run(folder, int.MaxValue));
            whole = Tree(folder);
        }

        var steps = 0;
        for (var isWhole = false; !isWhole; steps++)
        {
            using var folder = new TempFolder();
            Before(folder);
            isWhole = Run(folder, steps);
            Run(folder, int.MaxValue);
            Assert.Equal(whole, Tree(folder));
        }

        Assert.True(steps > 20, $"only {steps} steps were cut off");
    }

    /// <summary>A process that is killed leaves the files that it was writing.</summary>
    [Fact]
    public void Apply_AfterAProcessThatWasKilled_LeavesNothingOfIt()
    {
        using var folder = new TempFolder();
        Before(folder);
        Run(folder, int.MaxValue);
        var whole = Tree(folder);
        File.Delete(folder["new"]);
        File.Delete(folder["h"]);
        var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("new"u8).AsSpan(0, 8));
        File.WriteAllText(folder[$".provision-{name}-1"], "half");
        Run(folder, int.MaxValue);
        Assert.Equal(whole, Tree(folder));
    }

    /// <summary>The four files of accounts get their names one after the other, passwd last.</summary>
    [Theory]
    [InlineData("gshadow")]
    [InlineData("gshadow", "group")]
    [InlineData("gshadow", "group", "shadow")]
    public void Apply_CutOffBetweenTheAccountFiles_IsFinishedByTheNextRun(params string[] written)
    {
        using var whole = new TempFolder();
        Before(whole);
        Run(whole, int.MaxValue);
        using var folder = new TempFolder();
        Before(folder);
        foreach (var file in written)
        {
            File.Copy(whole[$"etc/{file}"], folder[$"etc/{file}"], overwrite: true);
        }

        Run(folder, int.MaxValue);
        Assert.Equal(Tree(whole), Tree(folder));
    }

    private static void Before(TempFolder folder)
    {
        Directory.CreateDirectory(folder["etc/skel"]);
        Directory.CreateDirectory(folder["gone/with/all"]);
        File.WriteAllText(folder["etc/skel/.bashrc"], "rc");
        File.WriteAllText(folder["etc/passwd"], "root:x:0:0::/root:/bin/sh\nold:x:1500:1500::/home/old:/bin/sh\n");
        File.WriteAllText(folder["etc/group"], "root:x:0:\nold:x:1500:\n");
        File.WriteAllText(folder["etc/shadow"], "root:*:::::::\nold:*:::::::\n");
        File.WriteAllText(folder["gone/file"], "x");
        File.WriteAllText(folder["both"], "before");
        File.WriteAllText(folder["log"], "zero\n");
        File.CreateSymbolicLink(folder["was"], "y");
    }

    /// <returns>Whether it came to its end.</returns>
    private static bool Run(TempFolder folder, int steps)
    {
        var config = ConfigReader.Read(Encoding.UTF8.GetBytes(Config), "test").Require();
        using var root = new RootFolder(folder.Root);
        try
        {
            new FilesStage(root, new FailingOwnership(steps), ResourceContents.FromUrl).Apply(config);
            return true;
        }
        catch (CutOffException)
        {
            return false;
        }
    }

    private static string Tree(TempFolder folder) => string.Join('\n', Directory.EnumerateFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(p =>
        $"{p[folder.Root.Length..]} {(new FileInfo(p).LinkTarget is { } target ? $"> {target}" : Directory.Exists(p) ? $"{File.GetUnixFileMode(p)}" : $"{File.GetUnixFileMode(p)} {File.ReadAllText(p)}")}"));

    /// <summary>Every node that is made is given an owner: a step.</summary>
    private sealed class FailingOwnership(int steps) : IOwnership
    {
        private int _left = steps;

        public void Set(int folder, string name, string path, uint user, uint group)
        {
            if (_left-- <= 0)
            {
                throw new CutOffException();
            }
        }
    }

    private sealed class CutOffException : Exception;
}
