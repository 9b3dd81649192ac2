using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Diagnostics;
using Ironhull.Signing;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull keys init</c>.</summary>
internal sealed class KeysInitCommand : HullCommand
{
    private readonly Option<string> _output = new("--output", "-o") { Description = "the folder to make (keys when not given)", HelpName = "FOLDER", DefaultValueFactory = _ => "keys" };
    private readonly Option<string> _name = new("--name") { Description = "begins the certificates' common names", HelpName = "NAME", DefaultValueFactory = _ => "Ironhull development" };

    /// <summary>The command.</summary>
    public KeysInitCommand()
        : base("init", "make development keys: PK, KEK and db for Secure Boot, and a leaf below db for each role")
    {
        Add(_output);
        Add(_name);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull keys init", "make the folder 'keys'"),
        new("hull keys init --output ~/ironhull-keys --name Example", "elsewhere, under another name"),
    ];

    /// <inheritdoc/>
    public override string Notes => "db is a certificate authority: firmware and kernel trust it, and it issues the leaves boot-code, root-hash, ipe-policy, extension and pcr-policy, which sign. PK, KEK and db go into the firmware of the machines that hull run starts. The keys are for development: they lie in the folder without a password.";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var folder = context.Get(_output)!;
        var store = KeyStore.Init(folder, context.Get(_name)!);
        using var signing = store.OpenSigningKeys();
        (string Name, System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate)[] keys =
            [
                ("PK", store.PlatformKey), ("KEK", store.KeyExchangeKey), ("db", store.Database),
                .. SigningRoles.All.Select(role => (SigningRoles.WordOf(role), signing.CertificateOf(role).Leaf)),
            ];
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("folder", Path.GetFullPath(folder));
                json.WriteString("owner", store.OwnerGuid.ToString());
                json.WriteStartArray("keys");
                foreach (var (name, certificate) in keys)
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteString("subject", certificate.Subject);
                    json.WriteString("sha256", certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant());
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            });
        }
        else
        {
            var table = new TextTable("key", "subject", "certificate SHA-256");
            foreach (var (name, certificate) in keys)
            {
                table.Add(name, certificate.Subject, certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant());
            }

            context.Out.Write($"{table}Made {folder}. Next: hull build --keys {folder}\n");
        }

        return Task.FromResult(ExitCodes.Success);
    }
}
