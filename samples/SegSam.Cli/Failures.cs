using System.Reflection;
using System.Runtime.ExceptionServices;

namespace SegSam.Cli;

/// <summary>Turns errors into short messages on standard error and exit codes.</summary>
internal static class Failures
{
    public static int Catch(Work work, Func<Work, int> run)
    {
        try
        {
            return Unwrapped(work, run);
        }
        catch (OperationCanceledException)
        {
            work.Terminal.Note("Stopped; there is no result.");
            return ExitCode.Canceled;
        }
        catch (UsageException wrong)
        {
            work.Terminal.Note(wrong.Message);
            return ExitCode.WrongUsage;
        }
        catch (ArgumentException wrong)
        {
            // The runtime appends the parameter's name, which says nothing to who typed a command.
            work.Terminal.Note(Text(wrong).Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal));
            return ExitCode.WrongUsage;
        }
        catch (Exception failure)
        {
            var isExpected = failure is IOException or InvalidDataException or UnauthorizedAccessException or InvalidOperationException or NotSupportedException;
            work.Terminal.Note(isExpected ? Text(failure) : $"Unexpected {failure.GetType().Name}: {Text(failure)} (--verbose shows where it arose.)");
            if (work.IsVerbose)
                work.Terminal.Note(failure.ToString());
            return ExitCode.Failed;
        }
    }

    // ML.NET makes models by reflection, which hides what went wrong in them.
    private static int Unwrapped(Work work, Func<Work, int> run)
    {
        try
        {
            return run(work);
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } inner)
        {
            ExceptionDispatchInfo.Throw(inner);
            throw;
        }
    }

    private static string Text(Exception failure) => OptionNames.InPlaceOfProperties(failure.Message);
}
