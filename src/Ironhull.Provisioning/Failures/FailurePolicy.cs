using System.Globalization;
using Ironhull.Provisioning.Stages;

namespace Ironhull.Provisioning.Failures;

/// <summary>What becomes of a machine whose first boot has failed.</summary>
public enum FailureAction
{
    /// <summary>It restarts and tries again.</summary>
    Reboot,

    /// <summary>It stops with the digest on its console, until somebody resets it.</summary>
    Halt,

    /// <summary>The initrd's emergency.target takes over.</summary>
    Emergency,
}

/// <summary>What happens next.</summary>
/// <param name="Action">What.</param>
/// <param name="Delay">After how long.</param>
public sealed record FailureStep(FailureAction Action, TimeSpan Delay);

/// <summary>
/// What the kernel command line, which is signed, wants done with a machine whose first boot has failed: <c>ironhull.provision.failed=</c>
/// reboot (when nothing is said), halt or emergency, and <c>ironhull.provision.attempts=</c>, after how many failures a machine is restarted no more.
/// </summary>
/// <param name="Action">What is done.</param>
/// <param name="Attempts">How many failures end in <see cref="FailureAction.Halt"/>; at least 1.</param>
public sealed record FailurePolicy(FailureAction Action, int Attempts)
{
    /// <summary>The word with the action.</summary>
    public const string ActionWord = "ironhull.provision.failed";

    /// <summary>The word with the number.</summary>
    public const string AttemptsWord = "ironhull.provision.attempts";

    private const int DefaultAttempts = 5;
    private const int FirstDelaySeconds = 10;
    private const int LongestDelaySeconds = 300;

    /// <summary>Reads it; a word that says nothing sensible counts as not there.</summary>
    public static FailurePolicy Read(KernelCommandLine words)
    {
        var action = words[ActionWord] switch
        {
            "halt" => FailureAction.Halt,
            "emergency" => FailureAction.Emergency,
            _ => FailureAction.Reboot,
        };
        var isNumber = int.TryParse(words[AttemptsWord], NumberStyles.None, CultureInfo.InvariantCulture, out var attempts);
        return new(action, isNumber && attempts > 0 ? attempts : DefaultAttempts);
    }

    /// <summary>What happens after a failure. The time before a restart is 10 s, and three times as long after each further failure, up to 5 minutes.</summary>
    /// <param name="attempt">Which failure in a row this is, from 1 on; null when nobody can count, and restarting could go on for ever.</param>
    public FailureStep After(int? attempt)
    {
        if (Action != FailureAction.Reboot)
        {
            return new(Action, TimeSpan.Zero);
        }

        return attempt is not { } number || number >= Attempts
            ? new(FailureAction.Halt, TimeSpan.Zero)
            : new(FailureAction.Reboot, TimeSpan.FromSeconds(Math.Min(LongestDelaySeconds, FirstDelaySeconds * Math.Pow(3, number - 1))));
    }
}
