using System.CommandLine;
using System.Globalization;
using Ironhull.Cli.CommandLine;
using Ironhull.Cli.Output;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Yaml;
using Ironhull.Diagnostics;
using Ironhull.Formats.Trees;
using Ironhull.Signing;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull inspect</c>.</summary>
internal sealed class InspectCommand : HullCommand
{
    private readonly Argument<string> _image = new("IMAGE") { Description = "a disk image (raw, qcow2, VHD), an extension, the folder that 'hull build' wrote, or an RPM package" };
    private readonly Option<bool> _files = new("--files") { Description = "list the files of /usr, or of the package, instead" };
    private readonly Option<bool> _verify = new("--verify") { Description = "check every block of /usr, or of an extension, against its hash tree" };

    private readonly Option<bool> _pcrs = new("--pcrs") { Description = "predict TPM registers 4, 7, 11 and 12 of machines that boot the signed image instead" };

    private readonly Option<string?> _keysFolder = new("--keys")
    {
        Description = "for --pcrs: the folder of the certificates that the machines' firmware trusts (keys, when it exists)", HelpName = "FOLDER",
    };

    private readonly Option<string[]> _addons = new("--addon")
    {
        Description = "for --pcrs: an addon that is not on the disk, predicted as if its catalogue had it; may be repeated", HelpName = "FILE",
    };

    private readonly Option<string[]> _keys = new("--key")
    {
        Description = "a file of OpenPGP keys: fail unless one of them signed the RPM package; may be repeated", HelpName = "FILE",
    };

    /// <summary>The command.</summary>
    public InspectCommand()
        : base("inspect", "show what an image is made of: partitions, hash tree, boot files, packages; or an RPM package")
    {
        Add(_image);
        Add(_files);
        Add(_verify);
        Add(_pcrs);
        Add(_keysFolder);
        Add(_addons);
        Add(_keys);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull inspect out/container-host", "partitions, root hash, UKI, command line, packages"),
        new("hull inspect out/container-host --files", "every file of /usr with mode, owner and size"),
        new("hull inspect disk.vhd --verify --format json", "check every block; for a script"),
        new("hull inspect out/container-host --pcrs --keys keys --format json", "what the TPM of a machine that booted this image has to hold"),
        new("hull inspect bash.rpm --key distribution.asc", "identity, signatures, digests and scriptlets of a package, and whether it can be trusted"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        if (RpmInspection.IsPackage(context.Get(_image)!))
        {
            InspectPackage(context);
            return Task.FromResult(ExitCodes.Success);
        }

        using var image = OpenImage.Open(context.Get(_image)!);
        if (context.Get(_files))
        {
            Files(context, image.ReadTree());
            return Task.FromResult(ExitCodes.Success);
        }

        if (context.Get(_pcrs))
        {
            var predictions = image.Predict(
                KeyStore.Open(ImageFile.Keys(context, context.Get(_keysFolder))), [.. (context.Get(_addons) ?? []).Select(path => (Path.GetFileName(path), ReadAddon(path)))]);
            if (context.IsJson)
            {
                var named = image.Read();
                PcrReport.WriteJson(context, new(named.Name, named.Version, predictions));
            }
            else
            {
                context.Out.Write(PcrReport.Text(predictions));
            }

            return Task.FromResult(ExitCodes.Success);
        }

        var facts = image.Read(context.Get(_verify));
        if (context.IsJson)
        {
            WriteJson(context, facts);
        }
        else
        {
            context.Out.Write(Text(facts));
        }

        // A wrong block is what --verify was asked to find.
        return Task.FromResult(facts.Verity?.Checked is null or "every block is right" ? ExitCodes.Success : ExitCodes.For(ErrorCategory.Integrity));
    }

    private static byte[] ReadAddon(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DefinitionErrors.NoImage.Error($"'{path}' cannot be read: {e.Message}", new Location(path), "Name an addon of the output folder, such as out/container-host/addons/NAME.addon.efi.", e);
        }
    }

    private void InspectPackage(CommandContext context)
    {
        using var package = RpmInspection.Open(context.Get(_image)!, context.Get(_keys) ?? [], context.Host.Time.GetUtcNow().ToUnixTimeSeconds());
        switch (context.IsJson, context.Get(_files))
        {
            case (true, true):
                context.WriteJson(package.WriteFiles);
                break;
            case (true, false):
                context.WriteJson(package.WriteJson);
                break;
            case (false, true):
                package.WriteFiles(context.Out);
                break;
            default:
                context.Out.Write(package.Text());
                break;
        }

        package.Require();
    }

    /// <summary>The text form.</summary>
    public static string Text(ImageFacts facts)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var head = new TextTable("", "")
            .Add("file", $"{facts.Path} ({facts.Format.ToString().ToLowerInvariant()}, {ByteSize.Format(facts.FileLength)}; disk of {ByteSize.Format(facts.DiskLength)})")
            .Add("disk id", facts.DiskId.ToString());
        if (facts.Name.Length > 0)
        {
            head.Add("image", $"{facts.Name} {facts.Version}");
        }

        text.WriteLine(head.ToString());
        var partitions = new TextTable("partition", "type", ">offset", ">size", "id", "content");
        foreach (var p in facts.Partitions)
        {
            partitions.Add(p.Name, p.Type, ByteSize.Format(p.Offset), ByteSize.Format(p.Length), p.Id.ToString(), p.Content);
        }

        text.WriteLine(partitions.ToString());
        if (facts.Verity is { } verity)
        {
            var table = new TextTable("", "")
                .Add("root hash", verity.RootHash.ToString())
                .Add("protects", $"{verity.DataBlocks} blocks of 4096 bytes, salt {(verity.Salt.Length == 0 ? "none" : verity.Salt)}")
                .Add("partition ids", verity.IdsMatch ? "are the halves of the root hash" : "ARE NOT the halves of the root hash")
                .Add("command line", verity.CommandLineMatches ? "names the root hash" : "DOES NOT name the root hash")
                .Add("signed by", verity.Signature);
            if (verity.Checked is { } result)
            {
                table.Add("checked", result);
            }

            text.WriteLine(table.ToString());
        }

        foreach (var program in facts.Programs)
        {
            var table = new TextTable("", "").Add("EFI program", $"{program.Path} ({ByteSize.Format(program.Size)})").Add("signed by", program.Signature).Add("digest", program.AuthenticodeDigest.ToString());
            if (program.KernelVersion is { } kernel)
            {
                table.Add("kernel", kernel);
            }

            if (program.CommandLine is { } line)
            {
                table.Add("command line", line);
            }

            text.Write(table.ToString());
            var sections = new TextTable("  section", ">size", "SHA-256");
            foreach (var section in program.Sections)
            {
                sections.Add("  " + section.Name, ByteSize.Format(section.Size), section.Sha256.ToString());
            }

            text.WriteLine(program.Sections.Count == 0 ? "" : sections.ToString());
        }

        if (facts.ProvisionFailure is { } failure)
        {
            text.WriteLine($"The last first boot that failed on this disk says:\n{failure}");
        }

        var packages = new TextTable("package", "version", "architecture", "source");
        foreach (var p in facts.Packages)
        {
            packages.Add(p.Name, p.Version, p.Architecture, p.Source);
        }

        text.Write(facts.Packages.Count == 0 ? "The image lists no packages.\n" : $"{packages}{facts.Packages.Count} packages\n");
        return text.ToString();
    }

    private static void Files(CommandContext context, FileTree tree)
    {
        if (context.IsJson)
        {
            context.WriteJson(json =>
            {
                json.WriteStartArray();
                foreach (var (path, inode) in tree.Entries)
                {
                    json.WriteStartObject();
                    json.WriteString("path", path);
                    json.WriteString("type", inode.Type.ToString().ToLowerInvariant());
                    json.WriteString("mode", Convert.ToString(inode.Mode, 8).PadLeft(4, '0'));
                    json.WriteNumber("uid", inode.Uid);
                    json.WriteNumber("gid", inode.Gid);
                    json.WriteNumber("size", inode.Content?.Length ?? 0);
                    if (inode.LinkTarget is { } target)
                    {
                        json.WriteString("target", target);
                    }

                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
            return;
        }

        foreach (var (path, inode) in tree.Entries)
        {
            var type = inode.Type switch { InodeType.Directory => 'd', InodeType.SymbolicLink => 'l', InodeType.File => '-', _ => 's' };
            var mode = Convert.ToString(inode.Mode, 8).PadLeft(4, '0');
            context.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{type} {mode} {inode.Uid,5}:{inode.Gid,-5} {inode.Content?.Length ?? 0,10} {path}{(inode.LinkTarget is null ? "" : " -> " + inode.LinkTarget)}"));
        }
    }

    private static void WriteJson(CommandContext context, ImageFacts facts) => context.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteString("path", facts.Path);
        json.WriteString("format", facts.Format.ToString().ToLowerInvariant());
        json.WriteNumber("fileLength", facts.FileLength);
        json.WriteNumber("diskLength", facts.DiskLength);
        json.WriteString("diskId", facts.DiskId.ToString());
        json.WriteString("image", facts.Name);
        json.WriteString("version", facts.Version);
        json.WriteStartArray("partitions");
        foreach (var p in facts.Partitions)
        {
            json.WriteStartObject();
            json.WriteString("name", p.Name);
            json.WriteString("type", p.Type);
            json.WriteString("id", p.Id.ToString());
            json.WriteNumber("offset", p.Offset);
            json.WriteNumber("length", p.Length);
            json.WriteString("content", p.Content);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (facts.Verity is { } verity)
        {
            json.WriteStartObject("verity");
            json.WriteString("rootHash", verity.RootHash.ToString());
            json.WriteNumber("dataBlocks", verity.DataBlocks);
            json.WriteString("salt", verity.Salt);
            json.WriteBoolean("idsMatch", verity.IdsMatch);
            json.WriteBoolean("commandLineMatches", verity.CommandLineMatches);
            json.WriteString("signature", verity.Signature);
            if (verity.Checked is { } result)
            {
                json.WriteString("checked", result);
            }

            json.WriteEndObject();
        }

        if (facts.ProvisionFailure is { } failure)
        {
            json.WriteString("provisionFailure", failure);
        }

        json.WriteStartArray("programs");
        foreach (var program in facts.Programs)
        {
            json.WriteStartObject();
            json.WriteString("path", program.Path);
            json.WriteNumber("size", program.Size);
            json.WriteString("signature", program.Signature);
            json.WriteString("digest", program.AuthenticodeDigest.ToString());
            if (program.CommandLine is { } line)
            {
                json.WriteString("commandLine", line);
            }

            if (program.KernelVersion is { } kernel)
            {
                json.WriteString("kernel", kernel);
            }

            json.WriteStartArray("sections");
            foreach (var section in program.Sections)
            {
                json.WriteStartObject();
                json.WriteString("name", section.Name);
                json.WriteNumber("size", section.Size);
                json.WriteString("sha256", section.Sha256.ToString());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("packages");
        foreach (var p in facts.Packages)
        {
            json.WriteStartObject();
            json.WriteString("name", p.Name);
            json.WriteString("version", p.Version);
            json.WriteString("architecture", p.Architecture);
            json.WriteString("source", p.Source);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
