using Ironhull.Diagnostics;

namespace Ironhull.Machines;

/// <summary>Programs that an image has beside its disk, in the signed extension <c>tools</c>, brought to a machine as a person would bring them.</summary>
public static class NodeTools
{
    private const string Extension = "/var/lib/extensions/tools.raw";

    /// <summary>Makes a program of the image or its extension ready.</summary>
    /// <param name="machine">A machine that answers over ssh.</param>
    /// <param name="imagePath">The image; its extensions lie beside it.</param>
    /// <param name="program">The program's name.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The program's path.</returns>
    /// <exception cref="HullException">HULL7009: neither the machine nor an extension beside the image has it.</exception>
    public static async Task<string> FindAsync(Machine machine, string imagePath, string program, CancellationToken cancel = default)
    {
        var find = $"command -v {program}";
        var found = await machine.TrySshAsync(find, cancel: cancel).ConfigureAwait(false);
        if (found.Succeeded)
        {
            return found.Output.Trim();
        }

        var extension = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(imagePath))!, "extensions", "tools.raw");
        if (!File.Exists(extension))
        {
            throw MachineErrors.CommandFailed.Error($"The machine has no program '{program}', and no extension with it lies beside its image.", new Location(extension));
        }

        var file = new FileStream(extension, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using (file.ConfigureAwait(false))
        {
            await machine.SshAsync($"mkdir -p {Path.GetDirectoryName(Extension)} && cat > {Extension} && systemctl restart systemd-sysext", file, cancel).ConfigureAwait(false);
        }

        return (await machine.SshAsync(find, cancel: cancel).ConfigureAwait(false)).Trim();
    }
}
