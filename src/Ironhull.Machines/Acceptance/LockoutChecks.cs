using System.Text;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// The test of the account lockout (pam_faillock). Consoles are the only place where a password is asked for, so it logs in
/// with <c>login</c> on a terminal that systemd makes, as an account that exists for the test only.
/// </summary>
internal static class LockoutChecks
{
    // The account's shell is nowhere: a login that succeeds says so and ends, whatever SELinux makes of an account that logs in where no getty is. The hash is crypt(3)'s SHA-512 of the right
    // password. "login" writes nothing but the two words "Login incorrect" when it refuses, locked or not; what tells both
    // apart is the right password, and that a locked account is not even asked for one.
    private const string Script = """
        user=acceptance-lockout unit=acceptance-login
        trap 'systemctl stop $unit 2>/dev/null; faillock --user $user --reset; userdel $user' EXIT
        useradd -M -d / -s /usr/bin/acceptance-none -p '$6$acceptance$hfTN3hf4QFIbaN5WQH69/m3S7YHouL96/X9tx8Xmm0ABwa7cthcUwk7EY/e0Z6MQ2lOkEJwKvx9zgX03BMafe.' $user
        faillock --user $user --reset
        attempt() {
            local seen= letter outcome=silent asked=unasked
            coproc terminal { exec systemd-run -q --pty --wait --collect --unit=$unit login $user 2>&1; }
            local from=${terminal[0]} to=${terminal[1]} process=$terminal_PID
            while IFS= read -r -N 1 -t 120 -u $from letter; do
                seen+=$letter
                case $seen in
                *assword:) [ $asked = asked ] || printf '%s\n' "$2" >&$to; asked=asked ;;
                *"no shell"*) outcome=in; break ;;
                *ncorrect*) outcome=out; break ;;
                esac
            done
            systemctl stop $unit 2>/dev/null
            wait $process
            echo "$1 $asked $outcome"
            [ $outcome != silent ] || printf '%q\n' "$seen"
        }
        attempt right 'the right one'
        for i in 1 2 3; do attempt wrong 'another one'; done
        echo "failures $(faillock --user $user | grep -c ' V$')"
        attempt right 'the right one'
        faillock --user $user --reset
        attempt right 'the right one'
        """;

    /// <summary>All tests.</summary>
    public static IReadOnlyList<HostChecks.HostCheck> All { get; } =
    [
        new("hardening-account-lockout", "After three wrong passwords an account refuses the right one, until it is unlocked", LockoutAsync),
    ];

    private static async Task<string> LockoutAsync(Machine machine, AcceptanceOptions options, CancellationToken cancel)
    {
        using var script = new MemoryStream(Encoding.ASCII.GetBytes(Script));
        var output = await machine.SshAsync("bash -s", script, cancel).ConfigureAwait(false);
        Check.Equal(
            "right asked in|wrong asked out|wrong asked out|wrong asked out|failures 3|right unasked out|right asked in",
            string.Join('|', Check.Lines(output)), "logins");
        return string.Join(", ", Check.Lines(output));
    }
}
