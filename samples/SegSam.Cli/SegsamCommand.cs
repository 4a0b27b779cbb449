using System.CommandLine;
using System.CommandLine.Invocation;
using SegSam.Cli.Commands;

namespace SegSam.Cli;

/// <summary>The program: all commands, and the options that they share.</summary>
internal static class SegsamCommand
{
    private const string About = """
        SEG-SAM: masks with names and scores for objects in medical images. Not a medical device; not for diagnosis.

        From your own images to a model:
          segsam convert FOLDER --out objects.csv             make a table of images, masks and names
          segsam train objects.csv --out model.zip            train on it
          segsam evaluate model.zip held-out.csv              measure, on images not used for training
          segsam predict model.zip image.png --box 10,20,60,80
          segsam auto model.zip image.png --overlay all.png   segment everything
          segsam predict model.zip boxes.csv --table r.csv    many images: folders, patterns and tables

        Without a model of your own: mini means the one that comes with the program, as in
          segsam predict mini image.png --box 10,20,60,80

        Results go to standard output, progress and messages to standard error. The exit code is 0 on success, 1 if something
        failed, 2 for a wrong command line, and 130 if the command was stopped (Ctrl-C).
        """;

    /// <summary>Creates all commands. Each call creates new ones, because a symbol belongs to one root.</summary>
    public static RootCommand Create()
    {
        var gpu = NumberOptions.Of<int>(CommandContext.Gpu, "N", "Index of the CUDA device to use, from 0 (default: the CPU).");
        gpu.Recursive = true;
        var root = new RootCommand(About)
        {
            new ConvertCommand(), new TrainCommand(), new EvaluateCommand(), new PredictCommand(), new AutoCommand(), new InfoCommand(),
            new Option<bool>(CommandContext.Json)
            {
                Description = "Print one JSON document, and nothing else, to standard output.",
                Recursive = true,
            },
            gpu,
            new Option<bool>(CommandContext.Verbose)
            {
                Description = "Print more to standard error: the library's log, and stack traces of errors.",
                Recursive = true,
            },
        };
        root.HelpName = "segsam";
        return root;
    }

    /// <summary>Runs the program.</summary>
    /// <returns>A code of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var root = Create();
        var models = root.Subcommands.Where(command => command.Arguments is [ModelArgument, ..]).Select(command => command.Name).ToList();
        var parsed = root.Parse(ModelOption.AsArgument(args, models));
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var problem in parsed.Errors)
                error.WriteLine(problem.Message);
            error.WriteLine($"(See {Usage(parsed.CommandResult.Command)} --help.)");
            return ExitCode.WrongUsage;
        }

        // ErrorHandler catches exceptions, and the program handles signals: saving takes longer than the usual two seconds.
        var settings = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return parsed.InvokeAsync(settings, cancel).GetAwaiter().GetResult();
    }

    private static string Usage(Command command) => command is RootCommand ? "segsam" : $"segsam {command.Name}";
}
