using Phantoms;

return PhantomCommand.Run(args, Console.Out, Console.Error);
