using Ironhull.Compose.Definition;
using Ironhull.Compose.Inspection;
using Ironhull.Compose.Locking;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;
using Ironhull.RpmWorld.Comparison;
using Ironhull.RpmWorld.Conversion;
using Ironhull.RpmWorld.Definition;
using Ironhull.RpmWorld.Repository;

return args switch
{
    ["convert", var lockPath] => await MakeRepositoryAsync(lockPath, null),
    ["convert", var lockPath, "--output", var folder] => await MakeRepositoryAsync(lockPath, folder),
    ["dnf", var definition, var world, var reviewed] => CompareWithDnf(definition, world, reviewed),
    ["lists", var world] => CompareLists(world),
    ["reproduce", var lockPath, .. var names] => Reproduce(lockPath, names),
    ["definition", var images, var reviews, var world, var output] => WriteDefinition(images, reviews, world, output),
    ["trees", var first, var second, var reviewed] => CompareImages(first, second, reviewed),
    _ => Usage(),
};

static async Task<int> MakeRepositoryAsync(string lockPath, string? folder)
{
    var image = LockFile.Load(lockPath);
    var missing = image.AllPackages.Where(p => !File.Exists(Path.Combine(DownloadCache.DefaultFolder, p.Sha256.ToString()))).ToList();
    if (missing.Count > 0)
    {
        var archives = image.Repositories.ToDictionary(r => r.Id, r => r.Archive, StringComparer.Ordinal);
        using var client = new MirrorClient(MirrorMap.Discover());
        await new DownloadCache(DownloadCache.DefaultFolder, client).FetchAsync(missing.Select(p => new DownloadRequest(p.Repository, archives[p.Repository], p.Path, p.Sha256, p.Size)));
    }

    var cache = Path.Combine(CacheFolder(), "rpmworld");
    var key = Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(ConverterVersion.Text + LockFile.Render(image))).ToString()[..16];
    Console.WriteLine(RepositoryBuilder.Build(image, new(DownloadCache.DefaultFolder, Path.Combine(cache, "packages")), Path.GetFullPath(folder ?? Path.Combine(cache, key))));
    KeptWorlds.Prune(cache);
    return 0;
}

static int Reproduce(string lockPath, string[] names)
{
    var image = LockFile.Load(lockPath);
    var packages = image.Packages.Where(p => p.Name == FileList.BasePackage || names.Contains(p.Name)).ToList();
    var work = Directory.CreateTempSubdirectory("rpmworld-again-").FullName;
    try
    {
        var again = new PackageConverter(DownloadCache.DefaultFolder, work).Convert(packages);
        var kept = new PackageConverter(DownloadCache.DefaultFolder, Path.Combine(CacheFolder(), "rpmworld", "packages")).Convert(packages);
        var different = packages.Where(p => !File.ReadAllBytes(again[p]).AsSpan().SequenceEqual(File.ReadAllBytes(kept[p]))).Select(p => p.Name).ToList();
        Console.WriteLine(different.Count == 0 ? $"{packages.Count} packages made again, the same bytes" : $"DIFFERENT when made again: {string.Join(", ", different)}");
        return different.Count == 0 ? 0 : 1;
    }
    finally
    {
        Directory.Delete(work, recursive: true);
    }
}

static int CompareWithDnf(string definitionPath, string world, string reviewed)
{
    var definition = ImageDefinition.Load(definitionPath);
    var image = LockFile.LoadFor(definition);
    var merged = MergedPackages.Merge(definition, image, CacheFolder());
    var work = Directory.CreateTempSubdirectory("rpmworld-dnf-").FullName;
    try
    {
        var root = InstallRoot.Make(Path.GetFullPath(world), definition.Packages.Install.Select(p => p.Value), merged, work);
        return ReviewedDifferences.Read(reviewed).Judge(TreeListing.Of(root), TreeListing.Of(merged), withTimes: true, Console.Out) == 0 ? 0 : 1;
    }
    finally
    {
        Directory.Delete(work, recursive: true);
    }
}

static int CompareLists(string world)
{
    using var lists = new DnfLists(Path.GetFullPath(world));
    return lists.Compare(Console.Out) == 0 ? 0 : 1;
}

static int WriteDefinition(string images, string reviews, string world, string output)
{
    Console.WriteLine(RpmDefinition.Write(images, reviews, world, output));
    return 0;
}

static int CompareImages(string first, string second, string reviewed)
{
    using var a = OpenImage.Open(first);
    using var b = OpenImage.Open(second);
    return ReviewedDifferences.Read(reviewed).Judge(TreeListing.Of(a.ReadMergedTree()), TreeListing.Of(b.ReadMergedTree()), withTimes: true, Console.Out) == 0 ? 0 : 1;
}

static string CacheFolder() => Path.GetDirectoryName(DownloadCache.DefaultFolder)!;

static int Usage()
{
    Console.Error.WriteLine("""
        usage: rpmworld convert LOCK [--output FOLDER]
                 Turns the .debs of a lock into RPMs and a signed repository; prints its path.
               rpmworld reproduce LOCK NAME...
                 Makes packages again and compares them, before signing, with those that are kept.
               rpmworld dnf DEFINITION FOLDER REVIEWED
                 Lets dnf resolve and install what a definition asks for, without scriptlets and triggers, and compares the files with the packages as we merge them.
               rpmworld lists FOLDER
                 Resolves many lists of packages of a repository, and lets dnf5 resolve them too.
               rpmworld definition IMAGES REVIEWS FOLDER OUTPUT
                 Copies the folder IMAGES and turns its container host to the repository of RPMs; prints the definition's path.
               rpmworld trees IMAGE IMAGE REVIEWED
                 Compares the /usr of two images.
        """);
    return 2;
}
