namespace Ironhull.Diagnostics;

/// <summary>HULL9xxx: the command line and its environment.</summary>
public static class CommandErrors
{
    /// <summary>A fault of Ironhull itself.</summary>
    public static readonly ErrorCode Internal = new(
        "HULL9001", ErrorCategory.Internal, "An internal error", "Report it with the command line and the text below; SUPPORT.md says where.");
}
