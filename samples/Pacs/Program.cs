// Segments series of a PACS, and stores the segmentations there. For research only: not a medical device.
using System.Globalization;
using Pacs;
using SampleKit;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
using var interruption = new Interruption();
return await PacsCommand.Run(args, Console.Out, Console.Error, interruption.Token);
