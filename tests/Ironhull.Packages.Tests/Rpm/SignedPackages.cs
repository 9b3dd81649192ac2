using System.Globalization;
using Ironhull.Packages.OpenPgp;

namespace Ironhull.Packages.Tests.Rpm;

/// <summary>A package of each format that rpm built, keys of GnuPG, and the package signed by rpmsign with each of them.</summary>
public sealed class SignedPackages : IDisposable
{
    /// <summary>Tests that share one.</summary>
    public const string Collection = "signed packages";

    /// <summary>A hundred days after the keys were made: those that last a month have expired.</summary>
    public const long Now = GpgHome.Created + (100 * 86400);

    private const string Spec =
        """
        Name: demo
        Version: 1.0
        Release: 1
        Summary: What signatures are tested with
        License: MIT
        BuildArch: noarch
        %description
        A package.
        %install
        mkdir -p %{buildroot}/usr/share/demo
        echo hello > %{buildroot}/usr/share/demo/a
        %files
        /usr/share/demo
        """;

    private readonly Dictionary<string, string> _fingerprints = [];
    private readonly Dictionary<string, byte[]> _keys = [];
    private readonly TempFolder _folder = new();

    /// <summary>Builds the packages and makes the keys.</summary>
    public SignedPackages()
    {
        File.WriteAllText(_folder["demo.spec"], Spec);
        Unsigned4 = Build("v4", (arguments) => HostTool.Run("rpmbuild", arguments));
        Unsigned6 = Build("v6", arguments => RunRpm(ToolRoot.Rpm6, "rpmbuild", ["--define", "_rpmformat 6", .. arguments]).Success());
        foreach (var (name, algorithm, expires) in new[]
        {
            ("rsa2048", "rsa2048", "never"), ("rsa4096", "rsa4096", "never"), ("ed25519", "ed25519", "never"), ("nistp256", "nistp256", "never"), ("nistp384", "nistp384", "never"),
            ("stranger", "rsa2048", "never"), ("expired", "rsa2048", "30d"), ("revoked", "rsa2048", "never"),
        })
        {
            _fingerprints[name] = Gpg.Generate($"{name} <{name}@example.org>", algorithm, expires: expires);
        }

        Signed4 = Sign(Unsigned4, "rsa2048", HostRpm);
        Signed6 = Sign(Unsigned6, "ed25519", ToolRoot.Rpm6);
        SignedByRevoked4 = Sign(Unsigned4, "revoked", HostRpm);
        Gpg.Revoke(_fingerprints["revoked"]);
        foreach (var (name, fingerprint) in _fingerprints)
        {
            _keys[name] = Gpg.Export(fingerprint);
        }
    }

    /// <summary>rpm 4.18 of the host, where a tool root is asked for.</summary>
    internal static ToolRoot? HostRpm => null;

    internal GpgHome Gpg { get; } = new();

    /// <summary>Format 4, built by rpm 4.18.</summary>
    public byte[] Unsigned4 { get; }

    /// <summary>Format 6, built by rpm 6.</summary>
    public byte[] Unsigned6 { get; }

    /// <summary>Format 4, signed by rpm 4.18 with the key "rsa2048".</summary>
    public byte[] Signed4 { get; }

    /// <summary>Format 6, signed by rpm 6 with the key "ed25519".</summary>
    public byte[] Signed6 { get; }

    /// <summary>Format 4, signed by the key "revoked" before it was revoked.</summary>
    public byte[] SignedByRevoked4 { get; }

    /// <summary>A key's fingerprint.</summary>
    public string Fingerprint(string key) => _fingerprints[key];

    /// <summary>A key's public part.</summary>
    public byte[] PublicKey(string key) => _keys[key];

    /// <summary>A ring of keys by their names.</summary>
    public OpenPgpKeyRing Ring(params string[] keys) => OpenPgpKeyRing.Parse(keys.SelectMany(PublicKey).ToArray(), "keys");

    /// <summary>Signs a package with rpmsign, a day after the keys were made.</summary>
    internal byte[] Sign(byte[] package, string key, ToolRoot? rpm)
    {
        File.WriteAllBytes(_folder["sign.rpm"], package);
        RunRpm(rpm, "rpmsign", [
            "--define", "__gpg /usr/bin/gpg", "--define", $"_gpg_path {Gpg.Path}", "--define", $"_gpg_name {_fingerprints[key]}",
            "--define", string.Create(CultureInfo.InvariantCulture, $"_gpg_sign_cmd_extra_args --faked-system-time {GpgHome.Created + 86400}!"),
            "--addsign", _folder["sign.rpm"],
        ]).Success();
        return File.ReadAllBytes(_folder["sign.rpm"]);
    }

    /// <summary>rpm's own verdict on files: whether it accepts each, when a signature is demanded.</summary>
    internal static IReadOnlyDictionary<string, bool> Judge(ToolRoot? rpm, string folder, IEnumerable<string> keyFiles, IReadOnlyList<string> files)
    {
        var database = Directory.CreateDirectory(Path.Combine(folder, "db-" + (rpm is null ? "host" : Path.GetFileName(rpm.Folder)))).FullName;
        foreach (var file in keyFiles)
        {
            // Debian's rpm 4.18 knows no ECDSA and refuses such keys.
            RunRpm(rpm, "rpmkeys", ["--dbpath", database, "--import", file]);
        }

        var output = RunRpm(rpm, "rpmkeys", ["--dbpath", database, "--define", "_pkgverify_level all", "--define", "_pkgverify_flags 0x0", "-K", .. files]).Output;
        return files.ToDictionary(f => f, f => output.Split('\n').Any(l => l.StartsWith(f + ": ", StringComparison.Ordinal) && l.EndsWith(" OK", StringComparison.Ordinal) && !l.EndsWith("NOT OK", StringComparison.Ordinal)), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Gpg.Dispose();
        _folder.Dispose();
    }

    // By the root's own loader, so that it finds the host's gpg and files where they are.
    private static ToolResult RunRpm(ToolRoot? rpm, string tool, string[] arguments)
    {
        if (rpm is null)
        {
            return HostTool.Try(tool, arguments);
        }

        var libraries = $"{rpm.Folder}/usr/lib/x86_64-linux-gnu";
        return HostTool.Try(
            $"{libraries}/ld-linux-x86-64.so.2", ["--library-path", libraries, $"{rpm.Folder}/usr/bin/{tool}", .. arguments],
            new Dictionary<string, string> { ["RPM_CONFIGDIR"] = $"{rpm.Folder}/usr/lib/rpm" });
    }

    private byte[] Build(string name, Action<string[]> rpmbuild)
    {
        rpmbuild(["-bb", "--quiet", "--define", $"_topdir {_folder["top-" + name]}", "--define", $"_rpmdir {_folder[name]}", "--define", "_binary_payload w7T0.zstdio", _folder["demo.spec"]]);
        return File.ReadAllBytes(Path.Combine(_folder[name], "noarch/demo-1.0-1.noarch.rpm"));
    }
}

/// <summary>The keys and packages are made once.</summary>
[CollectionDefinition(SignedPackages.Collection)]
public sealed class SignedPackagesCollection : ICollectionFixture<SignedPackages>;
