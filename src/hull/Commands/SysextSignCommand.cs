using System.CommandLine;
using Ironhull.Cli.CommandLine;
using Ironhull.Compose.Build;
using Ironhull.Compose.Extensions;
using Ironhull.Diagnostics;
using Ironhull.Signing;

namespace Ironhull.Cli.Commands;

/// <summary><c>hull sysext sign</c>.</summary>
internal sealed class SysextSignCommand : HullCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "the extension that was built with --defer-signing, or the kernel that one waits for" };
    private readonly SignerOptions _signer = new();

    /// <summary>The command.</summary>
    public SysextSignCommand()
        : base("sign", "sign an extension that was built with --defer-signing")
    {
        Add(_file);
        _signer.AddTo(this);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Example> Examples { get; } =
    [
        new("hull sysext sign out/debug/debug.raw --keys keys", "with the key for extensions"),
        new("hull sysext sign out/container-host/extensions/containers.raw --certificate certificates --command sign-with-hsm", "an extension that an image waits for"),
    ];

    /// <inheritdoc/>
    public override string Notes => "No other byte changes: the result equals that of a build that signed at once.";

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellation)
    {
        var file = context.Get(_file)!;
        using var keys = _signer.Open(context);
        var partial = $"{file}.partial-{Environment.ProcessId}";
        try
        {
            File.Copy(file, partial, overwrite: true);
            context.Out.Write($"signed {CommandContext.Shorten(file)}{Sign(partial, file, keys)}\n");

            File.Move(partial, file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DefinitionErrors.NoImage.Error($"'{file}' cannot be signed in place: {e.Message}", new Location(file), "Name the file that 'hull sysext build --defer-signing' wrote.", e);
        }
        finally
        {
            File.Delete(partial);
        }

        return Task.FromResult(ExitCodes.Success);
    }

    private static string Sign(string path, string name, ISigningKeys keys)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        if (file.ReadByte() != 'M' || file.ReadByte() != 'Z')
        {
            return $", root hash {ExtensionImage.Sign(file, keys.SignerOf(SigningRole.Extension), name)}";
        }

        // A program: the kernel for crashes.
        file.Position = 0;
        var image = new byte[file.Length];
        file.ReadExactly(image);
        file.Position = 0;
        file.Write(ImageSigner.SignProgram(image, keys.SignerOf(SigningRole.BootCode), name));
        return "";
    }
}
