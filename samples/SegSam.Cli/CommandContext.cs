using System.CommandLine;
using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using SampleKit;
using SegSam.Cli.Commands;

namespace SegSam.Cli;

/// <summary>What every command needs: its parsed arguments, the terminal, ML.NET and cancellation.</summary>
internal sealed class CommandContext(ParseResult parsed, CancellationToken cancel)
{
    public const string Json = "--json", Gpu = "--gpu", Verbose = "--verbose";

    public Terminal Terminal { get; } =
        new(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue<bool>(Json));

    public bool IsVerbose => parsed.GetValue<bool>(Verbose);

    public CancellationToken Cancel => cancel;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>A number, if it is in its range.</summary>
    /// <param name="most">Null: any number from the least on.</param>
    /// <exception cref="UsageException">It is not.</exception>
    public T Get<T>(Option<T> option, T least, T? most = null) where T : struct, INumber<T> =>
        parsed.GetValue(option) is var number && number >= least && !(number > most) ? number
            : throw new UsageException(FormattableString.Invariant($"{option.Name} is {number}; expected ")
                + (most is { } to ? FormattableString.Invariant($"{least} to {to}.") : FormattableString.Invariant($"at least {least}.")));

    /// <inheritdoc cref="Get{T}(Option{T}, T, T?)"/>
    public T? Get<T>(Option<T?> option, T least) where T : struct, INumber<T> => parsed.GetValue(option) is not { } number ? null
        : number >= least ? number
        : throw new UsageException(FormattableString.Invariant($"{option.Name} is {number}; expected at least {least}."));

    /// <summary>Whether an option is on the command line.</summary>
    public bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

    /// <summary>The path of the model's file.</summary>
    /// <exception cref="FileNotFoundException">The model that comes with the program is meant, and its file is missing.</exception>
    public string Get(ModelArgument model) => ShippedModel.FileOf(parsed.GetRequiredValue(model));

    /// <summary>ML.NET on the chosen device. Its warnings, and with --verbose its whole log, go to standard error.</summary>
    /// <param name="rewrite">Rewrites a message before it is shown.</param>
    public MLContext CreateContext(int seed = 1, Func<string, string>? rewrite = null)
    {
        var ml = new MLContext(seed) { GpuDeviceId = parsed.GetValue<int?>(Gpu), FallbackToCpu = false };
        ml.Log += (_, entry) =>
        {
            if (entry.Kind >= (IsVerbose ? ChannelMessageKind.Info : ChannelMessageKind.Warning))
                Terminal.Note(OptionNames.InPlaceOfProperties(rewrite is null ? entry.RawMessage : rewrite(entry.RawMessage)));
        };
        return ml;
    }
}

/// <summary>Connects commands to their code.</summary>
internal static class CommandContextExtensions
{
    /// <summary>Runs the function when the command is invoked; its errors become short messages and exit codes.</summary>
    public static void SetRun(this Command command, Func<CommandContext, int> run) =>
        command.SetAction((parsed, cancel) => Task.FromResult(ErrorHandler.Run(new CommandContext(parsed, cancel), run)));
}
