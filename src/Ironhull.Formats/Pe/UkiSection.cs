namespace Ironhull.Formats.Pe;

/// <summary>A section to put into a unified kernel image or an addon.</summary>
/// <param name="Name">".osrel", ".cmdline", ".uname", ".linux", ".initrd", ...: at most eight ASCII characters.</param>
/// <param name="Data">Its bytes.</param>
public sealed record UkiSection(string Name, ReadOnlyMemory<byte> Data)
{
    /// <summary>A section of UTF-8 text, without a terminating NUL.</summary>
    public static UkiSection Text(string name, string text) => new(name, System.Text.Encoding.UTF8.GetBytes(text));
}
