using System.CommandLine;
using System.Security.Cryptography;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Diagnostics;
using Ironhull.Signing;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull keys rotate</c>.</summary>
internal sealed class KeysRotateCommand : HullCommand
{
    private readonly Argument<string> _role = new("ROLE") { Description = $"what the key signs: {string.Join(", ", SigningRoles.All.Select(SigningRoles.WordOf))}" };
    private readonly Option<string?> _keys = new("--keys") { Description = "the folder that 'hull keys init' made (keys, when it exists)", HelpName = "FOLDER" };

    /// <summary>The command.</summary>
    public KeysRotateCommand()
        : base("rotate", "replace the key of one role by a new one that db issues")
    {
        Add(_role);
        Add(_keys);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull keys rotate boot-code", "what is built from now on is signed by a new key"),
        new("hull keys rotate extension --keys ~/ironhull-keys", "of another folder"),
    ];

    /// <inheritdoc/>
    public override string Notes =>
        "Firmware and kernel trust db, so nothing has to be enrolled, and what the old key signed stays valid until its certificate is put into dbx. The old pair is kept in the folder 'retired'.";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var word = context.Get(_role)!;
        var role = SigningRoles.Find(word)
            ?? throw CommandErrors.Usage.Error($"There is no role '{word}'.", remedy: $"Roles are {string.Join(", ", SigningRoles.All.Select(SigningRoles.WordOf))}.");
        var certificate = KeyStore.Open(ImageFile.Keys(context, context.Get(_keys))).Rotate(role);
        var fingerprint = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant();
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("role", word);
                json.WriteString("subject", certificate.Subject);
                json.WriteString("sha256", fingerprint);
                json.WriteEndObject();
            });
        }
        else
        {
            context.Out.Write(new TextTable("key", "subject", "certificate SHA-256").Add(word, certificate.Subject, fingerprint).ToString());
        }

        return Task.FromResult(ExitCodes.Success);
    }
}
