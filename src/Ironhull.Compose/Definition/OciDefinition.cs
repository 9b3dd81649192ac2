using Ironhull.Compose.Yaml;

namespace Ironhull.Compose.Definition;

/// <summary>The configuration of an OCI image (OCI image specification, config).</summary>
/// <param name="Reference">The reference name annotation, for example "example:1.0".</param>
/// <param name="Entrypoint">Program and fixed arguments.</param>
/// <param name="Command">Default arguments.</param>
/// <param name="Environment">Environment variables.</param>
/// <param name="WorkingDirectory">The directory that the program starts in.</param>
/// <param name="User">User name or number, empty for root.</param>
/// <param name="Labels">Labels.</param>
public sealed record OciDefinition(
    string Reference, IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory, string User, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Whether the image is also written as a signed verity volume.</summary>
    public bool Volume { get; init; }

    internal static OciDefinition Read(FieldReader f) => new(
        f.RequiredString("reference", "The reference name that the archive carries, for example example:1.0."),
        f.StringList("entrypoint", description: "Program and fixed arguments.").Values(),
        f.StringList("command", description: "Default arguments.").Values(),
        f.StringMap("environment", "Environment variables."),
        f.OptionalString("workingDirectory", "/", "The directory that the program starts in."),
        f.OptionalString("user", "", "User name or number; root when absent."),
        f.StringMap("labels", "Labels."))
    {
        Volume = f.OptionalBool("volume", false, "Also write the image as a verity volume with a signed root hash, which runs where only verified code may run; needs keys."),
    };
}
