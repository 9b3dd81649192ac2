namespace Ironhull.Diagnostics;

/// <summary>HULL5xxx: composing the file tree and the image.</summary>
public static class ComposeErrors
{
}
