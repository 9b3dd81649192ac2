namespace Ironhull.Diagnostics;

/// <summary>The seven kinds of error. The process exit code follows the category.</summary>
public enum ErrorCategory
{
    /// <summary>What the user wrote or handed in is wrong. Exit code 2.</summary>
    Input,

    /// <summary>The machine lacks something: a tool, disk space, a permission. Exit code 3.</summary>
    Environment,

    /// <summary>A signature, hash or format check failed. Exit code 4.</summary>
    Integrity,

    /// <summary>Valid, but not supported. Exit code 5.</summary>
    Unsupported,

    /// <summary>A mirror or service did not answer as it should. Exit code 6.</summary>
    Network,

    /// <summary>An update or a running machine failed. Exit code 7.</summary>
    Servicing,

    /// <summary>A fault of Ironhull itself. Exit code 70.</summary>
    Internal,
}

/// <summary>Maps categories to process exit codes.</summary>
public static class ExitCodes
{
    /// <summary>Success.</summary>
    public const int Success = 0;

    /// <summary>A test suite ran and at least one test failed.</summary>
    public const int TestsFailed = 1;

    /// <summary>Interrupted by a signal (128 + SIGINT).</summary>
    public const int Interrupted = 130;

    /// <summary>The exit code for a category.</summary>
    /// <param name="category">The category of the first diagnostic.</param>
    public static int For(ErrorCategory category) => category switch
    {
        ErrorCategory.Input => 2,
        ErrorCategory.Environment => 3,
        ErrorCategory.Integrity => 4,
        ErrorCategory.Unsupported => 5,
        ErrorCategory.Network => 6,
        ErrorCategory.Servicing => 7,
        _ => 70,
    };
}
