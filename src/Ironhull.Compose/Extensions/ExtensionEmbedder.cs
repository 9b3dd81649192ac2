using Ironhull.Compose.Build;
using Ironhull.Compose.Closure;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Selinux;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;
using Ironhull.Signing;

namespace Ironhull.Compose.Extensions;

/// <summary>
/// Moves parts of an image into signed extensions that lie inside it, below <see cref="Folder"/>, or beside it. The signatures of those inside are
/// part of <c>/usr</c> and so of what its own root hash covers: they are made first, by the key for extensions.
/// </summary>
/// <param name="definition">The image.</param>
/// <param name="locked">Its packages and time.</param>
/// <param name="keys">The keys.</param>
/// <param name="stage">Runs a stage: its name, title, key and work; gives its folder.</param>
public sealed class ExtensionEmbedder(ImageDefinition definition, ImageLock locked, ISigningKeys keys, Func<string, string, StageKey, Action<string>, string> stage)
{
    /// <summary>Where embedded extensions lie in the image; the node links them into <c>/run/extensions</c>.</summary>
    public const string Folder = "/usr/lib/ironhull/extensions";

    /// <summary>The folder below the outputs where extensions lie that are beside the image, and what waits for a signature that is made elsewhere.</summary>
    public const string OutputFolder = "extensions";

    private const string Origin = "image";

    /// <summary>Moves every extension of the definition.</summary>
    /// <param name="root">The composed tree, labelled when there is a policy; not changed.</param>
    /// <param name="contexts">The policy's contexts, for what an extension has beyond its packages; null without a policy.</param>
    /// <param name="crash">Gives the kernel and the file of the initrd for crashes.</param>
    /// <param name="output">The output folder.</param>
    /// <param name="deferred">Whether the image is signed later; what is below a root hash must be signed now or have been.</param>
    /// <param name="extents">Opens the compressed files of earlier builds by the name of what they are for, or gives null.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="HullException">HULL5401, HULL5403, HULL5404, HULL5406, HULL60xx.</exception>
    public (FileTree Root, IReadOnlyList<ExtensionBeside> Beside) Apply(
        FileTree root, FileContexts? contexts, Func<InitrdDefinition, CrashParts> crash, string output, bool deferred, Func<string, ExtentPack?> extents, CancellationToken cancellation)
    {
        var result = root;
        var beside = new List<ExtensionBeside>();
        foreach (var extension in definition.Extensions)
        {
            var (rest, tree) = ExtensionTree.Split(result, extension.Packages, extension.Files, extension.Keep, ExtensionKind.System);
            if (tree.Count == 1)
            {
                throw ExtensionErrors.Empty.Error($"The extension '{extension.Name}': there is no file below /usr that comes from or is {string.Join(", ", extension.Packages.Concat(extension.Files))}.", extension.Where);
            }

            var names = extension.Packages.Concat(tree.Entries.Where(e => e.Value.Type != InodeType.Directory).Select(e => e.Value.Origin)).ToHashSet(StringComparer.Ordinal);
            if (extension.CrashInitrd is { } crashInitrd)
            {
                var parts = crash(crashInitrd);
                CrashKernel.Add(tree, root, CrashKernel.Sign(parts.Kernel, keys, Path.Combine(output, OutputFolder, extension.Name + ".efi"), deferred), parts.InitrdPath);
                names.UnionWith(parts.Origins);
            }

            IReadOnlyList<LockedPackage> packages = [.. locked.Packages.Where(p => names.Contains(p.Name))];
            ExtensionRelease.Of(root, ExtensionKind.System).Apply(tree, ExtensionKind.System, extension.Name);
            ExtensionManifest.Apply(tree, extension.Name, definition.Version, locked.Packaging, packages);
            var files = Write(extension.Name, ExtensionImage.Finish(tree, contexts, locked.Timestamp), extents, cancellation);
            if (extension.Place == ExtensionPlace.Outputs)
            {
                beside.Add(new(extension.Name, files, packages));
            }
            else
            {
                Embed(rest, extension.Name, files, output, deferred);
            }

            result = rest;
        }

        return (result, beside);
    }

    /// <summary>Checks that no program of the base image needs a file that only comes with an extension.</summary>
    /// <param name="root">The whole tree.</param>
    /// <param name="rest">What <see cref="Apply"/> left of it.</param>
    /// <param name="facts">Facts of files, shared with the closure checks.</param>
    /// <exception cref="HullException">HULL5404.</exception>
    public static void RequireOwnLibraries(FileTree root, FileTree rest, IFileFactCache facts)
    {
        if (ReferenceEquals(root, rest))
        {
            return;
        }

        var before = ClosureCheck.Run(root, [], [], facts).Violations.ToHashSet();
        string[] checks = [ClosureChecks.Needed, ClosureChecks.Shebang, ClosureChecks.Pam];
        var broken = ClosureCheck.Run(rest, [], [], facts).Violations.Where(v => checks.Contains(v.Check) && !before.Contains(v)).ToList();
        if (broken.Count > 0)
        {
            throw new HullException([.. broken.Select(v => ExtensionErrors.BaseNeedsExtension.With(v.Message, new Location(v.Path)))]);
        }
    }

    private string Write(string name, FileTree tree, Func<string, ExtentPack?> extents, CancellationToken cancellation)
    {
        var form = definition.Disk!.Usr;
        return stage($"extension-{name}", $"Write the extension {name}", ExtensionImage.Key(tree, form, locked.Timestamp), folder =>
        {
            using var cache = extents($"{definition.Name}-{name}");
            ExtensionImage.WriteFiles(folder, tree, form, locked.Timestamp, cache, cancellation);
        });
    }

    private void Embed(FileTree rest, string name, string files, string output, bool deferred)
    {
        var certificate = keys.CertificateOf(SigningRole.Extension);
        var rootHash = VerityFiles.RootHash(files);
        var key = new StageKey().Add("tool", ToolVersion.Value).Add("name", name).Add("root hash", rootHash.ToString())
            .Add("certificate", Sha256Digest.Of([.. certificate.Embedded.SelectMany(c => c.RawData)]));
        var signed = stage($"extension-{name}-signed", $"Sign the extension {name}", key, folder =>
        {
            var image = Path.Combine(folder, name + ".raw");
            ExtensionImage.Assemble(image, files, name, certificate);
            Sign(image, name, rootHash, certificate, output, deferred);
        });
        var file = Path.Combine(signed, name + ".raw");
        var content = Content.FromFileRange(File.OpenHandle(file), 0, new FileInfo(file).Length, Digest(file));
        rest.EnsureDirectory(Folder, Origin);
        rest.Set($"{Folder}/{name}.raw", Inode.File(content, origin: Origin));
    }

    private void Sign(string image, string name, Sha256Digest rootHash, SigningCertificate certificate, string output, bool deferred)
    {
        var elsewhere = Path.Combine(output, OutputFolder, name + ".raw");
        if (TakeSigned(elsewhere, image, rootHash, certificate))
        {
            return;
        }

        try
        {
            using var disk = new FileStream(image, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16);
            ExtensionImage.Sign(disk, keys.SignerOf(SigningRole.Extension), name);
        }
        catch (HullException e) when (deferred && e.Code == SigningErrors.KeyUnreadable)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(elsewhere)!);
            File.Copy(image, elsewhere, overwrite: true);
            throw ExtensionErrors.SignatureNeeded.Error(
                $"The extension '{name}' lies in {elsewhere} without a signature, and its key is not here.", new Location(elsewhere), cause: e);
        }
    }

    // A signature that was made elsewhere for these very bytes.
    private static bool TakeSigned(string elsewhere, string image, Sha256Digest rootHash, SigningCertificate certificate)
    {
        if (!File.Exists(elsewhere))
        {
            return false;
        }

        using (var disk = new FileStream(elsewhere, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16))
        {
            if (!ExtensionImage.IsSigned(disk, certificate, rootHash, elsewhere))
            {
                return false;
            }
        }

        File.Copy(elsewhere, image, overwrite: true);
        return true;
    }

    private static Sha256Digest Digest(string path)
    {
        using var stream = File.OpenRead(path);
        return Sha256Digest.Of(stream);
    }
}
