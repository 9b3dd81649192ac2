using System.CommandLine;
using System.Globalization;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Diagnostics;
using Ironhull.Measurement.Attestation;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull attest verify</c>.</summary>
internal sealed class AttestVerifyCommand : HullCommand
{
    private const int LargestKey = 64 << 10;
    private readonly Argument<string> _evidence = new("FOLDER") { Description = "the evidence: quote, signature, event-log and, when there, pcrs" };
    private readonly Option<string> _key = new("--key") { Description = "the node's attestation key that was enrolled (TPM2B_PUBLIC or PEM)", HelpName = "FILE", Required = true };
    private readonly Option<string> _nonce = new("--nonce") { Description = "what the node was asked with", HelpName = "HEX", Required = true };

    private readonly Option<string[]> _published = new("--published")
    {
        Description = "published register values of an image that may run; may be repeated", HelpName = "FILE", Required = true,
    };

    /// <summary>The command.</summary>
    public AttestVerifyCommand()
        : base("verify", "decide offline whether a quote proves that a machine runs a published image")
    {
        Add(_evidence);
        Add(_key);
        Add(_nonce);
        Add(_published);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull attest verify evidence --key node.pub --nonce 5f0c77 --published container-host.pcrs.json", "which image, which addons, which phase"),
        new("hull attest verify evidence --key node.pub --nonce 5f0c77 --published a.pcrs.json --published b.pcrs.json --format json", "either image; for a script"),
    ];

    /// <inheritdoc/>
    public override string Notes =>
        "An image's values are what 'hull inspect IMAGE --pcrs --format json' prints. Nothing is taken from the evidence on trust: the key has to be one that was enrolled for this node before. Every way to fail has a code of its own (HULL6102 to HULL6110).";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var nonce = Nonce(context.Get(_nonce)!);
        using var key = AttestationKey.Parse(ReadKey(context.Get(_key)!));
        var images = (context.Get(_published) ?? []).Select(PublishedMeasurements.Read).ToList();
        var boot = QuoteVerifier.Verify(Evidence.Read(context.Get(_evidence)!), key, nonce, images);
        if (context.IsJson)
        {
            WriteJson(context, boot, key.AttributesKnown);
        }
        else
        {
            context.Out.Write(Text(boot, key.AttributesKnown));
        }

        return Task.FromResult(ExitCodes.Success);
    }

    /// <summary>Reads a nonce.</summary>
    /// <exception cref="HullException">HULL9002: not 1 to 32 bytes in hex digits.</exception>
    internal static byte[] Nonce(string text)
    {
        try
        {
            if (Convert.FromHexString(text) is { Length: > 0 and <= Formats.Tpm.TpmCommands.LongestNonce } nonce)
            {
                return nonce;
            }
        }
        catch (FormatException)
        {
            // Said below.
        }

        throw CommandErrors.Usage.Error($"'{text}' is no nonce.", remedy: $"Give 1 to {Formats.Tpm.TpmCommands.LongestNonce} bytes in hex digits.");
    }

    private static byte[] ReadKey(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= LargestKey ? File.ReadAllBytes(path) : throw SigningErrors.KeyUnreadable.Error($"The file has {length} bytes.", new(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SigningErrors.KeyUnreadable.Error(e.Message, new(path), cause: e);
        }
    }

    private static string Text(AttestedBoot boot, bool attributesKnown)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        text.WriteLine(new TextTable("", "")
            .Add("image", $"{boot.Image} {boot.Version}")
            .Add("kernel", boot.Boot.Kernel)
            .Add("addons", boot.Boot.Addons.Count == 0 ? "none" : string.Join(", ", boot.Boot.Addons))
            .Add("phase", boot.Phase.Length == 0 ? "the kernel has started" : boot.Phase)
            .Add("TPM resets", boot.ResetCount.ToString(CultureInfo.InvariantCulture))
            .ToString());
        var table = new TextTable(">PCR", "SHA-256", "explained by");
        foreach (var register in boot.Registers)
        {
            table.Add(register.Pcr.ToString(CultureInfo.InvariantCulture), register.Value.ToString(), Word(register.By));
        }

        text.Write(table.ToString());
        if (!attributesKnown)
        {
            text.WriteLine("The key is a PEM file: that it signs nothing but quotes has to be known from its enrolment.");
        }

        return text.ToString();
    }

    private static string Word(RegisterBasis basis) => basis switch
    {
        RegisterBasis.Image => "the published image",
        RegisterBasis.EventLog => "the event log alone",
        _ => "the quote alone",
    };

    private static void WriteJson(CommandContext context, AttestedBoot boot, bool attributesKnown) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("image", boot.Image);
        json.WriteString("version", boot.Version);
        json.WriteString("kernel", boot.Boot.Kernel);
        json.WriteStartArray("addons");
        foreach (var addon in boot.Boot.Addons)
        {
            json.WriteStringValue(addon);
        }

        json.WriteEndArray();
        json.WriteString("phase", boot.Phase);
        json.WriteNumber("resetCount", boot.ResetCount);
        json.WriteBoolean("keyAttributesKnown", attributesKnown);
        json.WriteStartArray("registers");
        foreach (var register in boot.Registers)
        {
            json.WriteStartObject();
            json.WriteNumber("pcr", register.Pcr);
            json.WriteString("value", register.Value.ToString());
            json.WriteString("by", register.By switch { RegisterBasis.Image => "image", RegisterBasis.EventLog => "event-log", _ => "quote" });
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
