using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Diagnostics;
using Ironhull.Signing;

namespace Ironhull.Cli.Commands;

/// <summary>Where the signing key is: a keys folder, or a certificate and a command.</summary>
internal sealed class SignerOptions
{
    /// <summary>Where keys are when nobody says otherwise.</summary>
    public const string DefaultFolder = "keys";

    public Option<string?> Keys { get; } = new("--keys") { Description = "the folder that 'hull keys init' made (keys, when it exists)", HelpName = "FOLDER" };

    public Option<string?> Certificate { get; } = new("--certificate") { Description = "the signing certificate, with --command", HelpName = "FILE" };

    public Option<string?> SignCommand { get; } = new("--command")
    {
        Description = "signs elsewhere: gets the SHA-256 digest in hex as its last argument, prints the RSA PKCS#1 v1.5 signature in base64",
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

    /// <summary>The external signer, or null when the keys folder serves.</summary>
    /// <exception cref="HullException">HULL9002: one of the two options is missing.</exception>
    public ISigner? External(CommandContext context)
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
            ? new ExternalCommandSigner(words[0], words[1..], certificate)
            : throw CommandErrors.Usage.Error("'--command' is empty.", remedy: "Name the program that signs.");
    }
}
