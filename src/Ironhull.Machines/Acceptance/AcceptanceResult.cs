namespace Ironhull.Machines.Acceptance;

/// <summary>How a test ended.</summary>
public enum AcceptanceOutcome
{
    /// <summary>What was asked for was seen.</summary>
    Passed,

    /// <summary>It was not.</summary>
    Failed,

    /// <summary>It was not tried.</summary>
    Skipped,
}

/// <summary>A test's result.</summary>
/// <param name="Name">Group and name, for example "host/secure-boot-is-on".</param>
/// <param name="Title">What is claimed, a sentence.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Duration">How long it took, without the boot that tests share.</param>
/// <param name="Message">What was seen, or why it failed or was skipped.</param>
public sealed record AcceptanceResult(string Name, string Title, AcceptanceOutcome Outcome, TimeSpan Duration, string Message);

/// <summary>A test, before it has run.</summary>
/// <param name="Name">Group and name.</param>
/// <param name="Title">What is claimed.</param>
/// <param name="Group">The tests of a group share a machine.</param>
/// <param name="Fast">Whether the test belongs to the fast subset: it shares the first machine, or stops in the firmware.</param>
public sealed record AcceptanceTest(string Name, string Title, string Group, bool Fast = false);

/// <summary>Something was seen that a test does not accept.</summary>
internal sealed class CheckFailedException(string message) : Exception(message);

/// <summary>A test cannot be tried.</summary>
internal sealed class CheckSkippedException(string message) : Exception(message);
