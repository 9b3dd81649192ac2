using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Diagnostics;
using Ironhull.Signing;

namespace Ironhull.Cli.Commands;

/// <summary>Where the signing keys are: a keys folder, or certificates and a command.</summary>
internal sealed class SignerOptions
{
    /// <summary>Where keys are when nobody says otherwise.</summary>
    public const string DefaultFolder = "keys";

    public Option<string?> Keys { get; } = new("--keys") { Description = "the folder that 'hull keys init' made (keys, when it exists)", HelpName = "FOLDER" };

    public Option<string?> Certificate { get; } = new("--certificate") { Description = "with --command: the certificate of every role, or a folder with ROLE.crt for each", HelpName = "PATH" };

    public Option<string?> SignCommand { get; } = new("--command")
    {
        Description = "signs elsewhere: gets the role in HULL_SIGNING_ROLE and the SHA-256 digest in hex as its last argument, prints the RSA PKCS#1 v1.5 signature in base64",
        HelpName = "COMMAND",
    };

    public void AddTo(Command command)
    {
        command.Add(Keys);
        command.Add(Certificate);
        command.Add(SignCommand);
    }

    /// <summary>The keys folder: the one that was named, or "keys" when it exists.</summary>
    public string? Folder(CommandContext context) => context.Get(Keys) ?? (Directory.Exists(DefaultFolder) ? DefaultFolder : null);

    /// <summary>The keys to sign with; the caller disposes them.</summary>
    /// <exception cref="HullException">HULL9002: no key was named; HULL60xx: the certificates cannot be used.</exception>
    public ISigningKeys Open(CommandContext context) => External(context)
        ?? new FolderSigningKeys(Folder(context) ?? throw CommandErrors.Usage.Error("No key was named.", remedy: "Give --keys, or --certificate and --command."));

    /// <summary>The external signer, or null when the keys folder serves.</summary>
    /// <exception cref="HullException">HULL9002: one of the two options is missing.</exception>
    public ISigningKeys? External(CommandContext context)
    {
        var (certificate, command) = (context.Get(Certificate), context.Get(SignCommand));
        if (certificate is null && command is null)
        {
            return null;
        }

        if (certificate is null || command is null)
        {
            throw CommandErrors.Usage.Error("'--certificate' and '--command' belong together.", remedy: "Give both, or --keys.");
        }

        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0
            ? new CommandSigningKeys(words[0], words[1..], certificate)
            : throw CommandErrors.Usage.Error("'--command' is empty.", remedy: "Name the program that signs.");
    }
}
