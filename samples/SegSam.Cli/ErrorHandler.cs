using System.Reflection;
using System.Runtime.ExceptionServices;
using SampleKit.Messages;

namespace SegSam.Cli;

/// <summary>Turns exceptions into short messages on standard error and exit codes.</summary>
internal static class ErrorHandler
{
    public static int Run(CommandContext context, Func<CommandContext, int> run)
    {
        try
        {
            return Unwrapped(context, run);
        }
        catch (OperationCanceledException)
        {
            context.Terminal.Note("Stopped; there is no result.");
            return ExitCode.Canceled;
        }
        catch (UsageException wrong)
        {
            context.Terminal.Note(wrong.Message);
            return ExitCode.WrongUsage;
        }
        catch (ArgumentException wrong)
        {
            context.Terminal.Note(Text(wrong));
            return ExitCode.WrongUsage;
        }
        catch (Exception failure)
        {
            var isExpected = failure is IOException or InvalidDataException or UnauthorizedAccessException or InvalidOperationException
                or NotSupportedException;
            context.Terminal.Note(isExpected ? Text(failure)
                : $"Unexpected {failure.GetType().Name}: {Text(failure)} (--verbose shows where it was thrown.)");
            if (context.IsVerbose)
                context.Terminal.Note(failure.ToString());
            return ExitCode.Failed;
        }
    }

    // ML.NET creates models by reflection, which wraps their exceptions.
    private static int Unwrapped(CommandContext context, Func<CommandContext, int> run)
    {
        try
        {
            return run(context);
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    /// <summary>The message of a failure, in words of the command line.</summary>
    public static string Text(Exception failure) => OptionNames.InPlaceOfProperties(FailureText.Of(failure));
}
