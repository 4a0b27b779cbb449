using System.Globalization;
using Phantoms;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
return PhantomCommand.Run(args, Console.Out, Console.Error);
