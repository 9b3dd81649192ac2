using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Compose.Build;
using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Machines;
using Ironhull.Signing;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull quickstart</c>: from a fresh machine to a container that runs on a machine booted under Secure Boot.</summary>
internal sealed class QuickstartCommand : HullCommand
{
    private const string Sample = "hello";

    /// <summary>Where the sample's volume is on the machine: where SELinux expects what belongs to containers.</summary>
    private const string Volume = "/var/lib/containerd/hello";

    private readonly Option<string> _image = new("--image") { Description = "the container host to compose: a definition or a folder below images/", HelpName = "DEFINITION", DefaultValueFactory = _ => "container-host" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "the folder for images (out when not given)", HelpName = "FOLDER", DefaultValueFactory = _ => "out" };
    private readonly Option<bool> _noBoot = new("--no-boot") { Description = "stop after the images are composed" };

    /// <summary>The command.</summary>
    public QuickstartCommand()
        : base("quickstart", "do everything: prerequisites, keys, compose the container host, boot it, run a container in it")
    {
        Add(_image);
        Add(_output);
        Add(_noBoot);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull quickstart", "from nothing to a running container"),
        new("hull quickstart --image azurelinux-3", "the same with Azure Linux packages, where their repositories can be reached"),
        new("hull quickstart --no-boot --output /var/tmp/hull", "compose only, elsewhere"),
    ];

    /// <inheritdoc/>
    public override string Notes =>
        "Without KVM the machine runs in emulation: booting takes one to three minutes. A package that left the mirror since the lock was written makes quickstart lock again; it says so.";

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var output = Path.GetFullPath(context.Get(_output)!);
        var keys = Path.GetFullPath(SignerOptions.DefaultFolder);
        Say(context, "1. Prerequisites");
        var code = await new SetupCommand().RunAsync(context, cancellation).ConfigureAwait(false);
        if (code != ExitCodes.Success)
        {
            return code;
        }

        Say(context, "2. Development keys");
        if (!File.Exists(Path.Combine(keys, "db.crt")))
        {
            KeyStore.Init(keys);
        }

        context.Out.Write($"   {CommandContext.Shorten(keys)}: PK, KEK, db and its leaves\n");
        var host = context.LoadDefinition(context.Get(_image)!);
        foreach (var (title, image) in new[] { ("3. Compose the container host", host), ("4. Compose the sample container", context.LoadDefinition(Sample)) })
        {
            Say(context, title);
            context.Out.Write(BuildCommand.Summary(await BuildAsync(context, image, output, keys, cancellation).ConfigureAwait(false), explain: false, deferred: false));
        }

        if (context.Get(_noBoot))
        {
            return ExitCodes.Success;
        }

        Say(context, "5. Boot it under Secure Boot");
        return await BootAsync(context, Path.Combine(output, host.Name, $"{host.Name}.raw"), keys, Path.Combine(output, Sample), context.LoadDefinition(Sample).Oci!, cancellation).ConfigureAwait(false);
    }

    private static async Task<BuildReport> BuildAsync(CommandContext context, ImageDefinition definition, string output, string keys, CancellationToken cancellation)
    {
        var request = new BuildRequest
        {
            DefinitionPath = definition.FilePath,
            OutputFolder = Path.Combine(output, definition.Name),
            CacheFolder = context.CacheFolder,
            KeysFolder = keys,
            Offline = context.IsOffline,
            Mirrors = context.Mirrors,
        };
        if (!File.Exists(definition.LockPath))
        {
            context.Out.Write($"   {definition.Name} has no lock yet; locking it\n");
            await LockCommand.UpdateAsync(context, definition, null, cancellation).ConfigureAwait(false);
        }

        try
        {
            return await ImageBuilder.BuildAsync(request, context.Progress, context.Host.Time, cancellation).ConfigureAwait(false);
        }
        catch (HullException e) when (e.Diagnostics.All(d => d.Code == DefinitionErrors.LockedPackageGone))
        {
            context.EndProgress();
            context.Out.Write($"   {e.Diagnostics.Count} locked packages have left the mirror; locking {definition.Name} again:\n");
            var (_, diff, _) = await LockCommand.UpdateAsync(context, definition, LockCommand.Previous(definition), cancellation).ConfigureAwait(false);
            LockCommand.PrintChanges(context.Out, diff);
            return await ImageBuilder.BuildAsync(request, context.Progress, context.Host.Time, cancellation).ConfigureAwait(false);
        }
        finally
        {
            context.EndProgress();
        }
    }

    private static async Task<int> BootAsync(CommandContext context, string image, string keys, string sample, OciDefinition container, CancellationToken cancellation)
    {
        var machine = await Machine.StartAsync(new MachineOptions { ImagePath = image, KeysFolder = keys }, cancellation).ConfigureAwait(false);
        await using (machine.ConfigureAwait(false))
        {
            context.Out.Write($"   started ({machine.Accelerator}); waiting for it\n");
            context.Out.Flush();
            await machine.WaitForBootAsync(cancellation).ConfigureAwait(false);
            await machine.ConnectAsync(cancellation).ConfigureAwait(false);
            (string Title, string Command)[] facts =
            [
                ("system", "systemctl is-system-running --wait; . /etc/os-release; echo $PRETTY_NAME; uname -r"),
                ("Secure Boot", "bootctl status 2>/dev/null | grep -m1 'Secure Boot' | sed 's/^ *//'"),
                ("/usr", "veritysetup status usr | grep status: | sed 's/^ *//'; findmnt -no FSTYPE,OPTIONS /usr"),
                ("IPE", "head -n 3 /run/ironhull/enforcement | tr '\\n' ' '"),
                ("boot", "systemd-analyze | head -n 1"),
            ];
            foreach (var (title, command) in facts)
            {
                Indent(context, title, (await machine.TrySshAsync(command, cancel: cancellation).ConfigureAwait(false)).Output);
            }

            Say(context, "6. Run a container in it");
            // Only verified code runs on the machine, so the container's root is the signed volume, not an unpacked layer.
            await machine.SshAsync($"mkdir -p {Volume}", cancel: cancellation).ConfigureAwait(false);
            foreach (var part in (string[])["erofs", "verity", "p7s"])
            {
                var file = new FileStream(Path.Combine(sample, $"{Sample}.{part}"), FileMode.Open, FileAccess.Read);
                await using (file.ConfigureAwait(false))
                {
                    await machine.SshAsync($"cat > {Volume}/{part}", file, cancellation).ConfigureAwait(false);
                }
            }

            var rootHash = await File.ReadAllTextAsync(Path.Combine(sample, $"{Sample}.roothash"), cancellation).ConfigureAwait(false);
            Indent(context, "open", await machine.SshAsync(
                $"veritysetup open --root-hash-signature={Volume}/p7s {Volume}/erofs {Sample} {Volume}/verity {rootHash} && mkdir -p /run/{Sample} && " +
                $"mount -t erofs -o ro$([ ! -e /sys/fs/selinux/enforce ] || echo ,context=system_u:object_r:container_ro_file_t:s0) /dev/mapper/{Sample} /run/{Sample} && veritysetup status {Sample} | grep status:", cancel: cancellation).ConfigureAwait(false));
            var client = await NodeTools.FindAsync(machine, image, "ctr", cancellation).ConfigureAwait(false);
            var words = container.Entrypoint.Concat(container.Command).Select(w => $"'{w.Replace("'", "'\\''", StringComparison.Ordinal)}'");
            var environment = string.Concat(container.Environment.Select(e => $"--env {e.Key}={e.Value} "));
            Indent(context, "run", await machine.SshAsync(
                $"{client} run --rm --runc-binary $(command -v crun || command -v runc) --read-only {environment}--rootfs /run/{Sample} {Sample} {string.Join(' ', words)}", cancel: cancellation).ConfigureAwait(false));
            await machine.PowerOffAsync(TimeSpan.FromSeconds(120), cancellation).ConfigureAwait(false);
        }

        context.Out.Write($"\nDone. Next: ./hull run, ./hull inspect {CommandContext.Shorten(image)}, ./hull test\n");
        return ExitCodes.Success;
    }

    private static void Say(CommandContext context, string step)
    {
        context.EndProgress();
        context.Out.Write($"\n{step}\n");
        context.Out.Flush();
    }

    private static void Indent(CommandContext context, string title, string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            context.Out.Write($"   {title,-12} {line.TrimEnd()}\n");
        }

        context.Out.Flush();
    }
}
