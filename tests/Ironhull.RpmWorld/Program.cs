using Ironhull.Compose.Locking;
using Ironhull.Formats.Io;
using Ironhull.Packages.Cache;
using Ironhull.RpmWorld.Conversion;
using Ironhull.RpmWorld.Repository;

return args switch
{
    ["convert", var lockPath] => MakeRepository(lockPath, null),
    ["convert", var lockPath, "--output", var folder] => MakeRepository(lockPath, folder),
    _ => Usage(),
};

static int MakeRepository(string lockPath, string? folder)
{
    var image = LockFile.Load(lockPath);
    var cache = Path.Combine(Path.GetDirectoryName(DownloadCache.DefaultFolder)!, "rpmworld");
    var key = Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes(ConverterVersion.Text + LockFile.Render(image))).ToString()[..16];
    Console.WriteLine(RepositoryBuilder.Build(image, new(DownloadCache.DefaultFolder, Path.Combine(cache, "packages")), Path.GetFullPath(folder ?? Path.Combine(cache, key))));
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        usage: rpmworld convert LOCK [--output FOLDER]
          Turns the .debs of a lock, which must be in the download cache, into RPMs and a signed repository; prints its path.
        """);
    return 2;
}
