namespace Ironhull.Formats.Elf;

/// <summary>Pointer width (<c>EI_CLASS</c>).</summary>
public enum ElfClass
{
    /// <summary>ELFCLASS32.</summary>
    Elf32 = 1,

    /// <summary>ELFCLASS64.</summary>
    Elf64 = 2,
}

/// <summary>What the dynamic linker and the closure checks need to know of an ELF file.</summary>
public sealed record ElfFacts
{
    /// <summary>Pointer width.</summary>
    public required ElfClass Class { get; init; }

    /// <summary>Byte order: true for ELFDATA2LSB.</summary>
    public required bool LittleEndian { get; init; }

    /// <summary><c>e_type</c>: 1 relocatable, 2 executable, 3 shared object, 4 core.</summary>
    public required ushort Type { get; init; }

    /// <summary><c>e_machine</c>: 62 is x86-64, 183 AArch64, 247 BPF.</summary>
    public required ushort Machine { get; init; }

    /// <summary>The program interpreter (<c>PT_INTERP</c>), or null.</summary>
    public string? Interpreter { get; init; }

    /// <summary><c>DT_SONAME</c>, or null.</summary>
    public string? SoName { get; init; }

    /// <summary><c>DT_NEEDED</c>, in file order.</summary>
    public IReadOnlyList<string> Needed { get; init; } = [];

    /// <summary><c>DT_RPATH</c>, colon-separated, or null.</summary>
    public string? RPath { get; init; }

    /// <summary><c>DT_RUNPATH</c>, colon-separated, or null; when it is there, <see cref="RPath"/> does not count.</summary>
    public string? RunPath { get; init; }

    /// <summary>Libraries the file may open at run time, as it declares itself.</summary>
    public IReadOnlyList<DlopenNote> DlopenNotes { get; init; } = [];
}

/// <summary>
/// One library that a program opens at run time when it is there: an element of a <c>.note.dlopen</c> note (UAPI Group
/// "ELF dlopen metadata", note type 0x407c0c0a of owner "FDO").
/// </summary>
/// <param name="SoNames">Alternatives; one is enough.</param>
/// <param name="Priority">"required", "recommended" or "suggested"; "recommended" when the note does not say.</param>
/// <param name="Feature">What it is for, or empty.</param>
/// <param name="Description">A sentence for people, or empty.</param>
public sealed record DlopenNote(IReadOnlyList<string> SoNames, string Priority, string Feature, string Description);
