using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Platforms;

/// <summary>A file: <c>$IGNITION_CONFIG_FILE</c>, or <c>config.ign</c> in the working directory. For trying configs.</summary>
internal sealed class FilePlatform : IPlatform
{
    /// <inheritdoc/>
    public string Name => "file";

    /// <inheritdoc/>
    public byte[]? Fetch(PlatformContext context) =>
        StageFile.Read(Environment.GetEnvironmentVariable("IGNITION_CONFIG_FILE") is { Length: > 0 } named ? named : "config.ign");
}
