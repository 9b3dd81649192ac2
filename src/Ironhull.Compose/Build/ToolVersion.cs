namespace Ironhull.Compose.Build;

/// <summary>
/// Names the code that makes the bytes: the module version ids of the assemblies involved, which the deterministic
/// compiler derives from their content. A changed tool never reuses another tool's result.
/// </summary>
public static class ToolVersion
{
    /// <summary>The ids, joined.</summary>
    public static string Value { get; } = string.Join('+', new[]
    {
        typeof(ToolVersion), typeof(Resolution.Explain), typeof(Packages.Debian.DebianPackage), typeof(Signing.ISigner), typeof(Formats.Trees.FileTree),
        typeof(ZstdSharp.Compressor), typeof(K4os.Compression.LZ4.LZ4Codec),
    }.Select(t => t.Module.ModuleVersionId.ToString("N")));
}
