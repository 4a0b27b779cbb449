using System.Globalization;
using Phantoms;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // numbers alike on every machine
return PhantomCommand.Run(args, Console.Out, Console.Error);
