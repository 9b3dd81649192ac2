using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Machines.Host;
using Ironhull.Measurement.Attestation;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull attest collect</c>.</summary>
internal sealed class AttestCollectCommand : HullCommand
{
    private const string KeyFile = "ak.pub";
    private const int FreshNonce = 20;
    private readonly Argument<string> _destination = new("DESTINATION") { Description = "the node, as ssh takes it: root@node" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "the folder that gets the evidence", HelpName = "FOLDER", Required = true };
    private readonly Option<string?> _nonce = new("--nonce") { Description = "what the node is asked with, 1 to 32 bytes (a fresh one when not given)", HelpName = "HEX" };
    private readonly Option<int?> _port = new("--port") { Description = "the port of the node's ssh server", HelpName = "N" };
    private readonly Option<string?> _identity = new("--identity") { Description = "the private key for ssh", HelpName = "FILE" };

    /// <summary>The command.</summary>
    public AttestCollectCommand()
        : base("collect", "take a quote, the event log and the attestation key from a node over ssh")
    {
        Add(_destination);
        Add(_output);
        Add(_nonce);
        Add(_port);
        Add(_identity);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull attest collect root@node -o evidence --nonce 5f0c77", "ask with a nonce of your own"),
        new("hull attest collect root@127.0.0.1 --port 2222 --identity key -o evidence", "another port and key; the nonce that was made is printed"),
    ];

    /// <inheritdoc/>
    public override string Notes =>
        $"The node needs bash, coreutils and /dev/tpmrm0. Its attestation key ({KeyFile}) is derived by its TPM and the same at each time: enrol it once, over a channel that you trust, and verify with the enrolled one.";

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var nonce = context.Get(_nonce) is { } given ? AttestVerifyCommand.Nonce(given) : RandomNumberGenerator.GetBytes(FreshNonce);
        var destination = context.Get(_destination)!;
        if (destination.StartsWith('-'))
        {
            throw CommandErrors.Usage.Error($"'{destination}' is no destination.", remedy: "Name the node as ssh takes it: root@node.");
        }

        List<string> arguments = ["-o", "BatchMode=yes"];
        if (context.Get(_port) is { } port)
        {
            arguments.AddRange(["-p", port.ToString(CultureInfo.InvariantCulture)]);
        }

        if (context.Get(_identity) is { } identity)
        {
            arguments.AddRange(["-i", identity]);
        }

        using var script = new MemoryStream(Encoding.ASCII.GetBytes(EvidenceScript.Write(nonce, EvidenceScript.DefaultRegisters)));
        var result = await HostTool.RunAsync(HostTool.Find("ssh", "reach the node"), [.. arguments, "--", destination, "bash -s"], script, cancellation).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw AttestationErrors.CollectFailed.Error($"ssh ended with {result.ExitCode}: {result.Error.Trim()}");
        }

        var (evidence, key) = EvidenceScript.Read(result.Output);
        var folder = context.Get(_output)!;
        evidence.Write(folder);
        AtomicFile.WriteAllBytes(Path.Combine(folder, KeyFile), key);
        Report(context, folder, nonce, key);
        return ExitCodes.Success;
    }

    private static void Report(CommandContext context, string folder, byte[] nonce, byte[] key)
    {
        var fingerprint = Sha256Digest.Of(key).ToString();
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("folder", folder);
                json.WriteString("nonce", Convert.ToHexStringLower(nonce));
                json.WriteString("keySha256", fingerprint);
                json.WriteEndObject();
            });
            return;
        }

        context.Out.Write(new TextTable("", "").Add("evidence", folder).Add("nonce", Convert.ToHexStringLower(nonce)).Add("key SHA-256", fingerprint).ToString());
        context.Out.Write($"Next: hull attest verify {folder} --key ENROLLED --nonce {Convert.ToHexStringLower(nonce)} --published NAME.pcrs.json\n");
    }
}
