using System.Runtime.CompilerServices;
using Ironhull.Signing;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// What a machine shows while signed system extensions are merged, and after they are gone again. A merge costs seconds, so the tests that look at one
/// share it.
/// </summary>
internal sealed class MergedExtensions
{
    /// <summary>A file of the small extension.</summary>
    public const string Marker = "/usr/share/acceptance-extension";

    private const string Folder = "/var/lib/extensions";
    private static readonly ConditionalWeakTable<Machine, Task<MergedExtensions>> s_merged = [];

    /// <summary>What was merged, and what became of <c>/opt</c>.</summary>
    public string Names { get; private set; } = "";

    /// <summary>What the small extension's file says.</summary>
    public string Content { get; private set; } = "";

    /// <summary>Of the extension that was given: its programs with their exit codes, its labels, what is left of it afterwards. Null without one.</summary>
    public string? Built { get; private set; }

    /// <summary>Merges and looks, once for a machine.</summary>
    public static Task<MergedExtensions> OnAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel) =>
        s_merged.GetValue(machine, _ => new MergedExtensions().LookAsync(machine, options, cancel));

    private async Task<MergedExtensions> LookAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        await ExtensionChecks.UndoneAsync(machine, "systemd-sysext", cancel, async () =>
        {
            using var signer = KeyStore.Open(options.KeysFolder).OpenSigner(SigningRole.Extension);
            (string, string)[] files = [(Marker, "merged\n"), ("/opt/acceptance-extension", "must not cover /opt\n")];
            await machine.SshAsync("ls /usr/bin > /run/acceptance-programs", cancel: cancel).ConfigureAwait(false);
            await ExtensionChecks.PutAsync(
                machine, $"{Folder}/acceptance.raw", await ExtensionChecks.ImageAsync(machine, "acceptance", ExtensionChecks.SystemRelease, files, signer, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
            if (options.Extension is { } extension)
            {
                await ExtensionChecks.PutAsync(machine, $"{Folder}/{Path.GetFileName(extension)}", await File.ReadAllBytesAsync(extension, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false);
            }

            await machine.SshAsync("systemctl restart systemd-sysext", cancel: cancel).ConfigureAwait(false);
            Content = await machine.SshAsync($"cat {Marker}", cancel: cancel).ConfigureAwait(false);
            Names = await machine.SshAsync($"set -e; cat /usr/.systemd-sysext/extensions; touch /opt/acceptance; ls /opt; ! findmnt -n --mountpoint /opt; {ExtensionChecks.ContainerdAnswers}", cancel: cancel).ConfigureAwait(false);
            if (options.Extension is { } built)
            {
                var name = Path.GetFileNameWithoutExtension(built);
                Built = await machine.SshAsync(
                    $"for p in $(ls /usr/bin | grep -vxFf /run/acceptance-programs); do [[ $(head -c 4 /usr/bin/$p | tail -c 3) = ELF ]] || continue; /usr/bin/$p --version >/dev/null; echo program $p $?; matchpathcon -V /usr/bin/$p; done; " +
                    $"matchpathcon -V /usr/share/ironhull/extensions/{name}.json /usr/lib/extension-release.d/extension-release.{name}; rm {Folder}/{Path.GetFileName(built)}", cancel: cancel).ConfigureAwait(false);
            }

            return "";
        }).ConfigureAwait(false);
        var left = await machine.SshAsync("ls /usr/bin | grep -vxFf /run/acceptance-programs; rm /run/acceptance-programs", cancel: cancel).ConfigureAwait(false);
        Built = Built is null ? null : $"{Built}left: {string.Join(' ', Check.Lines(left))}\n";
        return this;
    }
}
