namespace Ironhull.Packages.Tests.Rpm;

/// <summary>The package of <c>features.spec</c> as each release of rpm builds it.</summary>
internal static class FeaturePackage
{
    /// <summary>Release of rpm, setting of the payload, format.</summary>
    public static readonly (string Release, string Payload, int Format)[] Variants =
    [
        ("4.18", "w9.gzdio", 4), ("4.18", "w9.bzdio", 4), ("4.18", "w2.xzdio", 4), ("4.18", "w2.lzdio", 4), ("4.18", "w7T0.zstdio", 4), ("4.18", "w.ufdio", 4),
        ("4.20", "w7.zstdio", 4), ("6", "w9.gzdio", 4), ("6", "w7.zstdio", 4), ("6", "w7.zstdio", 6), ("6", "w9.gzdio", 6), ("6", "w2.xzdio", 6),
    ];

    /// <summary>Its path.</summary>
    public static string Get(string release, string payload = "w7T0.zstdio", int format = 4)
    {
        var settings = new List<string> { $"_binary_payload {payload}" };
        if (release != "4.18")
        {
            settings.Add("with_untrans 1");
            settings.Add($"_rpmformat {format}");
        }

        return RpmFixture.Build(RpmRelease.Get(release), "features", Spec("features.spec"), [.. settings])[0];
    }

    /// <summary>The text of a spec beside the tests.</summary>
    public static string Spec(string name)
    {
        using var stream = typeof(FeaturePackage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
