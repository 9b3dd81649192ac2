namespace Ironhull.Diagnostics;

/// <summary>HULL6xxx: keys and signing.</summary>
public static class SigningErrors
{
    /// <summary>A private key or certificate file cannot be read or parsed.</summary>
    public static readonly ErrorCode KeyUnreadable = new(
        "HULL6001", ErrorCategory.Input, "A key or certificate cannot be read", "Check the path and the file's permissions; keys and certificates are PEM files, keys without a passphrase.");

    /// <summary>The private key does not belong to the certificate.</summary>
    public static readonly ErrorCode KeyMismatch = new(
        "HULL6002", ErrorCategory.Input, "The private key does not belong to the certificate", "Give the certificate that was issued for this key.");

    /// <summary>The key's algorithm or size, or the digest, is not supported.</summary>
    public static readonly ErrorCode UnsupportedAlgorithm = new(
        "HULL6003", ErrorCategory.Unsupported, "The key or digest algorithm is not supported", "Use an RSA key of 2048 to 4096 bits and SHA-256: what UEFI firmware and the kernel's verity check accept.");

    /// <summary>The external signing command failed.</summary>
    public static readonly ErrorCode SigningCommandFailed = new(
        "HULL6004", ErrorCategory.Environment, "The external signing command failed", "Run the printed command by hand with the digest; it must write the RSA signature, raw or in base64, to its standard output and exit with 0.");

    /// <summary>A signature does not verify with the certificate that should have made it.</summary>
    public static readonly ErrorCode BadSignature = new(
        "HULL6005", ErrorCategory.Integrity, "A signature does not verify", "The signed bytes or the signature were changed, or another key made it: sign again with the key of the named certificate.");

    /// <summary>The folder has keys already.</summary>
    public static readonly ErrorCode KeysExist = new(
        "HULL6006", ErrorCategory.Input, "The folder already holds keys", "Existing keys are never replaced: use them, choose another folder, or remove them yourself.");

    /// <summary>The folder lacks keys.</summary>
    public static readonly ErrorCode KeysMissing = new(
        "HULL6007", ErrorCategory.Input, "The folder holds no complete set of keys", "Make development keys with 'hull keys init', or name the folder that has PK, KEK, db and a leaf for each role.");

    /// <summary>A signature container is malformed or missing.</summary>
    public static readonly ErrorCode MalformedSignature = new(
        "HULL6008", ErrorCategory.Integrity, "A signature is missing or malformed", "Sign the file again; if it was fetched, fetch it again.");

    /// <summary>The keys cannot be written.</summary>
    public static readonly ErrorCode KeysNotWritten = new(
        "HULL6009", ErrorCategory.Environment, "The keys cannot be written", "Check that the folder's parent exists, is writable and has space.");

    /// <summary>A leaf is to be issued, but db's certificate is not an authority.</summary>
    public static readonly ErrorCode NoAuthority = new(
        "HULL6010", ErrorCategory.Input, "db's certificate is no certificate authority", "The folder has one key for every role, which cannot be replaced alone: make new keys with 'hull keys init', enrol them in the firmware, and build again.");
}
