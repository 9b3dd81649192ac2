using Ironhull.Diagnostics;

namespace Ironhull.Machines.Qemu;

/// <summary>A build of OVMF: UEFI firmware for virtual machines, with Secure Boot and System Management Mode.</summary>
/// <param name="Code">The read-only flash: the firmware's code.</param>
/// <param name="VariablesTemplate">The flash with an empty variable store; each machine gets a copy.</param>
public sealed record Firmware(string Code, string VariablesTemplate)
{
    private static readonly (string Code, string Variables)[] s_known =
    [
        ("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),                              // Debian, Ubuntu
        ("/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),                          // Fedora
        ("/usr/share/edk2/x64/OVMF_CODE.secboot.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),                      // Arch
        ("/usr/share/qemu/ovmf-x86_64-smm-code.bin", "/usr/share/qemu/ovmf-x86_64-smm-vars.bin"),                    // openSUSE
    ];

    /// <summary>Finds the firmware that the host has installed.</summary>
    /// <exception cref="HullException">HULL7002.</exception>
    public static Firmware Find()
    {
        foreach (var (code, variables) in s_known)
        {
            if (File.Exists(code) && File.Exists(variables))
            {
                return new(code, variables);
            }
        }

        throw MachineErrors.FirmwareMissing.Error($"None of these is there: {string.Join(", ", s_known.Select(k => k.Code))}.");
    }
}
