using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Engine;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Tests.Cases;
using Ironhull.Testing;

namespace Ironhull.Provisioning.Tests.Engine;

public sealed class FilesStageTests
{
    /// <summary>
    /// Name, first spec, what is there ("path=text" a file, "path/" a folder, "path>target" a link), the config's keys, and what is there
    /// afterwards with modes and the owners recorded for the config's own paths; or the code of the error.
    /// </summary>
    private static readonly (string Name, int Since, string Before, string Config, string After)[] Table =
    [
        ("files: a new file and its folders", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a/b\",\"contents\":{\"source\":\"data:,x\"}}]}", "/a/ 755 0:0|/a/b 644 0:0 x"),
        ("files: mode and owner", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":384,\"user\":{\"id\":5},\"group\":{\"id\":6},\"contents\":{\"source\":\"data:,x\"}}]}", "/a 600 5:6 x"),
        ("files: special bits", 4, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":2541}]}", "/a 4755 0:0 "),
        ("files: without source an empty one", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\"}]}", "/a 644 0:0 "),
        ("files: without source what is there stays", 0, "/a=old", "\"storage\":{\"files\":[{\"path\":\"/a\"}]}", "/a 640 - old"),
        ("files: without source the mode changes", 0, "/a=old", "\"storage\":{\"files\":[{\"path\":\"/a\",\"mode\":420}]}", "/a 644 - old"),
        ("files: another one is in the way", 0, "/a=old", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\"}}]}", "HULL8060"),
        ("files: the same one is not", 0, "/a=x", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\"}}]}", "/a 644 0:0 x"),
        ("files: overwrite a file", 0, "/a=old", "\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":true,\"contents\":{\"source\":\"data:,x\"}}]}", "/a 644 0:0 x"),
        ("files: a folder is in the way", 0, "/a/", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\"}}]}", "HULL8060"),
        ("files: overwrite a folder", 0, "/a/b/c=x|/a/d>e", "\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":true,\"contents\":{\"source\":\"data:,x\"}}]}", "/a 644 0:0 x"),
        ("files: a link is in the way", 0, "/a>b", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\"}}]}", "HULL8060"),
        ("files: overwrite a link and not its target", 0, "/b=old|/a>b", "\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":true,\"contents\":{\"source\":\"data:,x\"}}]}", "/a 644 0:0 x|/b 640 - old"),
        ("files: the root", 0, "/a=x", "\"storage\":{\"files\":[{\"path\":\"/\",\"overwrite\":true,\"contents\":{\"source\":\"\"}}]}", "HULL8060"),
        ("files: a folder that is a file", 0, "/a=x", "\"storage\":{\"files\":[{\"path\":\"/a/b\"}]}", "HULL8060"),
        ("files: append to a new one", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"append\":[{\"source\":\"data:,x\"},{\"source\":\"data:,y\"}]}]}", "/a 644 0:0 xy"),
        ("files: append to what is there", 0, "/a=old", "\"storage\":{\"files\":[{\"path\":\"/a\",\"user\":{\"id\":1},\"group\":{\"id\":2},\"append\":[{\"source\":\"data:,x\"}]}]}", "/a 640 1:2 oldx"),
        ("files: contents and append", 0, "/a=old", "\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":true,\"contents\":{\"source\":\"data:,x\"},\"append\":[{\"source\":\"data:,y\"}]}]}", "/a 644 0:0 xy"),
        ("files: a wrong hash", 1, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"contents\":{\"source\":\"data:,x\",\"verification\":{\"hash\":\"sha256-0000000000000000000000000000000000000000000000000000000000000000\"}}}]}", "HULL8031"),
        ("files: through a link inside", 0, "/real/|/etc>/real", "\"storage\":{\"files\":[{\"path\":\"/etc/a\"}]}", "/etc > /real -|/real/ 755 -|/real/a 644 - "),
        ("files: through a link that leads up", 0, "/x/|/x/up>../../../../..", "\"storage\":{\"files\":[{\"path\":\"/x/up/a\"}]}", "/a 644 - |/x/ 755 -|/x/up > ../../../../.. -"),
        ("files: through a link to nothing", 0, "/etc>/nothing", "\"storage\":{\"files\":[{\"path\":\"/etc/a\"}]}", "HULL8060"),
        ("files: owner by name", 0, "/etc/passwd=u:x:7:8::/h:/s\n|/etc/group=g:x:9:\n", "\"storage\":{\"files\":[{\"path\":\"/a\",\"user\":{\"name\":\"u\"},\"group\":{\"name\":\"g\"}}]}", "/a 644 7:9 |/etc/ 755 -|/etc/group 640 - g:x:9:\\n|/etc/passwd 640 - u:x:7:8::/h:/s\\n"),
        ("files: owner of an unknown name", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a\",\"user\":{\"name\":\"u\"}}]}", "HULL8062"),
        ("resource: text with escapes", 0, "", Contents("data:,a%20b%0A"), "/a 644 0:0 a b\\n"),
        ("resource: base64", 0, "", Contents("data:;base64,aGVsbG8="), "/a 644 0:0 hello"),
        ("resource: of a type", 0, "", Contents("data:text/plain;charset=utf-8;base64,aGVsbG8="), "/a 644 0:0 hello"),
        ("resource: nothing", 0, "", Contents("data:,"), "/a 644 0:0 "),
        ("resource: gzip", 0, "", Contents(Compressed, ",\"compression\":\"gzip\""), "/a 644 0:0 hello"),
        ("resource: no compression", 0, "", Contents("data:,hello", ",\"compression\":\"\""), "/a 644 0:0 hello"),
        ("resource: gzip that is none", 0, "", Contents("data:,hello", ",\"compression\":\"gzip\""), "HULL8030"),
        ("resource: gzip that is cut off", 0, "", Contents(Compressed[..^12], ",\"compression\":\"gzip\""), "HULL8030"),
        ("resource: a hash of what is compressed", 1, "", Contents(Compressed, $",\"compression\":\"gzip\",\"verification\":{{\"hash\":\"sha256-{HashOfHello}\"}}"), "/a 644 0:0 hello"),
        ("resource: a hash", 1, "", Contents("data:,hello", $",\"verification\":{{\"hash\":\"sha256-{HashOfHello}\"}}"), "/a 644 0:0 hello"),
        ("resource: a hash in capitals", 1, "", Contents("data:,hello", $",\"verification\":{{\"hash\":\"sha256-{HashOfHello.ToUpperInvariant()}\"}}"), "/a 644 0:0 hello"),
        ("resource: a hash of something else", 1, "", Contents("data:,hallo", $",\"verification\":{{\"hash\":\"sha256-{HashOfHello}\"}}"), "HULL8031"),
        ("resource: appended gzip", 0, "/a=x", $"\"storage\":{{\"files\":[{{\"path\":\"/a\",\"append\":[{{\"source\":\"{Compressed}\",\"compression\":\"gzip\"}},{{\"source\":\"data:,y\"}}]}}]}}", "/a 640 0:0 xhelloy"),
        ("directories: new", 0, "", "\"storage\":{\"directories\":[{\"path\":\"/a/b\",\"mode\":448,\"user\":{\"id\":3}}]}", "/a/ 755 0:0|/a/b/ 700 3:0"),
        ("directories: sticky", 4, "", "\"storage\":{\"directories\":[{\"path\":\"/a\",\"mode\":1023}]}", "/a/ 1777 0:0"),
        ("directories: there already", 0, "/a/b=x", "\"storage\":{\"directories\":[{\"path\":\"/a\"}]}", "/a/ 755 -|/a/b 640 - x"),
        ("directories: there already, another mode", 0, "/a/b=x", "\"storage\":{\"directories\":[{\"path\":\"/a\",\"mode\":448}]}", "/a/ 700 -|/a/b 640 - x"),
        ("directories: overwrite", 0, "/a/b=x", "\"storage\":{\"directories\":[{\"path\":\"/a\",\"overwrite\":true}]}", "/a/ 755 0:0"),
        ("directories: a file is in the way", 0, "/a=x", "\"storage\":{\"directories\":[{\"path\":\"/a\"}]}", "HULL8060"),
        ("directories: overwrite a file", 0, "/a=x", "\"storage\":{\"directories\":[{\"path\":\"/a\",\"overwrite\":true}]}", "/a/ 755 0:0"),
        ("directories: the root", 0, "", "\"storage\":{\"directories\":[{\"path\":\"/\"}]}", ""),
        ("directories: before what is in them", 0, "", "\"storage\":{\"files\":[{\"path\":\"/a/b/c\"}],\"directories\":[{\"path\":\"/a/b\",\"mode\":448},{\"path\":\"/a\",\"mode\":457}]}", "/a/ 711 0:0|/a/b/ 700 0:0|/a/b/c 644 0:0 "),
        ("links: soft", 0, "", "\"storage\":{\"links\":[{\"path\":\"/a/l\",\"target\":\"../x\",\"user\":{\"id\":4}}]}", "/a/ 755 0:0|/a/l > ../x 4:0"),
        ("links: the same is there", 0, "/l>x", "\"storage\":{\"links\":[{\"path\":\"/l\",\"target\":\"x\"}]}", "/l > x 0:0"),
        ("links: another is there", 0, "/l>y", "\"storage\":{\"links\":[{\"path\":\"/l\",\"target\":\"x\"}]}", "HULL8060"),
        ("links: overwrite another", 0, "/l>y", "\"storage\":{\"links\":[{\"path\":\"/l\",\"target\":\"x\",\"overwrite\":true}]}", "/l > x 0:0"),
        ("links: overwrite a folder", 0, "/l/a=x", "\"storage\":{\"links\":[{\"path\":\"/l\",\"target\":\"x\",\"overwrite\":true}]}", "/l > x 0:0"),
        ("links: hard to a file of the config", 0, "", "\"storage\":{\"links\":[{\"path\":\"/l\",\"target\":\"/d/f\",\"hard\":true}],\"files\":[{\"path\":\"/d/f\",\"contents\":{\"source\":\"data:,x\"}}]}", "/d/ 755 0:0|/d/f 644 0:0 x|/l 644 - x"),
        ("links: the root", 0, "/a=x", "\"storage\":{\"links\":[{\"path\":\"/\",\"overwrite\":true,\"target\":\"x\"}]}", "HULL8060"),
        ("links: hard to nothing", 0, "", "\"storage\":{\"links\":[{\"path\":\"/l\",\"target\":\"/d/f\",\"hard\":true}]}", "HULL8060"),
        ("systemd: a unit and a drop-in", 0, "", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"contents\":\"[A]\",\"dropins\":[{\"name\":\"b.conf\",\"contents\":\"[B]\"},{\"name\":\"c.conf\"}]}]}", System("/etc/systemd/system/a.service 644 0:0 [A]|/etc/systemd/system/a.service.d/ 755 0:0|/etc/systemd/system/a.service.d/b.conf 644 0:0 [B]")),
        ("systemd: a mask", 0, "", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"mask\":true}]}", System("/etc/systemd/system/a.service > /dev/null 0:0")),
        ("systemd: a mask that goes", 0, "/etc/systemd/system/a.service>/dev/null", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"mask\":false}]}", System("").Replace("0:0", "-", StringComparison.Ordinal)),
        ("systemd: no mask to go", 0, "/etc/systemd/system/a.service>b", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"mask\":false}]}", System("").Replace("0:0", "-", StringComparison.Ordinal) + "|/etc/systemd/system/a.service > b -"),
        ("systemd: enabled", 0, "", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":true,\"contents\":\"[Install]\\nWantedBy=x.target y.target\\nRequiredBy=z.target\\nAlias=b.service\"}]}", System("/etc/systemd/system-preset/ 755 0:0|/etc/systemd/system-preset/20-ignition.preset 644 0:0 enable a.service\\n|/etc/systemd/system/a.service 644 0:0 [Install]\\nWantedBy=x.target y.target\\nRequiredBy=z.target\\nAlias=b.service|/etc/systemd/system/b.service > /etc/systemd/system/a.service 0:0|/etc/systemd/system/x.target.wants/ 755 0:0|/etc/systemd/system/x.target.wants/a.service > /etc/systemd/system/a.service 0:0|/etc/systemd/system/y.target.wants/ 755 0:0|/etc/systemd/system/y.target.wants/a.service > /etc/systemd/system/a.service 0:0|/etc/systemd/system/z.target.requires/ 755 0:0|/etc/systemd/system/z.target.requires/a.service > /etc/systemd/system/a.service 0:0")),
        ("systemd: a unit of the image is enabled", 0, "/usr/lib/systemd/system/a.service=[Install]\nWantedBy=x.target", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":true}]}", System("/etc/systemd/system-preset/ 755 0:0|/etc/systemd/system-preset/20-ignition.preset 644 0:0 enable a.service\\n|/etc/systemd/system/x.target.wants/ 755 0:0|/etc/systemd/system/x.target.wants/a.service > /usr/lib/systemd/system/a.service 0:0") + "|/usr/ 755 -|/usr/lib/ 755 -|/usr/lib/systemd/ 755 -|/usr/lib/systemd/system/ 755 -|/usr/lib/systemd/system/a.service 640 - [Install]\\nWantedBy=x.target"),
        ("systemd: disabled", 0, "/etc/systemd/system/x.target.wants/a.service>/etc/systemd/system/a.service", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":false,\"contents\":\"[Install]\\nWantedBy=x.target\"}]}", "/etc/ 755 -|/etc/systemd/ 755 -|/etc/systemd/system-preset/ 755 0:0|/etc/systemd/system-preset/20-ignition.preset 644 0:0 disable a.service\\n|/etc/systemd/system/ 755 -|/etc/systemd/system/a.service 644 0:0 [Install]\\nWantedBy=x.target|/etc/systemd/system/x.target.wants/ 755 -"),
        ("systemd: instances share a preset", 0, "", "\"systemd\":{\"units\":[{\"name\":\"e@.service\",\"contents\":\"[Install]\\nWantedBy=x.target\"},{\"name\":\"e@a.service\",\"enabled\":true},{\"name\":\"e@b.service\",\"enabled\":true}]}", System("/etc/systemd/system-preset/ 755 0:0|/etc/systemd/system-preset/20-ignition.preset 644 0:0 enable e@.service a b\\n|/etc/systemd/system/e@.service 644 0:0 [Install]\\nWantedBy=x.target|/etc/systemd/system/x.target.wants/ 755 0:0|/etc/systemd/system/x.target.wants/e@a.service > /etc/systemd/system/e@.service 0:0|/etc/systemd/system/x.target.wants/e@b.service > /etc/systemd/system/e@.service 0:0")),
        ("systemd: an install section that leads out", 0, "", "\"systemd\":{\"units\":[{\"name\":\"a.service\",\"enabled\":true,\"contents\":\"[Install]\\nWantedBy=../../x\\nAlias=/etc/b\"}]}", System("/etc/systemd/system-preset/ 755 0:0|/etc/systemd/system-preset/20-ignition.preset 644 0:0 enable a.service\\n|/etc/systemd/system/a.service 644 0:0 [Install]\\nWantedBy=../../x\\nAlias=/etc/b")),
        ("passwd: a new user", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"passwordHash\":\"h\",\"sshAuthorizedKeys\":[\"k\",\"l\"]}]}", Etc("u:x:1000:", "u:*::", "u:x:1000:1000::/home/u:/bin/bash", "u:h::0:99999:7:::", "0:0") + "|/home/ 755 0:0|/home/u/ 700 1000:1000|/home/u/.ssh/ 700 1000:1000|/home/u/.ssh/authorized_keys.d/ 700 1000:1000|/home/u/.ssh/authorized_keys.d/ignition 600 1000:1000 k\\nl\\n"),
        ("passwd: a new user without home", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"uid\":5,\"gecos\":\"U\",\"homeDir\":\"/h\",\"shell\":\"/s\",\"noCreateHome\":true,\"noUserGroup\":true}]}", "/etc/ 755 0:0|/etc/passwd 644 0:0 u:x:5:100:U:/h:/s\\n|/etc/shadow 600 0:0 u:*::0:99999:7:::\\n"),
        ("passwd: a system user", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"system\":true,\"noCreateHome\":true}]}", Etc("u:x:999:", "u:*::", "u:x:999:999::/home/u:/bin/bash", "u:*::0:99999:7:::", "0:0")),
        ("passwd: a group", 0, "", "\"passwd\":{\"groups\":[{\"name\":\"g\",\"gid\":7,\"passwordHash\":\"p\"}]}", "/etc/ 755 0:0|/etc/group 644 0:0 g:x:7:\\n|/etc/gshadow 600 0:0 g:p::\\n"),
        ("passwd: no home is made, and keys make it", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"uid\":5,\"noCreateHome\":true,\"noUserGroup\":true,\"homeDir\":\"/h\",\"shell\":\"/s\"}]}", "/etc/ 755 0:0|/etc/passwd 644 0:0 u:x:5:100::/h:/s\\n|/etc/shadow 600 0:0 u:*::0:99999:7:::\\n"),
        ("passwd: a group that is there", 0, "/etc/group=g:x:7:\n", "\"passwd\":{\"groups\":[{\"name\":\"g\"}]}", "/etc/ 755 -|/etc/group 640 - g:x:7:\\n"),
        ("passwd: a group that is there, of another number", 0, "/etc/group=g:x:7:\n", "\"passwd\":{\"groups\":[{\"name\":\"g\",\"gid\":8}]}", "/etc/ 755 -|/etc/group 640 0:0 g:x:8:\\n"),
        ("passwd: a group goes", 2, "/etc/group=g:x:7:\nh:x:8:\n", "\"passwd\":{\"groups\":[{\"name\":\"g\",\"shouldExist\":false}]}", "/etc/ 755 -|/etc/group 640 0:0 h:x:8:\\n"),
        ("passwd: a group goes that is not there", 2, "/etc/group=h:x:8:\n", "\"passwd\":{\"groups\":[{\"name\":\"g\",\"shouldExist\":false}]}", "/etc/ 755 -|/etc/group 640 - h:x:8:\\n"),
        ("passwd: a system group", 0, "/etc/group=h:x:999:\n", "\"passwd\":{\"groups\":[{\"name\":\"g\",\"system\":true}]}", "/etc/ 755 -|/etc/group 640 0:0 h:x:999:\\ng:x:998:\\n|/etc/gshadow 600 0:0 g:*::\\n"),
        ("passwd: a user goes", 2, "/etc/passwd=u:x:7:8::/h:/s\nv:x:9:9::/v:/s\n|/etc/shadow=u:*:::::::\nv:*:::::::\n", "\"passwd\":{\"users\":[{\"name\":\"u\",\"shouldExist\":false}]}", "/etc/ 755 -|/etc/passwd 640 0:0 v:x:9:9::/v:/s\\n|/etc/shadow 640 0:0 v:*:::::::\\n"),
        ("passwd: another password", 0, "/etc/passwd=u:x:7:8::/h:/s\n|/etc/shadow=u:old:::::::\n", "\"passwd\":{\"users\":[{\"name\":\"u\",\"passwordHash\":\"new\"}]}", "/etc/ 755 -|/etc/passwd 640 - u:x:7:8::/h:/s\\n|/etc/shadow 640 0:0 u:new:::::::\\n"),
        ("passwd: another shell", 0, "/etc/passwd=u:x:7:8:G:/h:/s\n|/etc/shadow=u:*:::::::\n", "\"passwd\":{\"users\":[{\"name\":\"u\",\"shell\":\"/t\"}]}", "/etc/ 755 -|/etc/passwd 640 0:0 u:x:7:8:G:/h:/t\\n|/etc/shadow 640 - u:*:::::::\\n"),
        ("passwd: a number that is taken", 0, "/etc/passwd=v:x:7:8::/h:/s\n", "\"passwd\":{\"users\":[{\"name\":\"u\",\"uid\":7,\"noCreateHome\":true}]}", "HULL8062"),
        ("passwd: a primary group", 0, "/etc/group=g:x:42:\n", "\"passwd\":{\"users\":[{\"name\":\"u\",\"uid\":5,\"primaryGroup\":\"g\",\"noCreateHome\":true}]}", "/etc/ 755 -|/etc/group 640 - g:x:42:\\n|/etc/passwd 644 0:0 u:x:5:42::/home/u:/bin/bash\\n|/etc/shadow 600 0:0 u:*::0:99999:7:::\\n"),
        ("passwd: a group of a number that is taken", 0, "/etc/group=h:x:7:\n", "\"passwd\":{\"groups\":[{\"name\":\"g\",\"gid\":7}]}", "HULL8062"),
        ("passwd: a number below nothing", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"uid\":-1}]}", "HULL8062"),
        ("passwd: a primary group that is not there", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"primaryGroup\":\"g\"}]}", "HULL8062"),
        ("passwd: membership", 0, "/etc/group=g:x:42:a\n", "\"passwd\":{\"users\":[{\"name\":\"u\",\"uid\":5,\"groups\":[\"g\"],\"noUserGroup\":true,\"noCreateHome\":true}]}", "/etc/ 755 -|/etc/group 640 0:0 g:x:42:a,u\\n|/etc/passwd 644 0:0 u:x:5:100::/home/u:/bin/bash\\n|/etc/shadow 600 0:0 u:*::0:99999:7:::\\n"),
        ("passwd: a field with a colon", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"gecos\":\"a:b\"}]}", "HULL8062"),
        ("passwd: a name that is none", 0, "", "\"passwd\":{\"users\":[{\"name\":\"a:b\"}]}", "HULL8062"),
        ("passwd: a group that is not there", 0, "", "\"passwd\":{\"users\":[{\"name\":\"u\",\"groups\":[\"g\"]}]}", "HULL8062"),
    ];

    private static string HashOfHello => "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    private static string Compressed => "data:;base64," + "H4sIAAAAAAACA8tIzcnJBwCGphA2BQAAAA==";

    internal static IEnumerable<TableCase> Rows => Table.Select(r => TableCase.Applied(TableCase.SectionOf(r.Name), r.Name, r.Since, r.After));

    public static TheoryData<string, string> Cases => VersionedCases.Of(Table.Select(r => (r.Name, r.Since)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_CaseOfTheTable_LeavesTheTree(string name, string version)
    {
        var row = Table.Single(r => r.Name == name);
        using var folder = new TempFolder();
        Prepare(folder.Root, row.Before);
        var config = Read($"{{\"ignition\":{{\"version\":\"{version}\"}},{row.Config}}}");
        if (row.After.StartsWith("HULL", StringComparison.Ordinal))
        {
            Assert.Equal(row.After, Assert.Throws<HullException>(() => Apply(folder.Root, config)).Code.Code);
        }
        else
        {
            Assert.Equal(row.After.Replace('|', '\n'), Render(folder.Root, Apply(folder.Root, config)));
        }

        CaseReport.Pass(Rows.Single(r => r.Name == name), version);
    }

    // What a run that was cut off left is finished by the next one.
    [Fact]
    public void Apply_Again_LeavesTheSameTree()
    {
        foreach (var row in Table.Where(r => !r.After.StartsWith("HULL", StringComparison.Ordinal)))
        {
            using var folder = new TempFolder();
            Prepare(folder.Root, row.Before);
            var config = Read($"{{\"ignition\":{{\"version\":\"3.4.0\"}},{row.Config}}}");
            Apply(folder.Root, config);
            var once = Render(folder.Root, new RecordedOwnership());
            Apply(folder.Root, config);
            Assert.Equal(once, Render(folder.Root, new RecordedOwnership()));
        }
    }

    [Fact]
    public void Apply_UsersThatAreThere_AreChangedAndRemoved()
    {
        using var folder = new TempFolder();
        Prepare(folder.Root, "/etc/passwd=# note\nroot:x:0:0::/root:/bin/sh\ncore:x:500:500::/home/core:/bin/bash\nold:x:1003:1003::/home/old:/bin/sh\n|/etc/shadow=root:*:::::::\ncore:!:::::::\nold:!:::::::\n|/etc/group=wheel:x:10:old\ncore:x:500:\nold:x:1003:\n|/etc/gshadow=wheel:!::old\ncore:!::\n");
        Apply(folder.Root, Read("{\"ignition\":{\"version\":\"3.4.0\"},\"passwd\":{\"users\":[{\"name\":\"core\",\"passwordHash\":\"h\",\"shell\":\"/s\",\"groups\":[\"wheel\"]},{\"name\":\"old\",\"shouldExist\":false},{\"name\":\"new\",\"noCreateHome\":true}],\"groups\":[{\"name\":\"gone\",\"shouldExist\":false}]}}"));
        Assert.Equal("# note\nroot:x:0:0::/root:/bin/sh\ncore:x:500:500::/home/core:/s\nnew:x:1000:1000::/home/new:/bin/bash\n", File.ReadAllText(folder["etc/passwd"]));
        Assert.Equal("root:*:::::::\ncore:h:::::::\nnew:*::0:99999:7:::\n", File.ReadAllText(folder["etc/shadow"]));
        Assert.Equal("wheel:x:10:core\ncore:x:500:\nnew:x:1000:\n", File.ReadAllText(folder["etc/group"]));
        Assert.Equal("wheel:!::core\ncore:!::\nnew:*::\n", File.ReadAllText(folder["etc/gshadow"]));
    }

    [Theory]
    [InlineData("files", "{\"path\":\"/etc/a\",\"overwrite\":true,\"contents\":{\"source\":\"data:,x\"}}")]
    [InlineData("directories", "{\"path\":\"/etc/a\",\"overwrite\":true}")]
    [InlineData("links", "{\"path\":\"/etc/a\",\"overwrite\":true,\"target\":\"x\"}")]
    public void Apply_RootWithLinksThatLeadOut_TouchesNothingOutside(string list, string node)
    {
        using var outside = new TempFolder();
        File.WriteAllText(outside["a"], "precious");
        using var folder = new TempFolder();
        File.CreateSymbolicLink(folder["etc"], outside.Root);
        var config = Read($"{{\"ignition\":{{\"version\":\"3.4.0\"}},\"storage\":{{\"{list}\":[{node}]}}}}");

        // Inside the root the link leads to nothing, or to a folder of the same name.
        Assert.Equal("HULL8060", Assert.Throws<HullException>(() => Apply(folder.Root, config)).Code.Code);
        Directory.CreateDirectory(folder[outside.Root.TrimStart('/')]);
        Apply(folder.Root, config);
        Assert.True(Path.Exists(folder[outside.Root.TrimStart('/') + "/a"]) || new FileInfo(folder[outside.Root.TrimStart('/') + "/a"]).LinkTarget is not null);
        Assert.Equal("precious", File.ReadAllText(outside["a"]));
        Assert.Single(Directory.GetFileSystemEntries(outside.Root));
    }

    [Fact]
    public void Apply_RemovingAFolder_DoesNotFollowLinksInIt()
    {
        using var outside = new TempFolder();
        File.WriteAllText(outside["a"], "precious");
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["d"]);
        File.CreateSymbolicLink(folder["d/out"], outside.Root);
        Apply(folder.Root, Read("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"directories\":[{\"path\":\"/d\",\"overwrite\":true}]}}"));
        Assert.Equal("precious", File.ReadAllText(outside["a"]));
        Assert.Empty(Directory.GetFileSystemEntries(folder["d"]));
    }

    [Fact]
    public void Apply_FileThatCannotBeFetched_LeavesWhatWasThere()
    {
        using var folder = new TempFolder();
        Prepare(folder.Root, "/a=old");
        Assert.Equal("HULL8033", Assert.Throws<HullException>(() => Apply(folder.Root, Read("{\"ignition\":{\"version\":\"3.4.0\"},\"storage\":{\"files\":[{\"path\":\"/a\",\"overwrite\":true,\"contents\":{\"source\":\"http://x\"}}]}}"))).Code.Code);
        Assert.Equal("/a 640 - old", Render(folder.Root, new RecordedOwnership()));
    }

    [Fact]
    public void Open_RootThatIsNotThere_IsRefused() => Assert.Equal("HULL8061", Assert.Throws<HullException>(() => new RootFolder("/nonexistent/root")).Code.Code);

    private static string Contents(string source, string more = "") => $"\"storage\":{{\"files\":[{{\"path\":\"/a\",\"contents\":{{\"source\":\"{source}\"{more}}}}}]}}";

    // The folders of units above what follows.
    private static string System(string more)
    {
        const string Folder = "/etc/systemd/system/ 755 0:0";
        var lines = more.Split('|', StringSplitOptions.RemoveEmptyEntries).Append(Folder).Prepend("/etc/systemd/ 755 0:0").Prepend("/etc/ 755 0:0");
        return string.Join('|', lines.Order(StringComparer.Ordinal));
    }

    private static string Etc(string group, string gshadow, string passwd, string shadow, string owner) =>
        $"/etc/ 755 {owner}|/etc/group 644 {owner} {group}\\n|/etc/gshadow 600 {owner} {gshadow}\\n|/etc/passwd 644 {owner} {passwd}\\n|/etc/shadow 600 {owner} {shadow}\\n";

    private static RecordedOwnership Apply(string path, Provisioning.Model.IgnitionConfig config)
    {
        var ownership = new RecordedOwnership();
        using var root = new RootFolder(path);
        new FilesStage(root, ownership, ResourceContents.FromUrl).Apply(config);
        return ownership;
    }

    private static Provisioning.Model.IgnitionConfig Read(string text) => ConfigReader.Read(Encoding.UTF8.GetBytes(text), "a.ign").Require();

    private static void Prepare(string root, string before)
    {
        foreach (var entry in before.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = entry.AsSpan().IndexOfAny("=>");
            var path = root + (at < 0 ? entry : entry[..at]);
            Directory.CreateDirectory(at < 0 ? path : Path.GetDirectoryName(path)!);
            if (at >= 0 && entry[at] == '>')
            {
                File.CreateSymbolicLink(path, entry[(at + 1)..]);
            }
            else if (at >= 0)
            {
                File.WriteAllText(path, entry[(at + 1)..]);
                HostTool.Run("chmod", "640", path);
            }
        }
    }

    private static string Render(string root, RecordedOwnership ownership)
    {
        var lines = new List<string>();
        Render(root, root, ownership, lines);
        return string.Join('\n', lines.Order(StringComparer.Ordinal));
    }

    private static void Render(string root, string folder, RecordedOwnership ownership, List<string> lines)
    {
        foreach (var info in new DirectoryInfo(folder).GetFileSystemInfos())
        {
            var path = info.FullName[root.Length..];
            var owner = ownership.Owners.TryGetValue(path, out var o) ? $"{o.User}:{o.Group}" : "-";
#pragma warning disable CA1416 // the tests run on Linux
            var mode = Convert.ToString((int)info.UnixFileMode, 8);
#pragma warning restore CA1416
            if (info.LinkTarget is { } target)
            {
                lines.Add($"{path} > {target} {owner}");
            }
            else if (info is DirectoryInfo)
            {
                lines.Add($"{path}/ {mode} {owner}");
                Render(root, info.FullName, ownership, lines);
            }
            else
            {
                lines.Add($"{path} {mode} {owner} {File.ReadAllText(info.FullName).Replace("\n", "\\n", StringComparison.Ordinal)}");
            }
        }
    }
}
