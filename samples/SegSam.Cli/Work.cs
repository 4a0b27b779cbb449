using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace SegSam.Cli;

/// <summary>What every command works with: its arguments, the terminal, ML.NET and the wish to stop.</summary>
internal sealed class Work(ParseResult parsed, CancellationToken cancel)
{
    public const string Json = "--json", Gpu = "--gpu", Verbose = "--verbose";

    public Terminal Terminal { get; } = new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue<bool>(Json));

    public bool IsVerbose => parsed.GetValue<bool>(Verbose);

    public CancellationToken Cancel => cancel;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>ML.NET on the chosen device; its warnings, and with --verbose all it tells, go to standard error.</summary>
    /// <param name="isQuiet">Whether warnings, too, are for --verbose alone.</param>
    /// <param name="words">What becomes of a message before it is shown.</param>
    public MLContext CreateContext(int seed = 1, bool isQuiet = false, Func<string, string>? words = null)
    {
        var ml = new MLContext(seed) { GpuDeviceId = parsed.GetValue<int?>(Gpu), FallbackToCpu = false };
        ml.Log += (_, told) =>
        {
            if (told.Kind >= ChannelMessageKind.Info && (IsVerbose || (told.Kind >= ChannelMessageKind.Warning && !isQuiet)))
                Terminal.Note(OptionNames.InPlaceOfProperties(words is null ? told.RawMessage : words(told.RawMessage)));
        };
        return ml;
    }
}

/// <summary>Gives commands their work.</summary>
internal static class WorkExtensions
{
    /// <summary>Runs the work on invocation; its errors become short messages and exit codes.</summary>
    public static void SetWork(this Command command, Func<Work, int> run) =>
        command.SetAction((parsed, cancel) => Task.FromResult(Failures.Catch(new Work(parsed, cancel), run)));
}
