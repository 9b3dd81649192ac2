namespace Ironhull.Node.CommandLine;

/// <summary>An option: <c>--name</c>, or <c>--name VALUE</c>.</summary>
/// <param name="Name">Its name without dashes.</param>
/// <param name="Value">What its value is called, or null for one that is only there or not.</param>
/// <param name="Summary">What it means, without full stop.</param>
internal sealed record CommandOption(string Name, string? Value, string Summary);
