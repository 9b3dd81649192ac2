namespace Ironhull.Formats.Efi;

/// <summary>Attributes of an EFI variable (UEFI 2.10 section 8.2).</summary>
[Flags]
public enum EfiVariableAttributes : uint
{
    /// <summary>No attribute.</summary>
    None = 0,

    /// <summary>EFI_VARIABLE_NON_VOLATILE.</summary>
    NonVolatile = 1,

    /// <summary>EFI_VARIABLE_BOOTSERVICE_ACCESS.</summary>
    BootServiceAccess = 2,

    /// <summary>EFI_VARIABLE_RUNTIME_ACCESS.</summary>
    RuntimeAccess = 4,

    /// <summary>EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS.</summary>
    TimeBasedAuthenticatedWriteAccess = 0x20,
}

/// <summary>A variable of an authenticated variable store.</summary>
/// <param name="Vendor">The vendor GUID, its name space.</param>
/// <param name="Name">UTF-16 without NUL.</param>
/// <param name="Attributes">Access and authentication.</param>
/// <param name="Data">The value.</param>
/// <param name="Timestamp">When it was last written with authentication, UTC; null is stored as zeros.</param>
/// <param name="MonotonicCount">Deprecated counter, 0 for variables authenticated by time.</param>
/// <param name="PublicKeyIndex">Deprecated index, 0.</param>
public sealed record EfiVariable(
    Guid Vendor,
    string Name,
    EfiVariableAttributes Attributes,
    ReadOnlyMemory<byte> Data,
    DateTimeOffset? Timestamp = null,
    ulong MonotonicCount = 0,
    uint PublicKeyIndex = 0);
