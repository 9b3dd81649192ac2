using System.Text;
using Ironhull.Compose.Recipes;
using Ironhull.Compose.Scripts;
using Ironhull.Compose.Scripts.Rpm;
using Ironhull.Compose.Store;
using Ironhull.Compose.Tests.Store;
using Ironhull.Diagnostics;
using Ironhull.Packages.Rpm;

namespace Ironhull.Compose.Tests.Recipes;

public sealed class RpmAccountsTests : IDisposable
{
    private readonly Ironhull.Compose.Tests.TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static FakePackage Rpm(string name, string[]? provided = null, string? prein = null) => new FakePackage { Name = name }.Member(
        RpmFacts.Member, Encoding.UTF8.GetString(new RpmFacts
        {
            Name = name, Version = "1-1", Architecture = "noarch", AccountLines = provided ?? [],
            Scriptlets = prein is null ? [] : [new() { Kind = "prein", Interpreter = ["/bin/sh"], Body = prein }],
        }.ToJson()));

    private AccountDatabase Collect(string recipe, string table, params FakePackage[] packages)
    {
        var unpacked = FakePackage.Unpack(_folder, packages);
        var names = packages.Select(p => p.Name).ToHashSet();
        List<ScriptClassification> scripts = [.. unpacked.SelectMany(p => RpmScriptletClassifier.Classify(p.Rpm!, names))];
        return RpmAccounts.Collect(unpacked, scripts, recipe.Length == 0 ? [] : [RecipeReader.Parse(recipe, "r.yaml")], table.Length == 0 ? AccountsTable.Empty : RecipeReader.ParseAccounts(table, "a.yaml"));
    }

    private static FakePackage Filesystem() => Rpm("filesystem")
        .File("./etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnet:x:76:76:Network:/:/bin/false\nshutdown:x:6:0:s:/sbin:/sbin/shutdown\n")
        .File("./etc/group", "root:x:0:\nnet:x:76:\nwheel:x:28:net,root\n");

    [Fact]
    public void Collect_FilesOfAPackage_ComeFirstAndTheirNumbersStay()
    {
        var accounts = Collect("", "", Filesystem(), Rpm("systemd").File("./usr/lib/sysusers.d/net.conf", "u net 192 \"Another\"\ng wheel 10\nu new 200\n"));
        Assert.Equal((76u, 28u, 200u, 200u), (accounts.Uid("net"), accounts.Gid("wheel"), accounts.Uid("new"), accounts.Gid("new")));
        Assert.Equal(["net", "root"], accounts.Members("wheel"));
        Assert.Equal("/usr/sbin/nologin", accounts.Users.Single(u => u.Name == "shutdown").Shell);
    }

    [Fact]
    public void Collect_WithoutThoseFiles_StartsWithRoot()
    {
        var accounts = Collect("", "", Rpm("a", ["u svc 81 \"A service\" /run/svc", "m svc games", "g games 20"]));
        Assert.Equal(["root", "svc"], accounts.Users.Select(u => u.Name));
        Assert.Equal((81u, 20u, "/run/svc"), (accounts.Uid("svc"), accounts.Gid("games"), accounts.Users[1].Home));
        Assert.Equal(["svc"], accounts.Members("games"));
    }

    [Fact]
    public void Collect_ScriptletThatTriesANumberFirst_GetsIt()
    {
        var accounts = Collect("", "", Rpm("a", prein: "getent group x >/dev/null || groupadd -f -g 55 -r x\nif ! getent passwd x >/dev/null; then\n  if ! getent passwd 55 >/dev/null; then\n    useradd -r -u 55 -g x x\n  else\n    useradd -r -g x x\n  fi\nfi\n"));
        Assert.Equal((55u, 55u), (accounts.Uid("x"), accounts.Gid("x")));
    }

    [Fact]
    public void Collect_Recipe_ReplacesWhatAScriptletWouldMake()
    {
        const string prein = "groupadd -g 28 taken\nuseradd -r -u 28 -g taken taken\n";
        Assert.Equal("HULL5204", Assert.Throws<HullException>(() => Collect("", "", Filesystem(), Rpm("a", prein: prein))).Code.Code);
        var accounts = Collect("package: a\naccounts: {users: [{name: taken, home: /x}]}\n", "users: {taken: 999}\n", Filesystem(), Rpm("a", prein: prein));
        Assert.Equal((999u, 999u), (accounts.Uid("taken"), accounts.Gid("taken")));
    }

    [Fact]
    public void Collect_AccountWithoutANumber_ReportsHULL5203() =>
        Assert.Equal("HULL5203", Assert.Throws<HullException>(() => Collect("", "", Rpm("a", ["u nobody-knows -"]))).Code.Code);
}
