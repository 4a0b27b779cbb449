using SampleKit;

namespace DetectionMetrics;

/// <summary>The command line's settings.</summary>
/// <param name="Model">A saved model that knows clicks; null to train one.</param>
/// <param name="Seed">Of the slices and the training; equal seeds give equal results on one machine.</param>
/// <param name="Slices">Made-up slices to measure on.</param>
/// <param name="Epochs">Passes over the training slices.</param>
/// <param name="Out">Where a model that is trained here goes.</param>
internal sealed record DetectionOptions(
    string? Model = null, int Seed = 1, int Slices = 20, int Epochs = 9, string Out = "artifacts/detection-metrics/segsam.zip")
{
    public const string Usage = """
        Finds everything in made-up slices, and measures the boxes and names by ML.NET's EvaluateObjectDetection.

        --model FILE    a saved model that was trained with clicks, such as Studio's or the command line's (default: trains one, some minutes)
        --seed N        equal seeds give equal results (default 1)
        --slices N      slices to measure on (default 20)
        --epochs N      passes over the training slices (default 9)
        --out FILE      where the model that is trained goes (default artifacts/detection-metrics/segsam.zip)
        --help          this text
        """;

    /// <exception cref="FormatException">An argument is unknown, or its value is missing or wrong.</exception>
    public static DetectionOptions Parse(string[] args)
    {
        var options = new DetectionOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            var (option, value) = (args[i], i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} is unknown or needs a value after it"));
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
