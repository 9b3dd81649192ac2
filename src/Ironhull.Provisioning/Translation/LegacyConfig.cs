using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Validation;

namespace Ironhull.Provisioning.Translation;

/// <summary>
/// Translates configs of specs 1 and 2.0.0 to 2.4.0 to spec 3. What has no equivalent there is refused, with its path in the config as it was
/// written. Source: "migrating-configs" and the pages "configuration-v1" to "configuration-v2_4" of Ignition.
/// </summary>
internal sealed class LegacyConfig(FindingList findings)
{
    /// <summary>The version that configs are translated to: the first with headers and proxies, as 2.4.0 has them.</summary>
    public static SpecVersion Target { get; } = new(1);

    /// <summary>Whether a version of spec 2 is known.</summary>
    public static bool Knows(string version) => version is "2.0.0" or "2.1.0" or "2.2.0" or "2.3.0" or "2.4.0";

    /// <summary>Translates spec 2.</summary>
    public ConfigObject Translate(ConfigNode root)
    {
        var config = new LegacyObject(root, "$", findings);
        var storage = new LegacyStorage();
        var section = storage.Translate(config.TakeObject("storage"));
        var result = new ObjectBuilder(config.Where).Set("ignition", Ignition(config.TakeObject("ignition")));
        return Finish(config, storage, section, result);
    }

    /// <summary>Translates spec 1.</summary>
    public ConfigObject TranslateFirst(ConfigNode root)
    {
        var config = new LegacyObject(root, "$", findings);
        config.Take("ignitionVersion");
        var storage = new LegacyStorage();
        var section = storage.TranslateFirst(config.TakeObject("storage"));
        var result = new ObjectBuilder(config.Where).Set("ignition", new ObjectBuilder(config.Where).Set("version", Target.ToString()));
        return Finish(config, storage, section, result);
    }

    private static ConfigObject Finish(LegacyObject config, LegacyStorage storage, ObjectBuilder section, ObjectBuilder result)
    {
        var networkd = config.TakeObject("networkd");
        foreach (var unit in networkd.TakeList("units"))
        {
            Network(unit, storage);
        }

        networkd.Finish();
        storage.Finish(section);
        result.Set("storage", section).Set("systemd", Systemd(config.TakeObject("systemd"))).Set("passwd", Passwd(config.TakeObject("passwd")));
        config.Finish();
        return result.Build();
    }

    private static ObjectBuilder Ignition(LegacyObject ignition)
    {
        ignition.Take("version");
        var config = ignition.TakeObject("config");
        var references = new ObjectBuilder(config.Where).Set("merge", [.. config.TakeList("append").Select(r => (ConfigNode)LegacyStorage.Resource(r).Build())]);
        if (config.Has("replace"))
        {
            references.Set("replace", LegacyStorage.Resource(config.TakeObject("replace")));
        }

        config.Take("replace");
        config.Finish();
        var security = ignition.TakeObject("security");
        var tls = security.TakeObject("tls");
        var authorities = new ObjectBuilder(tls.Where).Set("certificateAuthorities", [.. tls.TakeList("certificateAuthorities").Select(r => (ConfigNode)LegacyStorage.Resource(r).Build())]);
        tls.Finish();
        security.Finish();
        var proxy = ignition.TakeObject("proxy");
        var proxies = new ObjectBuilder(proxy.Where).CopyText(proxy, "httpProxy", "httpsProxy").Copy(proxy, "noProxy");
        proxy.Finish();
        var result = new ObjectBuilder(ignition.Where).Set("version", Target.ToString()).Set("config", references).Copy(ignition, "timeouts")
            .Set("security", new ObjectBuilder(security.Where).Set("tls", authorities)).Set("proxy", proxies);
        ignition.Finish();
        return result;
    }

    // networkd's files are files; spec 3 has no section of their own.
    private static void Network(LegacyObject unit, LegacyStorage storage)
    {
        var path = $"/etc/systemd/network/{unit.TakeText("name")?.Value}";
        if (unit.TakeText("contents") is { } contents)
        {
            storage.AddText(unit.Where, path, contents.Value);
        }

        foreach (var dropin in unit.TakeList("dropins"))
        {
            storage.AddText(dropin.Where, $"{path}.d/{dropin.TakeText("name")?.Value}", dropin.TakeText("contents")?.Value ?? "");
            dropin.Finish();
        }

        unit.Finish();
    }

    private static ObjectBuilder Systemd(LegacyObject systemd)
    {
        var units = systemd.TakeList("units").Select(unit =>
        {
            // 'enabled' wins over the older 'enable', which can only enable.
            var enabled = unit.Take("enabled") ?? (unit.Take("enable") is ConfigTruth { Value: true } enable ? enable : null);
            unit.Take("enable");
            var mask = unit.Take("mask");
            var dropins = unit.TakeList("dropins").Select(d =>
            {
                var dropin = new ObjectBuilder(d.Where).Copy(d, "name").CopyText(d, "contents").Build();
                d.Finish();
                return (ConfigNode)dropin;
            });
            var result = new ObjectBuilder(unit.Where).Copy(unit, "name").CopyText(unit, "contents").Set("enabled", enabled)
                .Set("mask", mask is ConfigTruth { Value: false } ? null : mask).Set("dropins", [.. dropins]);
            unit.Finish();
            return (ConfigNode)result.Build();
        }).ToList();
        systemd.Finish();
        return new ObjectBuilder(systemd.Where).Set("units", units);
    }

    private static ObjectBuilder Passwd(LegacyObject passwd)
    {
        var users = passwd.TakeList("users").Select(User).ToList();
        var groups = passwd.TakeList("groups").Select(group =>
        {
            var result = new ObjectBuilder(group.Where).Copy(group, "name", "gid", "system").CopyText(group, "passwordHash");
            group.Finish();
            return (ConfigNode)result.Build();
        }).ToList();
        passwd.Finish();
        return new ObjectBuilder(passwd.Where).Set("users", users).Set("groups", groups);
    }

    private static ConfigNode User(LegacyObject user)
    {
        var result = new ObjectBuilder(user.Where).Copy(user, "name", "passwordHash").Set("sshAuthorizedKeys", Once(user.Take("sshAuthorizedKeys")));
        var create = user.TakeObject("create");
        foreach (var source in (LegacyObject[])[create, user])
        {
            result.CopyText(source, "gecos", "homeDir", "primaryGroup", "shell").Copy(source, "uid", "noCreateHome", "noUserGroup", "noLogInit", "system").Set("groups", Once(source.Take("groups")));
        }

        create.Finish();
        user.Finish();
        return result.Build();
    }

    // Spec 3 refuses a key or group that is named twice.
    private static ConfigNode? Once(ConfigNode? node) =>
        node is ConfigList list ? new ConfigList(list.Where, [.. list.Items.DistinctBy(i => i is ConfigText text ? text.Value : (object)i)]) : node;
}
