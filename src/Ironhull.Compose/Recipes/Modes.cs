using Ironhull.Diagnostics;

namespace Ironhull.Compose.Recipes;

/// <summary>File modes as text.</summary>
public static class Modes
{
    /// <summary>Parses three or four octal digits.</summary>
    /// <exception cref="HullException">HULL5201: not octal.</exception>
    public static int Parse(string text, Location? where = null) =>
        TryParse(text, out var mode) ? mode : throw RecipeErrors.Invalid.Error($"'{text}' is not a mode of three or four octal digits.", where);

    /// <summary>Parses three or four octal digits.</summary>
    public static bool TryParse(string text, out int mode)
    {
        mode = 0;
        foreach (var c in text)
        {
            if (c is < '0' or > '7')
            {
                return false;
            }

            mode = (mode << 3) | (c - '0');
            if (mode > 0xFFF)
            {
                return false;
            }
        }

        return text.Length is 3 or 4;
    }
}
