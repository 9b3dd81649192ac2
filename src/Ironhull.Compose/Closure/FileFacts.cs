using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Formats.Elf;
using Ironhull.Formats.Trees;

namespace Ironhull.Compose.Closure;

/// <summary>What the closure checks know of a file's content. Depends on nothing but the bytes.</summary>
/// <param name="Elf">The facts of an ELF file, or null.</param>
/// <param name="Shebang">The first line of a script without "#!", trimmed, or null.</param>
/// <param name="Damage">Why a file that begins like an ELF file cannot be read, or null.</param>
public sealed record FileFacts(ElfFacts? Elf, string? Shebang, string? Damage)
{
    /// <summary>Neither a program nor a script.</summary>
    public static readonly FileFacts None = new(null, null, null);

    // The kernel reads this much of a script's first line (BINPRM_BUF_SIZE).
    private const int MaxShebang = 256;

    /// <summary>Examines a file.</summary>
    /// <param name="content">The file.</param>
    /// <param name="where">Its path, for messages.</param>
    public static FileFacts Of(Content content, string where)
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(MaxShebang, content.Length)];
        content.Read(0, start);
        if (start.StartsWith("#!"u8))
        {
            var end = start.IndexOf((byte)'\n');
            return new(null, Encoding.UTF8.GetString(end < 0 ? start[2..] : start[2..end]).Trim(), null);
        }

        if (!start.StartsWith("\u007fELF"u8))
        {
            return None;
        }

        try
        {
            return new(ElfReader.TryRead(content, where), null, null);
        }
        catch (HullException e) when (e.Code.Code.StartsWith("HULL1", StringComparison.Ordinal))
        {
            return new(null, null, e.Diagnostics[0].Message);
        }
    }
}
