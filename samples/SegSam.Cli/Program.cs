// The command line of SEG-SAM. The first Ctrl-C stops early and keeps finished work; a second one ends the program at once.
using System.Globalization;
using System.Runtime.InteropServices;
using SegSam.Cli;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = !cancel.IsCancellationRequested;
    cancel.Cancel();
};
using var ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    cancel.Cancel();
});
return SegsamCommand.Run(args, Console.Out, Console.Error, cancel.Token);
