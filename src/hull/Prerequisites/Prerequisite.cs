namespace Ironhull.Cli.Prerequisites;

/// <summary>What a prerequisite is needed for.</summary>
internal enum Purpose
{
    /// <summary>Building the programs of nodes: <c>hull-node</c>.</summary>
    Build,

    /// <summary>Running an image: <c>hull run</c>, <c>hull test</c>, <c>hull quickstart</c>.</summary>
    Run,

    /// <summary>The test suite, where other tools judge what hull writes.</summary>
    Test,
}

/// <summary>A package of the host's distribution.</summary>
/// <param name="Package">Its name on Debian 12 and 13.</param>
/// <param name="For">What it is needed for.</param>
/// <param name="Why">What it does there.</param>
/// <param name="Probes">Programs (searched on the PATH and the sbin folders) or absolute paths that must be there.</param>
internal sealed record Prerequisite(string Package, Purpose For, string Why, params string[] Probes)
{
    /// <summary>Every prerequisite beyond the .NET SDK. Composing runs none of them; the programs of nodes are linked before, by <c>./hull</c>.</summary>
    public static IReadOnlyList<Prerequisite> All { get; } =
    [
        new("gcc", Purpose.Build, "links hull-node, which is machine code", "gcc"),
        new("libc6-dev", Purpose.Build, "what hull-node is linked with", "/usr/lib/x86_64-linux-gnu/libc.so"),
        new("qemu-system-x86", Purpose.Run, "the virtual machine", "qemu-system-x86_64"),
        new("ovmf", Purpose.Run, "its UEFI firmware with Secure Boot", "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"),
        new("swtpm", Purpose.Run, "its TPM 2.0", "swtpm"),
        new("openssh-client", Purpose.Run, "a shell in the machine (--ssh)", "ssh", "ssh-keygen"),
        new("ca-certificates", Purpose.Run, "mirrors that are reached by HTTPS", "/etc/ssl/certs/ca-certificates.crt", "update-ca-certificates"),
        new("erofs-utils", Purpose.Test, "judges /usr: fsck.erofs, and mkfs.erofs as the floor of the bench", "fsck.erofs", "mkfs.erofs"),
        new("cryptsetup-bin", Purpose.Test, "judges the hash tree: veritysetup verify", "veritysetup"),
        new("sbsigntool", Purpose.Test, "judges Authenticode signatures: sbverify", "sbverify", "sbsign"),
        new("openssl", Purpose.Test, "judges CMS signatures and acts as an external signer", "openssl"),
        new("xxd", Purpose.Test, "part of the external signer in the signing tests", "xxd"),
        new("systemd-boot-efi", Purpose.Test, "real EFI binaries to sign and extend", "/usr/lib/systemd/boot/efi/systemd-bootx64.efi"),
        new("systemd", Purpose.Test, "judges accounts, presets and PCR 11: systemd-sysusers, systemctl, systemd-measure", "systemd-sysusers", "systemctl", "/usr/lib/systemd/systemd-measure"),
        new("tpm2-tools", Purpose.Test, "makes and judges quotes of a TPM", "tpm2_quote", "tpm2_checkquote"),
        new("dosfstools", Purpose.Test, "judges the EFI system partition: fsck.vfat", "fsck.vfat"),
        new("mtools", Purpose.Test, "reads files out of the EFI system partition", "mcopy", "mdir"),
        new("gdisk", Purpose.Test, "judges partition tables: sgdisk", "sgdisk"),
        new("fdisk", Purpose.Test, "a second judge of partition tables: sfdisk", "sfdisk"),
        new("qemu-utils", Purpose.Run, "a layer over the disk for each machine; also judges qcow2 and VHD", "qemu-img", "qemu-io"),
        new("cpio", Purpose.Test, "judges the initrd archive", "cpio"),
        new("binutils", Purpose.Test, "reads PE sections: objdump, objcopy", "objdump", "objcopy"),
        new("kmod", Purpose.Test, "judges module indexes: depmod", "depmod"),
        new("zstd", Purpose.Test, "unpacks the initrd for cpio", "zstd"),
        new("xz-utils", Purpose.Test, "makes damaged package files for the readers", "xz"),
        new("bzip2", Purpose.Test, "makes bzip2 data for the readers", "bzip2"),
        new("mount", Purpose.Test, "mounts /usr with the kernel's own EROFS", "mount", "losetup"),
        new("libcap2-bin", Purpose.Test, "judges file capabilities: setcap, getcap", "setcap", "getcap"),
        new("attr", Purpose.Test, "labels files as SELinux would: setfattr, getfattr", "setfattr", "getfattr"),
        new("gpgv", Purpose.Test, "judges OpenPGP signatures", "gpgv"),
        new("gpg", Purpose.Test, "makes keys and signs: the packages and metadata of the RPM tests", "gpg", "gpgconf"),
        new("gpg-agent", Purpose.Test, "holds gpg's keys", "gpg-agent"),
        new("rpm", Purpose.Test, "makes, signs and judges RPM packages", "rpm", "rpmbuild", "rpmsign", "rpmkeys", "rpm2archive"),
        new("createrepo-c", Purpose.Test, "makes RPM-MD repositories", "createrepo_c"),
        new("python3-createrepo-c", Purpose.Test, "reads RPM-MD repositories, to judge our reading", "/usr/lib/python3/dist-packages/createrepo_c/__init__.py"),
        new("dnf", Purpose.Test, "judges resolution and installation of RPM packages", "dnf"),
        new("perl-base", Purpose.Test, "runs update-ca-certificates and pam-auth-update, oracles of recipes", "perl"),
        new("libpam-runtime", Purpose.Test, "judges PAM files: pam-auth-update", "pam-auth-update"),
        new("procps", Purpose.Test, "finds leftover processes", "pkill"),
        new("time", Purpose.Test, "measures in bench/", "/usr/bin/time"),
    ];
}
