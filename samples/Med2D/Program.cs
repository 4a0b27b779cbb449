// Trains and scores on tables of 2-D medical images with named masks. Ctrl-C stops; training continues with the same command.
using System.Globalization;
using System.Runtime.InteropServices;
using Med2D;

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
return Med2DCommand.Run(args, Console.Out, Console.Error, cancel.Token);
