using System.Text;
using Ironhull.Compose.Selinux;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Tests.Selinux;

public class FileContextsTests
{
    private static string? Lookup(string contexts, string path, InodeType type = InodeType.File) => new FileContexts([("file_contexts", contexts)]).Lookup(path, type);

    [Theory]
    [InlineData("/usr(/.*)? a\n/usr/bin(/.*)? b\n", "/usr/bin/x", "b")]
    [InlineData("/usr/bin(/.*)? b\n/usr(/.*)? a\n", "/usr/bin/x", "a")]
    [InlineData("/usr/bin/x full\n/usr(/.*)? last\n", "/usr/bin/x", "full")]
    [InlineData("/usr/.* a\n/usr/bin/.* <<none>>\n", "/usr/bin/x", null)]
    [InlineData("/usr/bin a\n", "/usr/bin/x", null)]
    [InlineData("# /usr a\n\n  /usr/bin\t--   b  \n", "/usr/bin", "b")]
    [InlineData("/lost\\+found a\n", "/lost+found", "a")]
    [InlineData("/a b\n", "//a/", "b")]
    public void Lookup_SeveralEntries_TheLastThatMatchesCounts(string contexts, string path, string? expected) => Assert.Equal(expected, Lookup(contexts, path));

    [Theory]
    [InlineData("--", InodeType.File)]
    [InlineData("-d", InodeType.Directory)]
    [InlineData("-l", InodeType.SymbolicLink)]
    [InlineData("-c", InodeType.CharacterDevice)]
    [InlineData("-b", InodeType.BlockDevice)]
    [InlineData("-p", InodeType.Fifo)]
    [InlineData("-s", InodeType.Socket)]
    public void Lookup_EntryForAType_CountsForThatTypeOnly(string word, InodeType type)
    {
        var contexts = $"/x.* other\n/x.* {word} wanted\n";
        Assert.All(Enum.GetValues<InodeType>(), t => Assert.Equal(t == type ? "wanted" : "other", Lookup(contexts, "/xyz", t)));
    }

    [Theory]
    [InlineData("/usr a b c\n")]
    [InlineData("/usr\n")]
    [InlineData("/usr -x a\n")]
    [InlineData("/üsr a\n")]
    public void Parse_LineThatIsNoEntry_ReportsHULL5301WithItsLine(string line)
    {
        var error = Assert.Throws<HullException>(() => Lookup("/ok a\n" + line, "/"));
        Assert.Equal("HULL5301", error.Code.Code);
        Assert.Equal(2, error.Diagnostics[0].Where!.Line);
    }

    [Theory]
    [InlineData("/a(?=b).*")]
    [InlineData("/a*+b")]
    [InlineData("/a\\Qb.*")]
    [InlineData("/a[b.*")]
    [InlineData("/a(b")]
    [InlineData("/a{,3}b")]
    public void Lookup_ExpressionWithoutCounterpart_ReportsHULL5302(string expression) =>
        Assert.Equal("HULL5302", Assert.Throws<HullException>(() => Lookup($"{expression} a\n", "/ab")).Code.Code);

    [Fact]
    public void Lookup_ExpressionThatBacktracks_Ends() =>
        Assert.Null(Lookup("/(a+)+b a\n", "/" + new string('a', 20000))); // 2^20000 ways to try

    [Fact]
    public void Parse_ArbitraryText_GivesCodedErrorsOnly()
    {
        const string Letters = "/ab.*+?()[]{}|\\^$:-\t\n 1,";
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var text = new StringBuilder();
            for (var i = 0; i < 60; i++)
            {
                text.Append(Letters[random.Next(Letters.Length)]);
            }

            try
            {
                var contexts = new FileContexts([("file_contexts", text.ToString())], text.ToString(), text.ToString());
                contexts.Lookup("/ab", InodeType.File);
                contexts.Lookup("/", null);
            }
            catch (HullException e)
            {
                Assert.StartsWith("HULL53", e.Code.Code, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Apply_Tree_SetsTheAttributeWithItsZeroAndKeepsOthers()
    {
        var tree = new FileTree();
        tree.Set("/usr/bin/x", Inode.File(Content.Empty).With(xattrs: [new("security.capability", [1]), new("user.a", [2])]));
        tree.Set("/proc", Inode.Directory().With(xattrs: [new(TreeLabels.Attribute, [1])]));
        TreeLabels.Apply(tree, new FileContexts([("file_contexts", "/.* u:r:t:s0\n/proc <<none>>\n")]));
        Assert.Equal(["security.capability", "security.selinux", "user.a"], tree["/usr/bin/x"].Xattrs.Select(x => x.Key));
        Assert.Equal("u:r:t:s0\0", Encoding.ASCII.GetString(tree["/usr/bin/x"].Xattrs[1].Value));
        Assert.Equal("u:r:t:s0", TreeLabels.Of(tree["/usr/bin/x"]));
        Assert.Null(TreeLabels.Of(tree["/proc"]));
    }

    [Fact]
    public void Logins_Statements_BecomeLinesOfSeusers()
    {
        var logins = CilStatements.Logins(
            "(type x)\n(selinuxuser root unconfined_u ((s0) (s0((range c0 c1023) ))))\n(selinuxuserdefault user_u ((s0) (s0)))\n(selinuxuser sddm xdm ((s0) (s0 (c1 c2))))\n", "m.cil");
        Assert.Equal("sddm:xdm:s0-s0:c1,c2\nroot:unconfined_u:s0-s0:c0.c1023\n__default__:user_u:s0-s0\n", CilStatements.Render(logins));
    }

    [Fact]
    public void With_OtherUsers_TakesThePlaceOfThePolicysLinesWithTheLowestLevel()
    {
        CilStatements.Login[] logins = [new("root", "unconfined_u", "s0-s0:c0.c1023"), new(CilStatements.DefaultLogin, "unconfined_u", "s0-s0:c0.c1023")];
        var with = CilStatements.With(logins, new Dictionary<string, string> { [CilStatements.DefaultLogin] = "user_u", ["core"] = "staff_u" });
        Assert.Equal("core:staff_u:s0-s0\nroot:unconfined_u:s0-s0:c0.c1023\n__default__:user_u:s0-s0\n", CilStatements.Render(with));
    }

    [Theory]
    [InlineData("(selinuxuser root)")]
    [InlineData("(selinuxuser root u ((s0)))")]
    [InlineData("(selinuxuser root u ((s0) (s0")]
    [InlineData("(selinuxuser ((((((")]
    public void Logins_DamagedStatement_ReportsHULL5307(string text) =>
        Assert.Equal("HULL5307", Assert.Throws<HullException>(() => CilStatements.Logins(text, "m.cil")).Code.Code);

    [Fact]
    public void Logins_DeepNesting_ReportsHULL5307() =>
        Assert.Equal("HULL5307", Assert.Throws<HullException>(() => CilStatements.Logins("(selinuxuser" + new string('(', 100000), "m.cil")).Code.Code);
}
