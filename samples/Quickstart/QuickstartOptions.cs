using SampleKit;

namespace Quickstart;

/// <summary>Settings from the command line.</summary>
/// <param name="Seed">Seed of data and training; equal seeds give equal results on one machine.</param>
/// <param name="Epochs">Passes over the training images; null for the default of the data.</param>
/// <param name="Out">Folder for the model, the report and the pictures.</param>
/// <param name="Data">Folder in SAM-Med2D layout; null for phantoms.</param>
/// <param name="Model">A saved model to score with instead of training; null to train.</param>
/// <param name="State">File that keeps the training state, to continue after an interruption; null for none.</param>
internal sealed record QuickstartOptions(
    int Seed = 1, int? Epochs = null, string Out = "artifacts/quickstart", string? Data = null, string? Model = null, string? State = null)
{
    public const string Usage = """
        Trains SEG-SAM on phantoms (or on your images), saves it, loads it again and predicts. Then asks the trained model that comes
        with the samples about real images.

        --seed N        equal seeds give equal results (default 1)
        --epochs N      passes over the training images (default 12 for phantoms, 300 for --data)
        --out FOLDER    where to write model, report and pictures (default artifacts/quickstart)
        --data FOLDER   real images in SAM-Med2D layout: images/, masks/, image2label_train.json and/or label2image_test.json
        --model FILE    score with this saved model instead of training one
        --state FILE    keep the training state there; after an interruption, the same command continues from it
        --help          show this text
        """;

    /// <exception cref="FormatException">An argument is unknown, or its value is missing or wrong.</exception>
    public static QuickstartOptions Parse(string[] args)
    {
        var options = new QuickstartOptions();
        for (var i = 0; i < args.Length; i += 2)
        {
            var (option, value) = Argument.Pair(args, i);
            options = option switch
            {
                "--seed" => options with { Seed = Argument.Number(option, value, int.MinValue) },
                "--epochs" => options with { Epochs = Argument.Number(option, value, 1) },
                "--out" => options with { Out = value },
                "--data" => options with { Data = value },
                "--model" => options with { Model = value },
                "--state" => options with { State = value },
                _ => throw new FormatException($"'{option}' is not an option"),
            };
        }

        return options;
    }
}
