namespace Ironhull.RpmWorld.Conversion;

/// <summary>
/// Scriptlets and triggers that no boiler-plate covers, of the kinds Azure Linux's packages have: what each does on a first
/// installation is what the Debian package's own script does or, for triggers and Lua, what the Azure package's does. An image
/// composes the same through recipes, which pin these texts by hash.
/// </summary>
internal static class HandWritten
{
    /// <summary>The scriptlets of a package, or none.</summary>
    public static IReadOnlyList<Scriptlet> Of(string package) => package switch
    {
        "base-files" => s_baseFiles,
        "bash" => s_bash,
        "ca-certificates" => s_caCertificates,
        "libc-bin" => s_libcBin,
        "libpam-runtime" => s_libpamRuntime,
        "netbase" => s_netbase,
        "openssh-client" => s_opensshClient,
        "openssh-server" => s_opensshServer,
        "passwd" => s_passwd,
        "selinux-policy-default" => s_selinuxPolicy,
        "systemd" => s_systemd,
        "tpm-udev" => s_tpmUdev,
        "tzdata" => s_tzdata,
        "udev" => s_udev,
        _ when package.StartsWith("linux-image-", StringComparison.Ordinal) && char.IsAsciiDigit(package["linux-image-".Length]) => Kernel(package["linux-image-".Length..]),
        _ => [],
    };

    private static readonly Scriptlet[] s_baseFiles =
    [
        new("pretrans",
            """
            -- A root from before the merge of /usr cannot be upgraded in place.
            for _, name in ipairs({ "/bin", "/lib", "/lib64", "/sbin" }) do
              local st = posix.stat(name)
              if st and st.type == "directory" then
                error(name .. " is a folder; it must be a link into /usr")
              end
            end
            """, "<lua>"),
        new("posttrans",
            """
            -- Mount points that no package may own: they are busy where this runs.
            for _, name in ipairs({ "/media", "/mnt", "/srv", "/opt" }) do
              if not posix.stat(name) then
                posix.mkdir(name)
                posix.chmod(name, "0755")
              end
            end
            """, "<lua>"),
        new("post",
            """
            for file in profile; do
                [ -e /etc/$file ] || cp -p /usr/share/base-files/$file /etc/$file
            done
            """),
    ];

    private static readonly Scriptlet[] s_bash =
    [
        new("post",
            """
            [ -e /usr/bin/sh ] || ln -s bash /usr/bin/sh
            if [ $1 -eq 1 ]; then
                touch /etc/shells
                for shell in /bin/sh /bin/bash; do
                    grep -qx "$shell" /etc/shells || echo "$shell" >> /etc/shells
                done
            fi
            """),
    ];

    private static readonly Scriptlet[] s_caCertificates =
    [
        new("post",
            """
            (cd /usr/share/ca-certificates && find . -name '*.crt' | cut -b3- | sort) > /etc/ca-certificates.conf
            update-ca-certificates --fresh
            """),
    ];

    private static readonly Scriptlet[] s_libcBin =
    [
        new("post", "[ -e /etc/nsswitch.conf ] || cp -p /usr/share/libc-bin/nsswitch.conf /etc/nsswitch.conf"),
        new("transfiletriggerin", "/sbin/ldconfig", Priority: 2000000, Paths: ["/lib", "/usr/lib", "/lib64", "/usr/lib64"]),
        new("transfiletriggerpostun", "/sbin/ldconfig", Priority: 2000000, Paths: ["/lib", "/usr/lib", "/lib64", "/usr/lib64"]),
    ];

    private static readonly Scriptlet[] s_libpamRuntime =
    [
        new("post", "pam-auth-update --package --force"),
    ];

    private static readonly Scriptlet[] s_netbase =
    [
        new("post",
            """
            if [ ! -e /etc/hosts ]; then
                printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n' > /etc/hosts
            fi
            """),
    ];

    private static readonly Scriptlet[] s_opensshClient =
    [
        new("pre", "getent group _ssh >/dev/null || groupadd -r _ssh || :"),
        new("post",
            """
            chgrp _ssh /usr/bin/ssh-agent
            chmod 2755 /usr/bin/ssh-agent
            """),
    ];

    private static readonly Scriptlet[] s_opensshServer =
    [
        new("post",
            """
            [ -e /etc/ssh/sshd_config ] || install -m 0644 /usr/share/openssh/sshd_config /etc/ssh/sshd_config
            if [ $1 -eq 1 ]; then
                ssh-keygen -A
            fi
            """),
    ];

    private static readonly Scriptlet[] s_passwd =
    [
        new("post",
            """
            pwconv
            grpconv
            """),
    ];

    private static readonly Scriptlet[] s_selinuxPolicy =
    [
        new("post", "semodule -B -n -s default"),
    ];

    private static readonly Scriptlet[] s_systemd =
    [
        new("pre",
            """
            getent group systemd-journal >/dev/null || groupadd -r systemd-journal || :
            getent group systemd-network >/dev/null || groupadd -r systemd-network || :
            getent passwd systemd-network >/dev/null || useradd -r -g systemd-network -d / -s /sbin/nologin -c "systemd Network Management" systemd-network || :
            """),
        new("post",
            """
            systemd-machine-id-setup &>/dev/null || :
            journalctl --update-catalog &>/dev/null || :
            systemd-tmpfiles --create &>/dev/null || :
            if [ $1 -eq 1 ]; then
                systemctl preset-all &>/dev/null || :
            fi
            """),
        new("transfiletriggerin", "[ -x /usr/bin/systemd-sysusers ] && systemd-sysusers || :", Priority: 1000700, Paths: ["/usr/lib/sysusers.d"]),
        new("transfiletriggerin", "[ -x /usr/bin/systemd-tmpfiles ] && systemd-tmpfiles --create || :", Priority: 1000500, Paths: ["/usr/lib/tmpfiles.d"]),
        new("transfiletriggerin", "journalctl --update-catalog || :", Priority: 1000600, Paths: ["/usr/lib/systemd/catalog"]),
        new("transfiletriggerin",
            """
            if posix.access("/run/systemd/system") then
              local pid = posix.fork()
              if pid == 0 then
                assert(posix.exec("/usr/bin/systemctl", "daemon-reload"))
              elseif pid > 0 then
                posix.wait(pid)
              end
            end
            """, "<lua>", 1000900, ["/usr/lib/systemd/system", "/etc/systemd/system"]),
    ];

    private static readonly Scriptlet[] s_tpmUdev =
    [
        new("pre",
            """
            getent group tss >/dev/null || groupadd -r tss
            getent passwd tss >/dev/null || useradd -r -g tss -d /var/lib/tpm -s /bin/false -c "TPM software stack" tss
            exit 0
            """),
        new("post", "install -d -o tss -g tss -m 0755 /var/lib/tpm"),
    ];

    private static readonly Scriptlet[] s_tzdata =
    [
        new("post", "[ -e /etc/localtime ] || ln -s ../usr/share/zoneinfo/Etc/UTC /etc/localtime"),
    ];

    private static readonly Scriptlet[] s_udev =
    [
        new("post", "systemd-hwdb update &>/dev/null || :"),
        new("transfiletriggerin", "systemd-hwdb update || :", Priority: 1000500, Paths: ["/usr/lib/udev/hwdb.d"]),
        new("transfiletriggerin", "[ -S /run/udev/control ] && udevadm control --reload || :", Priority: 1000500, Paths: ["/usr/lib/udev/rules.d"]),
    ];

    private static Scriptlet[] Kernel(string release) =>
    [
        new("post",
            $$"""
            /sbin/depmod -a {{release}}
            dracut -f --regenerate-all || :
            """),
        new("postun", $"rm -rf /var/lib/initramfs/kernel/{release} || :"),
    ];
}
