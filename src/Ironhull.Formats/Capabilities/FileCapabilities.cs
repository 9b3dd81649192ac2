using System.Buffers.Binary;
using System.Globalization;
using Ironhull.Diagnostics;

namespace Ironhull.Formats.Capabilities;

/// <summary>
/// The capabilities of a file: three sets of capability numbers, read from text (cap_from_text(3)) and written as the value of the
/// extended attribute <c>security.capability</c> (<c>struct vfs_cap_data</c> of the kernel's include/uapi/linux/capability.h).
/// </summary>
public readonly record struct FileCapabilities
{
    /// <summary>Length of the attribute's value in bytes (XATTR_CAPS_SZ_2).</summary>
    public const int XattrSize = 20;

    /// <summary>The attribute's name.</summary>
    public const string XattrName = "security.capability";

    private const uint Revision2 = 0x02000000;
    private const uint EffectiveFlag = 1;

    /// <summary>One bit per capability that the process gets.</summary>
    public ulong Permitted { get; private init; }

    /// <summary>One bit per capability that the process keeps of those it can inherit.</summary>
    public ulong Inheritable { get; private init; }

    /// <summary>Whether what the process gets is in force at once. A file has one bit for all.</summary>
    public bool Effective { get; private init; }

    /// <summary>Parses clauses such as "cap_net_raw=ep" or "= cap_chown,cap_fowner+ei cap_kill+p".</summary>
    /// <param name="text">The text.</param>
    /// <param name="where">Where it stands, for errors.</param>
    /// <exception cref="HullException">HULL2124: no such text, or effective bits that a file cannot have.</exception>
    public static FileCapabilities Parse(string text, Location? where = null)
    {
        ulong effective = 0, inheritable = 0, permitted = 0;
        foreach (var clause in text.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var at = clause.AsSpan().IndexOfAny('=', '+', '-');
            if (at < 0 || (at == 0 && (clause[0] != '=' || clause.AsSpan(1).ContainsAny('=', '+', '-'))))
            {
                throw Bad(text, $"'{clause}' has no operator, or no capability before it that it could change", where);
            }

            var set = Names(text, clause.AsSpan(0, at), where);
            for (var rest = clause.AsSpan(at); !rest.IsEmpty;)
            {
                var next = rest[1..].IndexOfAny('=', '+', '-');
                var flags = next < 0 ? rest[1..] : rest.Slice(1, next);
                if (flags.ContainsAnyExcept('e', 'i', 'p') || (rest[0] != '=' && flags.IsEmpty) || (rest[0] == '=' && rest.Length != clause.Length - at))
                {
                    throw Bad(text, $"the action '{rest}' of '{clause}' is unknown", where);
                }

                effective = Apply(effective, set, rest[0], flags.Contains('e'));
                inheritable = Apply(inheritable, set, rest[0], flags.Contains('i'));
                permitted = Apply(permitted, set, rest[0], flags.Contains('p'));
                rest = next < 0 ? default : rest[(1 + next)..];
            }
        }

        return effective != 0 && ((permitted | inheritable) & ~effective) != 0
            ? throw Bad(text, "a file's capabilities are effective all together or not at all", where)
            : new() { Permitted = permitted, Inheritable = inheritable, Effective = effective != 0 };
    }

    /// <summary>The attribute's value, revision 2: five little-endian 32-bit numbers.</summary>
    public byte[] ToXattr()
    {
        var value = new byte[XattrSize];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Revision2 | (Effective ? EffectiveFlag : 0));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(4), (uint)Permitted);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(8), (uint)Inheritable);
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(12), (uint)(Permitted >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(16), (uint)(Inheritable >> 32));
        return value;
    }

    private static ulong Apply(ulong bits, ulong set, char action, bool named) => action switch
    {
        '=' => named ? bits | set : bits & ~set,
        '+' => named ? bits | set : bits,
        _ => named ? bits & ~set : bits,
    };

    private static ulong Names(string text, ReadOnlySpan<char> list, Location? where)
    {
        if (list.IsEmpty || list.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            return CapabilityNames.All;
        }

        ulong set = 0;
        foreach (var range in list.Split(','))
        {
            var name = list[range];
            var number = CapabilityNames.Find(name);
            if (number < 0 && (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number >= CapabilityNames.Count))
            {
                throw Bad(text, $"'{name}' is no capability", where);
            }

            set |= 1UL << number;
        }

        return set;
    }

    private static HullException Bad(string text, string why, Location? where) => RpmErrors.Capabilities.Error($"'{text}': {why}.", where);
}
