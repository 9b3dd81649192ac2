using System.CommandLine;
using Ironhull.Cli.Commands;

namespace Ironhull.Cli.CommandLine;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    /// <summary>The order in which the help lists the commands.</summary>
    public static IReadOnlyList<(string Title, string[] Names)> Groups { get; } =
    [
        ("Start here", ["quickstart", "setup", "doctor"]),
        ("Compose", ["lock", "build", "sysext", "sign", "keys"]),
        ("Run", ["run", "test"]),
        ("Provision", ["provision"]),
        ("Understand", ["why", "why-not", "inspect", "diff", "attest", "errors"]),
    ];

    /// <summary>Makes the commands.</summary>
    public static Command Build(GlobalOptions options)
    {
        var root = new RootGroup
        {
            new QuickstartCommand(),
            new SetupCommand(),
            new DoctorCommand(),
            new CommandGroup("keys", "make and replace signing keys", new Example("hull keys init", "make development keys"), new Example("hull keys rotate boot-code", "replace the key that signs kernel images")) { new KeysInitCommand(), new KeysRotateCommand() },
            new LockCommand(),
            new WhyCommand(),
            new WhyNotCommand(),
            new BuildCommand(),
            new CommandGroup("sysext", "build and sign system and configuration extensions", new Example("hull sysext build tools --keys keys", "build what tools/image.yaml says"))
            {
                new SysextBuildCommand(), new SysextSignCommand(),
            },
            new SignCommand(),
            new RunCommand(),
            new TestCommand(),
            new CommandGroup("provision", "check what configures a node on its first boot", new Example("hull provision validate config.ign", "check a config before a node meets it"), new Example("hull provision plan config.ign", "see what it would do"))
            {
                new ProvisionValidateCommand(),
                new ProvisionPlanCommand(),
                new ProvisionConvertCommand(),
            },
            new InspectCommand(),
            new DiffCommand(),
            new CommandGroup(
                "attest", "prove by a TPM's quote what a machine has booted",
                new Example("hull attest verify evidence --key node.pub --nonce 5f0c --published container-host.pcrs.json", "decide offline")) { new AttestCollectCommand(), new AttestVerifyCommand() },
            new ErrorsCommand(),
        };
        foreach (var option in options.All)
        {
            root.Add(option);
        }

        return root;
    }

    private sealed class RootGroup() : Command("hull", "compose bootable, verified images from signed packages, run and test them"), IDocumented
    {
        public IReadOnlyList<Example> Examples { get; } =
        [
            new("hull doctor", "what this machine lacks"),
            new("hull build images/container-host --keys keys", "compose the container host"),
            new("hull run --image out/container-host --keys keys", "boot it under Secure Boot"),
            new("hull why libssl3t64", "why a package is in the image"),
            new("hull errors HULL4021", "what an error code means"),
        ];

        public string Notes => "";
    }
}
