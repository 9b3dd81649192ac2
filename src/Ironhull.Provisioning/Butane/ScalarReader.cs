using System.Globalization;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Spec;
using Ironhull.Yaml;

namespace Ironhull.Provisioning.Butane;

/// <summary>Reads scalars of YAML by the type that their key takes.</summary>
internal static class ScalarReader
{
    /// <summary>Reads a scalar; null when it is not of the type.</summary>
    public static ConfigNode? Read(YamlScalar scalar, ValueKind kind, Place where) => kind switch
    {
        ValueKind.Text => new ConfigText(where, scalar.Value),
        ValueKind.Truth when scalar.IsPlain => Truth(scalar.Value) is { } truth ? new ConfigTruth(where, truth) : null,
        ValueKind.Integer when scalar.IsPlain => Whole(scalar.Value) is { } number ? new ConfigNumber(where, number.ToString(CultureInfo.InvariantCulture)) : null,
        _ => null,
    };

    private static bool? Truth(string text) => text switch
    {
        "true" or "True" or "TRUE" or "yes" or "on" => true,
        "false" or "False" or "FALSE" or "no" or "off" => false,
        _ => null,
    };

    // Decimal, 0x hexadecimal, 0o octal, and octal by a leading zero as YAML 1.1 has it.
    private static long? Whole(string text)
    {
        var digits = text.TrimStart('-', '+');
        var (number, radix) = digits switch
        {
            ['0', 'x', .. var hex] => (hex, 16),
            ['0', 'o', .. var octal] => (octal, 8),
            ['0', _, ..] => (digits[1..], 8),
            _ => (digits, 10),
        };
        long value = 0;
        foreach (var c in number)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : 99;
            if (digit >= radix || value > (long.MaxValue - digit) / radix)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return number.Length == 0 || text.Length - digits.Length > 1 ? null : text[0] == '-' ? -value : value;
    }
}
