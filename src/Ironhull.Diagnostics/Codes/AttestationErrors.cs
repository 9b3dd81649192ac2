namespace Ironhull.Diagnostics;

/// <summary>HULL61xx: what a TPM's quote proves, and what it does not.</summary>
public static class AttestationErrors
{
    /// <summary>A file of the evidence is missing or unreadable.</summary>
    public static readonly ErrorCode EvidenceMissing = new(
        "HULL6101", ErrorCategory.Input, "The evidence is not complete", "Collect it again with 'hull attest collect', or give the files quote, signature and event-log.");

    /// <summary>The key is not one that only quotes.</summary>
    public static readonly ErrorCode NotAnAttestationKey = new(
        "HULL6102", ErrorCategory.Integrity, "The key does not prove that a TPM made the quote", "Enrol a restricted signing key that was made in the node's TPM: 'hull attest collect' makes one.");

    /// <summary>The signature does not verify.</summary>
    public static readonly ErrorCode BadQuoteSignature = new(
        "HULL6103", ErrorCategory.Integrity, "The quote's signature does not verify", "The quote was changed, or another TPM made it: compare the attestation key with the one that was enrolled for this node.");

    /// <summary>The quote answers another question.</summary>
    public static readonly ErrorCode WrongNonce = new(
        "HULL6104", ErrorCategory.Integrity, "The quote was not made for this nonce", "Ask the node for a new quote; an old one that is shown again proves nothing.");

    /// <summary>The quote leaves out what has to be known.</summary>
    public static readonly ErrorCode RegistersNotQuoted = new(
        "HULL6105", ErrorCategory.Integrity, "The quote leaves registers out", "Quote at least PCRs 4, 7, 11 and 12 of the SHA-256 bank, and no other bank.");

    /// <summary>The values given are not those that were quoted.</summary>
    public static readonly ErrorCode ValuesNotQuoted = new(
        "HULL6106", ErrorCategory.Integrity, "The register values are not those that were quoted", "Read values and quote at once; a register may have changed in between. Without the file pcrs the values are taken from the event log.");

    /// <summary>The log does not lead to the values.</summary>
    public static readonly ErrorCode LogDoesNotReplay = new(
        "HULL6107", ErrorCategory.Integrity, "The event log does not lead to the quoted registers", "The log was changed, is of another boot, or something was measured that it does not tell: do not trust the node.");

    /// <summary>Secure Boot is off.</summary>
    public static readonly ErrorCode SecureBootOff = new(
        "HULL6108", ErrorCategory.Integrity, "Secure Boot was off", "Switch it on in the node's firmware, with the image's keys enrolled, and boot again.");

    /// <summary>The firmware trusts other keys.</summary>
    public static readonly ErrorCode UnknownKeys = new(
        "HULL6109", ErrorCategory.Integrity, "The firmware trusts other keys than the image was published for", "Enrol PK, KEK and db of the keys that signed the image; a revocation in dbx needs newly published values.");

    /// <summary>No published boot.</summary>
    public static readonly ErrorCode UnknownImage = new(
        "HULL6110", ErrorCategory.Integrity, "The node booted nothing that was published", "Give the NAME.pcrs.json of every image that may run; the message names what differs from the nearest one.");

    /// <summary>The published values cannot be read.</summary>
    public static readonly ErrorCode PublishedUnreadable = new(
        "HULL6111", ErrorCategory.Input, "Published register values cannot be read", "Give the NAME.pcrs.json that 'hull build' wrote, or the output of 'hull inspect IMAGE --pcrs --format json'.");

    /// <summary>The node gave no evidence.</summary>
    public static readonly ErrorCode CollectFailed = new(
        "HULL6112", ErrorCategory.Environment, "The node gave no evidence", "It needs a TPM 2.0 (/dev/tpmrm0), and ssh has to log in as root without asking.");
}
