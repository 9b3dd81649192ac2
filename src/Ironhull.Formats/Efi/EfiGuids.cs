namespace Ironhull.Formats.Efi;

/// <summary>Well-known GUIDs of UEFI 2.10 and EDK2.</summary>
public static class EfiGuids
{
    /// <summary>EFI_GLOBAL_VARIABLE: PK, KEK, Boot####.</summary>
    public static readonly Guid GlobalVariable = new("8BE4DF61-93CA-11D2-AA0D-00E098032B8C");

    /// <summary>EFI_IMAGE_SECURITY_DATABASE_GUID: db, dbx.</summary>
    public static readonly Guid ImageSecurityDatabase = new("D719B2CB-3D3A-4596-A3BC-DAD00E67656F");

    /// <summary>EDK2 gEfiSecureBootEnableDisableGuid: SecureBootEnable.</summary>
    public static readonly Guid SecureBootEnableDisable = new("F0A30BC7-AF08-4556-99C4-001009C93A44");

    /// <summary>EDK2 gEfiCustomModeEnableGuid: CustomMode.</summary>
    public static readonly Guid CustomModeEnable = new("C076EC0C-7028-4399-A072-71EE5C448B9F");

    /// <summary>EFI_CERT_X509_GUID: signature lists of DER certificates.</summary>
    public static readonly Guid CertificateX509 = new("A5C059A1-94E4-4AA7-87B5-AB155C2BF072");

    /// <summary>EFI_SYSTEM_NV_DATA_FV_GUID: the firmware volume that holds variables.</summary>
    public static readonly Guid NonVolatileData = new("FFF12B8D-7696-4C8B-A985-2747075B4F50");

    /// <summary>EDK2 gEfiAuthenticatedVariableGuid: a store of authenticated variables.</summary>
    public static readonly Guid AuthenticatedVariables = new("AAF32C78-947B-439A-A180-2E144EC37792");
}
