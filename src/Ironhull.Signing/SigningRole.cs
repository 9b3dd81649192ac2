namespace Ironhull.Signing;

/// <summary>What a key signs. Each role has a leaf key of its own below the one certificate in the firmware's db.</summary>
public enum SigningRole
{
    /// <summary>Programs that the firmware starts or loads: systemd-boot, unified kernel images, their addons.</summary>
    BootCode,

    /// <summary>The dm-verity root hash of an image's <c>/usr</c>.</summary>
    RootHash,

    /// <summary>Policies of Integrity Policy Enforcement.</summary>
    IpePolicy,

    /// <summary>The dm-verity root hashes of system and configuration extensions.</summary>
    Extension,

    /// <summary>Policies of TPM registers that unseal secrets.</summary>
    PcrPolicy,
}

/// <summary>The roles and their words.</summary>
public static class SigningRoles
{
    private static readonly (SigningRole Role, string Word)[] s_words =
    [
        (SigningRole.BootCode, "boot-code"),
        (SigningRole.RootHash, "root-hash"),
        (SigningRole.IpePolicy, "ipe-policy"),
        (SigningRole.Extension, "extension"),
        (SigningRole.PcrPolicy, "pcr-policy"),
    ];

    /// <summary>All roles.</summary>
    public static IReadOnlyList<SigningRole> All { get; } = [.. s_words.Select(w => w.Role)];

    /// <summary>The role's word in file names, on command lines and in <c>HULL_SIGNING_ROLE</c>: "boot-code".</summary>
    public static string WordOf(SigningRole role) => s_words.First(w => w.Role == role).Word;

    /// <summary>The role of a word, or null.</summary>
    public static SigningRole? Find(string word) => s_words.Where(w => w.Word == word).Select(w => (SigningRole?)w.Role).FirstOrDefault();
}
