using Ironhull.Compose.Definition;
using Ironhull.Diagnostics;
using Ironhull.Formats.Io;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Programs;

/// <summary>Ironhull's own programs for nodes: machine code that <c>./hull</c> builds beside itself, when their sources changed.</summary>
public static class ProgramFolder
{
    private const string Origin = "ironhull";

    // Where ./hull puts them, seen from a checkout.
    private const string InCheckout = "artifacts/hull/programs";

    /// <summary>The folder <c>programs</c> beside the running program, or else the one that <c>./hull</c> filled in the checkout around it.</summary>
    public static string Default { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The version of these programs, which is hull's own.</summary>
    public static string Version { get; } = typeof(ProgramFolder).Assembly.GetName().Version!.ToString(3);

    /// <summary>Puts the programs of an image into its tree.</summary>
    /// <exception cref="HullException">HULL5013: one was not built.</exception>
    public static void Apply(FileTree tree, ImageDefinition definition)
    {
        foreach (var program in definition.Programs)
        {
            tree.Set(program.Path, Inode.File(Content.FromBytes(Read(definition, program)), 0x1ED, Origin));
        }
    }

    /// <summary>The SHA-256 of a program.</summary>
    /// <exception cref="HullException">HULL5013: it was not built.</exception>
    public static Sha256Digest Digest(ImageDefinition definition, ProgramDefinition program) => Sha256Digest.Of(Read(definition, program));

    private static byte[] Read(ImageDefinition definition, ProgramDefinition program)
    {
        var path = Path.Combine(definition.ProgramsFolder, program.Name);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ComposeErrors.ProgramNotBuilt.Error($"'{path}' cannot be read: {e.Message}", program.Where, cause: e);
        }
    }

    private static string Find(string start)
    {
        var beside = Path.Combine(start, "programs");
        if (Directory.Exists(beside))
        {
            return beside;
        }

        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, InCheckout) is var candidate && Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return beside;
    }
}
