using Ironhull.Compose.Yaml;

namespace Ironhull.Compose.Definition;

internal static class LocatedLists
{
    public static IReadOnlyList<T> Values<T>(this IReadOnlyList<Located<T>> list) => [.. list.Select(l => l.Value)];
}
