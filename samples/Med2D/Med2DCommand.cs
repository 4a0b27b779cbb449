using System.CommandLine;
using System.CommandLine.Invocation;
using Med2D.Commands;
using SampleKit.Messages;

namespace Med2D;

/// <summary>The program: its commands, and how they end.</summary>
internal static class Med2DCommand
{
    public const int Done = 0, Failed = 1, WrongUsage = 2, Canceled = 130;

    private const string About = """
        Measures the library on real images: trains and scores models on a table of 2-D medical images with named masks.

        The table is a CSV with a line for each object and the columns source, modality, image, mask and category, and, if known, case and
        split. Paths are relative to the table; a mask has the size of its image, 0 outside the object and 255 on it.
        """;

    /// <returns>0 on success, 1 if something failed, 2 for a wrong command line, 130 if the command was stopped.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancel)
    {
        var root = new RootCommand(About) { new TrainCommand(), new EvaluateCommand(), new ReportCommand(), new VolumesCommand() };
        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var problem in parsed.Errors)
                error.WriteLine(problem.Message);
            error.WriteLine("(--help lists the options.)");
            return WrongUsage;
        }

        // Errors become messages below; stopping may take longer than the usual two seconds.
        var settings = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return parsed.InvokeAsync(settings, cancel).GetAwaiter().GetResult();
    }

    /// <summary>Has a command run a function; errors in data and files become a message and an exit code.</summary>
    public static void SetRun(this Command command, Action<ParseResult, Messages, CancellationToken> run) =>
        command.SetAction((parsed, cancel) => Task.FromResult(End(
            new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error),
            messages => run(parsed, messages, cancel))));

    private static int End(Messages messages, Action<Messages> run)
    {
        try
        {
            run(messages);
            return Done;
        }
        catch (OperationCanceledException stopped)
        {
            messages.Note(stopped is StoppedException ? stopped.Message : "Stopped; there is no result.");
            return Canceled;
        }
        catch (ArgumentException wrong)
        {
            messages.Note(FailureText.Of(wrong));
            return WrongUsage;
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException
            or InvalidOperationException or NotSupportedException)
        {
            messages.Note(failure.Message);
            return Failed;
        }
    }
}

/// <summary>The command was stopped; the message says what is kept.</summary>
internal sealed class StoppedException(string message) : OperationCanceledException(message);
