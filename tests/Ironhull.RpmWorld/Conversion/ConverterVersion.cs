namespace Ironhull.RpmWorld.Conversion;

/// <summary>Names what the converter would make of the same package: another build of its sources, another text.</summary>
internal static class ConverterVersion
{
    /// <summary>The identifier that the compiler derives from the sources.</summary>
    public static string Text { get; } = typeof(ConverterVersion).Module.ModuleVersionId.ToString("N");
}
