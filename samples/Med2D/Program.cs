// Trains and scores on tables of 2-D medical images with named masks. Ctrl-C stops; training continues with the same command.
using System.Globalization;
using Med2D;
using SampleKit;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
using var interruption = new Interruption();
return Med2DCommand.Run(args, Console.Out, Console.Error, interruption.Token);
