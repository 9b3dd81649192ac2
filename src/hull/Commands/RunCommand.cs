using System.CommandLine;
using System.Globalization;
using Ironhull.Cli.CommandLine;
using Ironhull.Diagnostics;
using Ironhull.Machines;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull run</c>.</summary>
internal sealed class RunCommand : HullCommand
{
    private readonly Option<string?> _image = new("--image") { Description = "a raw or qcow2 disk, or the folder that 'hull build' wrote (out/container-host when not given)", HelpName = "PATH" };
    private readonly Option<string?> _keys = new("--keys") { Description = "the folder whose keys signed the image; the firmware trusts them (keys, when it exists)", HelpName = "FOLDER" };
    private readonly Option<bool> _ssh = new("--ssh") { Description = "a root shell over ssh instead of the console; the machine ends with it" };
    private readonly Option<string?> _command = new("--execute") { Description = "run one command over ssh, print its output, and end the machine", HelpName = "COMMAND" };
    private readonly Option<string?> _ignition = new("--ignition") { Description = "an Ignition config that the machine's first boot applies; switches the image's addon provision-qemu on", HelpName = "FILE" };
    private readonly Option<string[]> _disk = new("--disk") { Description = "an empty disk beside the image's, /dev/disk/by-id/virtio-NAME in the machine; may be given several times", HelpName = "NAME=MIB" };
    private readonly Option<int> _memory = new("--memory") { Description = "memory in MiB (2048 when not given)", HelpName = "MIB", DefaultValueFactory = _ => 2048 };
    private readonly Option<int> _processors = new("--processors") { Description = "processors (1 when not given)", HelpName = "COUNT", DefaultValueFactory = _ => 1 };

    /// <summary>The command.</summary>
    public RunCommand()
        : base("run", "boot an image in a virtual machine under Secure Boot")
    {
        Add(_image);
        Add(_keys);
        Add(_ssh);
        Add(_command);
        Add(_ignition);
        Add(_disk);
        Add(_memory);
        Add(_processors);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull run --image out/container-host --keys keys", "the console on this terminal"),
        new("hull run --ssh", "a root shell in it"),
        new("hull run --execute \"systemctl is-system-running --wait\"", "one command"),
        new("hull run --ignition config.ign --ssh", "a node that its first boot has provisioned"),
        new("hull run --ignition config.ign --disk data=1024 --ssh", "with a second disk of 1 GiB, that the config can partition"),
    ];

    /// <inheritdoc/>
    public override string Notes =>
        "The image is not changed: what the machine writes is thrown away with it. Without usable hardware virtualisation the machine is emulated, which takes several times as long. Ctrl-C ends it.";

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var execute = context.Get(_command);
        var console = !context.Get(_ssh) && execute is null;
        var image = ImageFile.Find(context.Get(_image));
        using var provisioned = context.Get(_ignition) is { } config ? await ProvisionedDisk.MakeAsync(image, config, cancellation).ConfigureAwait(false) : null;
        await using var machine = await Machine.StartAsync(
            new MachineOptions
            {
                ImagePath = provisioned?.Path ?? image,
                IgnitionPath = context.Get(_ignition),
                KeysFolder = ImageFile.Keys(context, context.Get(_keys)),
                Disks = [.. (context.Get(_disk) ?? []).Select(Disk)],
                MemoryMiB = context.Get(_memory),
                Processors = context.Get(_processors),
                Interactive = console,
            },
            cancellation).ConfigureAwait(false);
        if (context.IsVerbose)
        {
            context.Host.Error.WriteLine(string.Join(' ', machine.CommandLine));
        }

        if (console)
        {
            await machine.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return ExitCodes.Success;
        }

        using (var stage = context.Progress.Begin($"Boot ({machine.Accelerator})"))
        {
            await machine.WaitForBootAsync(cancellation).ConfigureAwait(false);
            await machine.ConnectAsync(cancellation).ConfigureAwait(false);
            stage.Complete();
        }

        context.EndProgress();
        if (execute is null)
        {
            return await machine.SshOnTerminalAsync(cancellation).ConfigureAwait(false);
        }

        context.Out.Write(await machine.SshAsync(execute, cancel: cancellation).ConfigureAwait(false));
        return ExitCodes.Success;
    }

    private static MachineDisk Disk(string text) =>
        text.Split('=') is [{ Length: > 0 and <= 20 } name, var size] && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var mib) && mib is > 0 and <= 1 << 24
            ? new(name, mib << 20)
            : throw CommandErrors.Usage.Error($"'{text}' is not a name of letters, digits and hyphens, '=' and a size in MiB.");
}
