using SampleKit;

namespace DetectionMetrics;

/// <summary>Settings from the command line.</summary>
/// <param name="Model">A saved model that was trained with points; null to train one.</param>
/// <param name="Seed">Seed of the slices and the training; equal seeds give equal results on one machine.</param>
/// <param name="Slices">Number of synthetic slices to test on.</param>
/// <param name="Epochs">Passes over the training slices.</param>
/// <param name="Out">Where to save a model that is trained here.</param>
internal sealed record DetectionOptions(
    string? Model = null, int Seed = 1, int Slices = 20, int Epochs = 9, string Out = "artifacts/detection-metrics/segsam.zip")
{
    public const string Usage = """
        Finds everything in synthetic slices, and measures boxes and names with ML.NET's EvaluateObjectDetection.

        --model FILE    a saved model that was trained with points, such as the command line's
                        (default: trains one in a few minutes)
        --seed N        equal seeds give equal results (default 1)
        --slices N      slices to test on (default 20)
        --epochs N      passes over the training slices (default 9)
        --out FILE      where to save the trained model (default artifacts/detection-metrics/segsam.zip)
        --help          show this text
        """;

    /// <exception cref="FormatException">An argument is unknown, or its value is missing or wrong.</exception>
    public static DetectionOptions Parse(string[] args)
    {
        var options = new DetectionOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            var (option, value) = Argument.Pair(args, i);
            options = option switch
            {
                "--model" => options with { Model = value },
                "--seed" => options with { Seed = Argument.Number(option, value, int.MinValue) },
                "--slices" => options with { Slices = Argument.Number(option, value, 1) },
                "--epochs" => options with { Epochs = Argument.Number(option, value, 1) },
                "--out" => options with { Out = value },
                _ => throw new FormatException($"'{option}' is not an option"),
            };
        }

        return options;
    }
}
