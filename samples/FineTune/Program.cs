// Fine-tunes SEG-SAM on a few real images with leave-one-out cross-validation.
using System.Globalization;
using FineTune;
using SampleKit;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
using var interruption = new Interruption();
return FineTuneCommand.Run(args, Console.Out, Console.Error, interruption.Token);
