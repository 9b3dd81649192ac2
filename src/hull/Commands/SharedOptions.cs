using System.CommandLine;

namespace Ironhull.Cli.Commands;

/// <summary>Options and arguments that several commands take.</summary>
internal static class SharedOptions
{
    /// <summary>The definition as an argument.</summary>
    public static Argument<string?> Definition() => new("IMAGE")
    {
        Description = "an image.yaml, its folder, or a folder below images/; ./image.yaml or images/container-host when not given",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The definition as an option.</summary>
    public static Option<string?> Image() => new("--image", "-i")
    {
        Description = "the image definition: an image.yaml, its folder, or a folder below images/ (container-host when not given)",
        HelpName = "IMAGE",
    };
}
