using System.Runtime.InteropServices;
using Ironhull.Cli.CommandLine;
using Ironhull.Diagnostics;

using var interruption = new CancellationTokenSource();
void Interrupt(PosixSignalContext context)
{
    if (interruption.IsCancellationRequested)
    {
        // Asked twice: do not wait for the clean-up, but give the cursor back.
        Console.Error.Write("\u001b[?25h");
        Environment.Exit(ExitCodes.Interrupted);
    }

    context.Cancel = true;
    interruption.Cancel();
}

using var sigint = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var sigterm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await new HullApplication(HullHost.Real()).RunAsync(args, interruption.Token);
