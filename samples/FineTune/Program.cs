// Fine-tunes SEG-SAM on a few real images with leave-one-out cross-validation.
using System.Globalization;
using FineTune;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; cancel.Cancel(); };
return FineTuneCommand.Run(args, Console.Out, Console.Error, cancel.Token);
