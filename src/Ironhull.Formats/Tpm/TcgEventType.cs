namespace Ironhull.Formats.Tpm;

/// <summary>Types of events that the boot of a machine with Secure Boot logs (TCG PC Client Platform Firmware Profile 1.06, table 27).</summary>
public enum TcgEventType : uint
{
    /// <summary>EV_NO_ACTION: information that is not measured.</summary>
    NoAction = 0x0000_0003,

    /// <summary>EV_SEPARATOR: the firmware hands over to what it boots.</summary>
    Separator = 0x0000_0004,

    /// <summary>EV_EVENT_TAG: tagged events of a platform or loader.</summary>
    EventTag = 0x0000_0006,

    /// <summary>EV_IPL: data of a boot loader.</summary>
    Ipl = 0x0000_000D,

    /// <summary>EV_EFI_VARIABLE_DRIVER_CONFIG: a variable that configures the firmware, such as those of Secure Boot.</summary>
    EfiVariableDriverConfig = 0x8000_0001,

    /// <summary>EV_EFI_VARIABLE_BOOT: a Boot#### or BootOrder variable.</summary>
    EfiVariableBoot = 0x8000_0002,

    /// <summary>EV_EFI_BOOT_SERVICES_APPLICATION: a PE image that is an application.</summary>
    EfiBootServicesApplication = 0x8000_0003,

    /// <summary>EV_EFI_ACTION: a string that names a step.</summary>
    EfiAction = 0x8000_0007,

    /// <summary>EV_EFI_VARIABLE_AUTHORITY: the entry of db that allowed an image.</summary>
    EfiVariableAuthority = 0x8000_00E0,
}
