using System.CommandLine;
using System.CommandLine.Invocation;
using SegSam.Cli.Commands;

namespace SegSam.Cli;

/// <summary>The program: all commands, and the options that each of them has.</summary>
internal static class SegsamCommand
{
    private const string About = """
        SEG-SAM: masks with names and scores for objects in medical images. Not a medical device; not for diagnosis.

        From your own images to a model:
          segsam convert FOLDER --out objects.csv             a table of images, masks and names
          segsam train objects.csv --out model.zip            learn from it
          segsam evaluate model.zip objects.csv               measure (on images it has not seen)
          segsam predict model.zip image.png --box 10,20,60,80
          segsam auto model.zip image.png --overlay all.png   segment everything
          segsam predict model.zip boxes.csv --table r.csv    many images: folders, patterns and tables

        Results go to standard output, progress and messages to standard error. The exit code is 0 when all is done,
        1 when something failed, 2 when the command was wrong, 130 when it was stopped (Ctrl-C).
        """;

    /// <summary>Builds the commands anew: symbols belong to one root.</summary>
    public static RootCommand Create()
    {
        var gpu = NumberOptions.Of<int>(Work.Gpu, "N", "Number of the CUDA device to use, from 0 (default: the CPU).");
        gpu.Recursive = true;
        var root = new RootCommand(About)
        {
            new ConvertCommand(), new TrainCommand(), new EvaluateCommand(), new PredictCommand(), new AutoCommand(), new InfoCommand(),
            new Option<bool>(Work.Json) { Description = "Print one JSON document on standard output, and nothing else there.", Recursive = true },
            gpu,
            new Option<bool>(Work.Verbose) { Description = "Tell more on standard error: the library's log, and where an unexpected error arose.", Recursive = true },
        };
        root.HelpName = "segsam";
        return root;
    }

    /// <summary>Runs the program.</summary>
    /// <returns>A code of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var parsed = Create().Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var problem in parsed.Errors)
                error.WriteLine(problem.Message);
            error.WriteLine($"({Usage(parsed.CommandResult.Command)} --help shows what there is.)");
            return ExitCode.WrongUsage;
        }

        // Work catches its own errors, and the program its own signals: saving takes longer than the usual two seconds of grace.
        var settings = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return parsed.InvokeAsync(settings, cancel).GetAwaiter().GetResult();
    }

    private static string Usage(Command command) => command is RootCommand ? "segsam" : $"segsam {command.Name}";
}
