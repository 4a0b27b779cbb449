using Microsoft.ML.SegSam.Options;
using SampleKit;

namespace FineTune;

/// <summary>Settings from the command line.</summary>
/// <param name="Encoder">Frozen: only the decoders are trained; Adapter: small modules in the encoder are trained, too.</param>
/// <param name="Data">Folder whose subfolders are the sources.</param>
/// <param name="Weights">Weights to start from; null to train some on phantoms first.</param>
/// <param name="Out">Folder for folds, report, pictures and the weights trained on phantoms; null for one named after the encoder.</param>
/// <param name="Epochs">Passes over the training images of a fold.</param>
/// <param name="Rate">Peak learning rate.</param>
/// <param name="Size">Side of the network's input.</param>
/// <param name="Seed">Seed of weights and training; equal seeds give equal results on one machine.</param>
/// <param name="Sources">Names of the subfolders to read; null for all.</param>
internal sealed record FineTuneOptions(EncoderTraining Encoder, string Data, string? Weights = null, string? Out = null,
    int Epochs = 50, double Rate = 3e-4, int Size = 256, int Seed = 1, IReadOnlyList<string>? Sources = null)
{
    public const string Usage = """
        Fine-tunes SEG-SAM on real 2-D images with leave-one-out cross-validation: tests each image with a model trained on all others.

        --encoder KIND  frozen (only the decoders are trained) or adapter (also small modules in the encoder); required
        --data FOLDER   its subfolders are the sources: SAM-Med2D's layout, BiomedParse's (demo/, demo_mask/),
                        or NAME.png with NAME_instances.png; required
        --weights FILE  start from these weights: any SAM checkpoint (default: weights trained on phantoms first and kept in --out)
        --out FOLDER    report.md, report.json, overlays and finished folds; the same command continues after those
                        (default artifacts/finetune-KIND)
        --epochs N      passes over the training images of each fold (default 50)
        --rate R        peak learning rate (default 0.0003; 0.0001 is usual for published weights)
        --size N        side of the network's input, a multiple of 16 (default 256)
        --seed N        equal seeds give equal results (default 1)
        --sources A,B   only these subfolders (default all)
        --help          show this text
        """;

    public string Folder => Out ?? Path.Combine("artifacts", $"finetune-{EncoderName}");

    public string EncoderName => Encoder == EncoderTraining.Frozen ? "frozen" : "adapter";

    /// <exception cref="FormatException">An argument is unknown or missing, or its value is missing or wrong.</exception>
    public static FineTuneOptions Parse(string[] args)
    {
        EncoderTraining? encoder = null;
        string? data = null;
        var options = new FineTuneOptions(default, "");
        for (var i = 0; i < args.Length; i += 2)
        {
            var (option, value) = Argument.Pair(args, i);
            options = option switch
            {
                "--encoder" => options with { Encoder = (encoder = Kind(value)).Value },
                "--data" => options with { Data = data = value },
                "--weights" => options with { Weights = value },
                "--out" => options with { Out = value },
                "--epochs" => options with { Epochs = Argument.Number(option, value, 1) },
                "--rate" => options with { Rate = Argument.Positive(option, value) },
                "--size" => options with { Size = Argument.Number(option, value, 16) },
                "--seed" => options with { Seed = Argument.Number(option, value, int.MinValue) },
                "--sources" => options with
                {
                    Sources = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                },
                _ => throw new FormatException($"'{option}' is not an option"),
            };
        }

        return encoder is null ? throw new FormatException("--encoder frozen|adapter is missing")
            : data is null ? throw new FormatException("--data FOLDER is missing") : options;
    }

    private static EncoderTraining Kind(string text) => text switch
    {
        "frozen" => EncoderTraining.Frozen,
        "adapter" => EncoderTraining.Adapter,
        _ => throw new FormatException($"--encoder must be frozen or adapter, not '{text}'"),
    };
}
