using Ironhull.Compose.Closure;
using Ironhull.Compose.Definition;
using Ironhull.Compose.Enforcement;
using Ironhull.Compose.Extensions;
using Ironhull.Compose.Initrd;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Layout;
using Ironhull.Compose.Locking;
using Ironhull.Compose.Oci;
using Ironhull.Compose.Progress;
using Ironhull.Compose.Selinux;
using Ironhull.Compose.Store;
using Ironhull.Diagnostics;
using Ironhull.Formats.Disk;
using Ironhull.Formats.Io;
using Ironhull.Formats.Pe;
using Ironhull.Formats.Trees;
using Ironhull.Measurement;
using Ironhull.Signing;

namespace Ironhull.Compose.Build;

/// <summary>
/// Builds an image from its definition and its lock: fetch, unpack, compose, then either the disk or the OCI archive.
/// Outputs appear by rename, all or none; the manifest comes last.
/// </summary>
public sealed class ImageBuilder
{
    private const int LongestCommandLine = 2047;
    private readonly BuildRequest _request;
    private readonly IProgressReporter _progress;
    private readonly TimeProvider _time;
    private readonly ImageDefinition _definition;
    private readonly ImageLock _lock;
    private readonly StageCache _cache;
    private readonly CancellationToken _cancellation;

    private ImageBuilder(BuildRequest request, IProgressReporter progress, TimeProvider time, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _request = request;
        _progress = progress;
        _time = time;
        _definition = ImageDefinition.Load(request.DefinitionPath);
        _lock = BaseImage.LockOf(_definition);
        _cache = new StageCache(Path.Combine(request.CacheFolder, "stages"), _definition.Name, time);
    }

    /// <summary>Builds.</summary>
    /// <param name="request">What, with what and where to.</param>
    /// <param name="progress">Told about every stage.</param>
    /// <param name="time">Measures stages; nothing of it reaches an output.</param>
    /// <param name="cancellation">Stops the build; nothing half-written is left.</param>
    /// <exception cref="HullException">Anything that is wrong, with code, place and remedy.</exception>
    public static async Task<BuildReport> BuildAsync(BuildRequest request, IProgressReporter progress, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            return await new ImageBuilder(request, progress, time, cancellation).RunAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (BuildFailure.Of(e, request.OutputFolder) is var told && !ReferenceEquals(told, e))
        {
            throw told;
        }
    }

    private async Task<BuildReport> RunAsync(CancellationToken cancellation)
    {
        using var own = _definition.IsSigned && _request.SigningKeys is null ? OwnKeys() : null;
        var keys = _definition.IsSigned ? _request.SigningKeys ?? own : null;
        var inputs = BuildInputs.Of(_definition, _definition.LockPath, keys is null ? null : RoleCertificates.DigestOf(keys), _request.DeferSigning);
        if (_definition.Kind == ImageKind.Disk && !_request.DeferSigning)
        {
            inputs.Add("firmware", PredictedRegisters.FirmwareDigest(_request.KeysFolder)?.ToString() ?? "none");
        }

        CreateOutputFolder();
        using var busy = OutputLock.Take(_request.OutputFolder);
        var start = StageMeter.Start(_time);
        if (OutputManifest.TryReuse(_request.OutputFolder, inputs.Digest) is { } report)
        {
            return report with
            {
                Stages = [new("build", true, "nothing it depends on changed, and the outputs are as they were left", start.Stop())],
                Notes = [.. _definition.Waivers.Signatures.Select(w => w.Warning)],
            };
        }

        var why = _cache.Explain("build", inputs);
        var packages = await PackagesAsync(_definition, _lock, _lock.Packages, cancellation).ConfigureAwait(false);
        report = _definition.IsExtension
            ? await BuildExtensionAsync(packages, keys!, cancellation).ConfigureAwait(false)
            : BuildImage(packages, await PackagesAsync(_definition, _lock, _lock.Tools, cancellation).ConfigureAwait(false), keys, cancellation);
        var held = _lock.Packages.Zip(packages).Where(p => _definition.Holds(p.First.Name)).ToList();
        report = report with { Outputs = [.. report.Outputs, .. PackageList.Write(_request.OutputFolder, _definition, _lock with { Packages = [.. held.Select(p => p.First)] }, [.. held.Select(p => p.Second)])] };
        report = report with { Notes = [.. _definition.Waivers.Signatures.Select(w => w.Warning), .. report.Notes] };
        _cache.Remember("build", inputs);
        OutputManifest.Write(_request.OutputFolder, inputs.Digest, report);
        _cache.Record(new("build", false, why.Length == 0 ? "an output was missing or changed" : why, start.Stop()));
        return report with { Stages = _cache.Outcomes };
    }

    private BuildReport BuildImage(IReadOnlyList<UnpackedPackage> packages, IReadOnlyList<UnpackedPackage> tools, ISigningKeys? keys, CancellationToken cancellation)
    {
        var composed = Measure("tree", () => TreeComposer.Compose(_definition, _lock, packages, _cache));
        var contexts = _definition.Selinux is null ? null : Measure("labels", () => PolicyStage.Apply(_definition, _lock, tools, composed.Root, _cache));
        var report = _definition.Kind == ImageKind.Disk ? BuildDisk(composed, contexts, keys!, cancellation) : BuildOci(composed, keys);
        return report with { Notes = [.. composed.Notes, .. report.Notes] };
    }

    private async Task<BuildReport> BuildExtensionAsync(IReadOnlyList<UnpackedPackage> packages, ISigningKeys keys, CancellationToken cancellation)
    {
        var image = BaseImage.Of(_definition)!;
        var below = await PackagesAsync(image.Definition, image.Lock, image.Lock.Packages, cancellation).ConfigureAwait(false);
        var tools = await PackagesAsync(image.Definition, image.Lock, image.Lock.Tools, cancellation).ConfigureAwait(false);
        var (tree, notes) = Measure("tree", () => ExtensionComposer.Compose(_definition, _lock, image, packages, below, tools, _cache));
        var form = image.Definition.Disk!.Usr;
        var files = Stage("extension", "Write the extension", ExtensionImage.Key(tree, form, _lock.Timestamp), folder =>
        {
            using var extents = Extents(_definition.Name);
            ExtensionImage.WriteFiles(folder, tree, form, _lock.Timestamp, extents, cancellation);
        });
        BuildOutput? output = null;
        Measure("sign", () => output = ExtensionImage.WriteOutput(
            _request.OutputFolder, $"{_definition.Name}.raw", files, _definition.Name, keys, _request.DeferSigning, ImageDefinition.Kinds.WordOf(_definition.Kind)));
        return Report(tree, VerityFiles.RootHash(files).ToString(), [output!, SpdxDocument.Write(_request.OutputFolder, $"{_definition.Name}.spdx.json", _definition.Name, _definition.Version, _lock)], [new("packages", _lock.Packages.Sum(p => p.Size))])
            with { Notes = notes };
    }

    private void CreateOutputFolder()
    {
        try
        {
            Directory.CreateDirectory(_request.OutputFolder);
        }
        catch (IOException e)
        {
            throw ComposeErrors.NotWritable.Error(e.Message, new(_request.OutputFolder), cause: e);
        }
    }

    private FolderSigningKeys OwnKeys() => new(_request.KeysFolder ?? throw ComposeErrors.KeysNeeded.Error("No keys were given."));

    private async Task<IReadOnlyList<UnpackedPackage>> PackagesAsync(
        ImageDefinition definition, ImageLock locked, IReadOnlyList<LockedPackage> packages, CancellationToken cancellation)
    {
        if (packages.Count == 0)
        {
            return [];
        }

        var folder = Path.Combine(_request.CacheFolder, "store");
        var store = definition.Packaging == PackagingKind.Rpm ? ContentStore.OpenRpm(folder) : ContentStore.Open(folder);
        var signatures = new PackageSignatures(definition, locked, store.Folder);
        var meter = StageMeter.Start(_time);
        var unpacked = new UnpackedPackage?[packages.Count];
        Parallel.For(0, unpacked.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            unpacked[i] = signatures.IsSettled(packages[i]) ? store.TryGet(packages[i].Sha256, packages[i].Name) : null);
        var missing = packages.Where((_, i) => unpacked[i] is null).ToList();
        if (missing.Count == 0)
        {
            _cache.Record(new("unpack", true, "every package is in the content store", meter.Stop()));
            return unpacked!;
        }

        var files = await PackageFetcher.FetchAsync(_request, locked, missing, _progress, cancellation).ConfigureAwait(false);
        _cache.Record(new("fetch", false, $"{missing.Count} packages are not in the content store", meter.Stop()));

        if (definition.Packaging == PackagingKind.Rpm)
        {
            Measure("signatures", () => signatures.Require(missing, files, cancellation));
        }

        meter = StageMeter.Start(_time);
        using var stage = _progress.Begin("Unpack packages", ProgressUnit.Bytes, missing.Sum(p => p.Size));
        var done = 0L;
        var made = store.UnpackAll(
            [.. missing.Select(p => new PackageFile(files[p.Sha256], p.Sha256, p.Name))],
            p => stage.Advance(p.BytesDone - Interlocked.Exchange(ref done, p.BytesDone)), cancellation).GetEnumerator();
        for (var i = 0; i < unpacked.Length; i++)
        {
            if (unpacked[i] is null && made.MoveNext())
            {
                unpacked[i] = made.Current;
            }
        }

        stage.Complete($"{missing.Count} packages");
        _cache.Record(new("unpack", false, $"{missing.Count} packages were not in the content store", meter.Stop()));
        return unpacked!;
    }

    private BuildReport BuildDisk(ComposedTree composed, FileContexts? contexts, ISigningKeys keys, CancellationToken cancellation)
    {
        var timestamp = _lock.Timestamp;
        var embedder = new ExtensionEmbedder(_definition, _lock, keys, Stage);
        var (root, beside) = embedder.Apply(composed.Root, contexts, definition => CrashParts(composed, definition), _request.OutputFolder, _request.DeferSigning, Extents, cancellation);
        var closure = Task.Run(() => MeasureQuiet("closure", () => Closure(composed.Root, root)), cancellation);
        var usrTree = UsrImage.Tree(root, contexts, timestamp);
        // The initrd is compressed by one thread; the writer of /usr takes what is left.
        var initrdFile = Task.Run(() => InitrdFile(InitrdImage.Tree(composed, _definition.Initrd!, timestamp), "initrd", "Write the initrd"), cancellation);
        string usr;
        try
        {
            usr = Stage("usr", "Write /usr", UsrImage.Key(usrTree, _definition, timestamp), folder =>
            {
                using var extents = Extents(_definition.Name);
                UsrImage.Write(folder, usrTree, _definition, timestamp, extents, cancellation);
            });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A finding of the closure checks says more than a file system that could not be written.
            closure.WaitAsync(cancellation).GetAwaiter().GetResult();
            throw;
        }
        finally
        {
            // Nothing goes on writing when this returns; a failure of the initrd is told below.
            Task.WhenAny(initrdFile).GetAwaiter().GetResult();
        }

        var notes = closure.WaitAsync(cancellation).GetAwaiter().GetResult();

        var rootHash = UsrImage.RootHash(usr);
        var initrd = initrdFile.GetAwaiter().GetResult();
        var uki = Measure("uki", () => Uki(composed, rootHash, initrd, keys));
        var loader = Single(composed.Root, _definition.Boot!.Loader).ToArray();
        var content = new DiskContent(
            Path.Combine(usr, UsrImage.FileName), Path.Combine(usr, UsrImage.VerityFileName), rootHash, loader, uki,
            keys.CertificateOf(SigningRole.BootCode), keys.CertificateOf(SigningRole.RootHash))
        {
            Addons = AddonImage.Build(_definition, composed.Root, composed.KernelVersion),
        };
        (byte[]? Content, string Note) predicted = (null, "");
        var outputs = new OutputWriter(_request, _definition, keys, (name, work) => Measure(name, work)).Write(
            content, timestamp, (disk, addons) => predicted = Registers(disk, addons), cancellation);
        Measure("extensions", () => outputs = [.. outputs, .. beside.SelectMany(e => e.Write(_request.OutputFolder, _definition, _lock, keys, _request.DeferSigning))]);
        var registers = PredictedRegisters.Write(_request.OutputFolder, _definition.Name, predicted.Content);
        return Report(composed.Root, rootHash.ToString(), registers is null ? outputs : [.. outputs, registers],
        [
            new("packages", _lock.Packages.Sum(p => p.Size)),
            new("content", usrTree.Entries.Select(e => e.Value).Distinct().Sum(i => i.Content?.Length ?? 0)),
            new("usr", new FileInfo(content.UsrPath).Length),
            new("verity", new FileInfo(content.VerityPath).Length),
            new("initrd", new FileInfo(initrd).Length),
            new("uki", uki.Length),
        ]) with { Notes = predicted.Note.Length == 0 ? notes : [.. notes, predicted.Note], Files = usrTree.Entries.Count(e => e.Value.Type == InodeType.File) };
    }

    private (byte[]? Content, string Note) Registers(OpenImage disk, IReadOnlyList<BuildOutput> addons) => _request.DeferSigning
        ? (null, "")
        : MeasureQuiet("registers", () => PredictedRegisters.Predict(_request.OutputFolder, _definition.Name, _definition.Version, _request.KeysFolder, disk, addons));

    private IReadOnlyList<string> Closure(FileTree whole, FileTree withoutExtensions)
    {
        var facts = new MemoryFactCache();
        var notes = TreeComposer.Check(_definition, whole, facts);
        ExtensionEmbedder.RequireOwnLibraries(whole, withoutExtensions, facts);
        return notes;
    }

    private ExtentPack? Extents(string name) => ExtentPack.TryOpen(Path.Combine(_request.CacheFolder, "extents", name));

    private CrashParts CrashParts(ComposedTree composed, InitrdDefinition definition)
    {
        var initrd = InitrdImage.Tree(composed, definition, _lock.Timestamp);
        var (kernel, origin) = SingleFile(composed.Root, _definition.Boot!.Kernel);
        return new(kernel.ToArray(), InitrdFile(initrd, "crash-initrd", "Write the initrd for crashes"), initrd.Entries.Select(e => e.Value.Origin).Append(origin).ToHashSet(StringComparer.Ordinal));
    }

    private string InitrdFile(FileTree tree, string name, string title) =>
        Path.Combine(Stage(name, title, InitrdImage.Key(tree), folder => InitrdImage.Write(folder, tree)), InitrdImage.FileName);

    private BuildReport BuildOci(ComposedTree composed, ISigningKeys? keys)
    {
        if (keys is not null && _request.DeferSigning)
        {
            throw EnforcementErrors.VolumeNotDeferrable.Error("'oci.volume' is signed while it is written.", new(_definition.DisplayName));
        }

        var oci = _definition.Oci!;
        composed.Root.Transform((_, inode) => inode.With(modifiedSeconds: _lock.Timestamp));
        var name = $"{_definition.Name}.oci.tar";
        var path = Path.Combine(_request.OutputFolder, name);
        Measure("archive", () =>
        {
            using var file = new AtomicFile(path);
            OciArchive.Write(
                composed.Root,
                new(_definition.Architecture, oci.Entrypoint, oci.Command, [.. oci.Environment.Select(e => $"{e.Key}={e.Value}")],
                    oci.WorkingDirectory, oci.User, oci.Reference, _lock.Timestamp) { Labels = [.. oci.Labels] },
                file.Stream);
            _cancellation.ThrowIfCancellationRequested();
            file.Commit();
            return 0;
        });
        var volume = keys is null ? [] : Measure(
            "volume", () => ContainerVolume.Write(_request.OutputFolder, _definition.Name, composed.Root, _lock.Timestamp, keys.SignerOf(SigningRole.Extension), _cancellation));
        using var stream = File.OpenRead(path);
        return Report(composed.Root, "", [new(name, "oci", stream.Length, stream.Length, Sha256Digest.Of(stream).ToString()), .. volume], [new("packages", _lock.Packages.Sum(p => p.Size))]);
    }

    private byte[] Uki(ComposedTree composed, Sha256Digest rootHash, string initrdPath, ISigningKeys keys)
    {
        var boot = _definition.Boot!;
        var commandLine = $"usrhash={rootHash} {boot.CommandLine}".TrimEnd();
        var added = _definition.Addons.Sum(a => a.CommandLine.Length + 1);
        if (commandLine.Length + added > LongestCommandLine)
        {
            throw ComposeErrors.CommandLineTooLong.Error($"The command line has {commandLine.Length} bytes{(added == 0 ? "" : $" and {added} more with every addon")}.");
        }

        var policyKey = keys.CertificateOf(SigningRole.PcrPolicy).Leaf;
        var signature = SignatureArchive.Build(CmsDetachedSignature.Placeholder(keys.CertificateOf(SigningRole.RootHash)));
        var enforced = keys.CertificateOf(SigningRole.IpePolicy);
        var policy = IpePolicyText.Of(_definition) is { } text
            ? PolicyArchive.Build(text.Name, CmsInlineSignature.Placeholder(text.Text, enforced.Leaf, enforced.Embedded))
            : [];
        byte[] initrd = [.. signature, .. policy, .. File.ReadAllBytes(initrdPath)];
        return UkiBuilder.Build(
            Single(composed.Root, boot.Stub).ToArray(),
            [
                new(".osrel", composed.Root[OsRelease.Path].Content!.ToArray()),
                UkiSection.Text(".cmdline", commandLine),
                UkiSection.Text(".uname", composed.KernelVersion),
                new(SignedPcrPolicy.KeySection, SignedPcrPolicy.PublicKey(policyKey)),
                new(".initrd", initrd),
                new(".linux", Single(composed.Root, boot.Kernel).ToArray()),
                new(SignedPcrPolicy.SignatureSection, SignedPcrPolicy.Placeholder(policyKey)),
            ]);
    }

    private static Content Single(FileTree tree, string path) => SingleFile(tree, path).Content;

    private static (Content Content, string Origin) SingleFile(FileTree tree, string path)
    {
        var pattern = new Recipes.PathPattern(path);
        var matches = tree.Entries.Where(e => e.Value.Type == InodeType.File && pattern.Matches(e.Key)).ToList();
        return matches.Count == 1
            ? (matches[0].Value.Content!, matches[0].Value.Origin)
            : throw ComposeErrors.KernelMissing.Error($"'{path}' matches {matches.Count} files; one is needed.", new(path));
    }

    private BuildReport Report(FileTree tree, string rootHash, IReadOnlyList<BuildOutput> outputs, IReadOnlyList<KeyValuePair<string, long>> sizes) => new()
    {
        Image = _definition.Name,
        Version = _definition.Version,
        OutputFolder = _request.OutputFolder,
        UpToDate = false,
        Packages = _lock.Packages.Count(p => _definition.Holds(p.Name)),
        Files = tree.Entries.Count(e => e.Value.Type == InodeType.File),
        Sizes = sizes,
        RootHash = rootHash,
        Outputs = outputs,
        Stages = [],
        Notes = [],
    };

    private string Stage(string name, string title, StageKey key, Action<string> produce)
    {
        _cancellation.ThrowIfCancellationRequested();
        using var stage = _progress.Begin(title);
        var reused = true;
        var folder = _cache.Run(name, key, target =>
        {
            reused = false;
            produce(target);
        });
        stage.Complete(reused ? "reused" : "");
        return folder;
    }

    private void Measure(string name, Action work) => Measure(name, () =>
    {
        work();
        return true;
    });

    private T Measure<T>(string name, Func<T> work)
    {
        _cancellation.ThrowIfCancellationRequested();
        using var stage = _progress.Begin(name);
        var result = MeasureQuiet(name, work);
        stage.Complete();
        return result;
    }

    private T MeasureQuiet<T>(string name, Func<T> work)
    {
        var meter = StageMeter.Start(_time);
        var result = work();
        _cache.Record(new(name, false, "runs whenever something changed", meter.Stop()));
        return result;
    }
}
