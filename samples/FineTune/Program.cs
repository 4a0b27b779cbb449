// Fine-tunes SEG-SAM on a few real images and measures it on each image in turn, which it then was not trained on.
using System.Globalization;
using FineTune;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // numbers alike on every machine
using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; cancel.Cancel(); };
return FineTuneCommand.Run(args, Console.Out, Console.Error, cancel.Token);
