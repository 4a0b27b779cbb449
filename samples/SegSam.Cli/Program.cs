// The command line of SEG-SAM. The first Ctrl-C stops early and keeps finished work; a second one ends the program at once.
using System.Globalization;
using SampleKit;
using SegSam.Cli;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
using var interruption = new Interruption();
return SegsamCommand.Run(args, Console.Out, Console.Error, interruption.Token);
