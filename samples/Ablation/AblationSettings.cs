using System.Globalization;
using SampleKit;

namespace Ablation;

/// <summary>How the user asked for it.</summary>
internal sealed record AblationSettings
{
    /// <summary>Most training slices that show a rare category.</summary>
    public const int FewShot = 5;

    public const string Usage = """
        Trains and tests the method's parts, one added to the other, on made-up slices of eight modalities, and writes a table.

        --out FOLDER     where ablation.md and ablation.json go (default docs)
        --work FOLDER    what is finished, so that a run that was stopped goes on (default ablation-work)
        --seeds N        how many seeds, from 1 (default 3)
        --slices N       training slices (default 240)
        --test N         test slices (default 120)
        --epochs N       passes over them (default 10)
        --overlap X      how much the grey levels of categories overlap, 0 to 1 (default 1)
        --only A,B,...   these variants alone, by their keys
        --help           this text

        Ctrl-C stops; the same command goes on from there.
        """;

    public string Out { get; init; } = "docs";
    public string Work { get; init; } = "ablation-work";
    public int Seeds { get; init; } = 3;
    public int TrainSlices { get; init; } = 240;
    public int TestSlices { get; init; } = 120;
    public int Epochs { get; init; } = 10;
    public double GreyOverlap { get; init; } = 1;
    public IReadOnlyList<Variant> Variants { get; init; } = Variant.All;

    /// <summary>What a finished run was made with: one of other settings is of no use.</summary>
    public string Recipe => string.Create(CultureInfo.InvariantCulture,
        $"{TrainSlices} training and {TestSlices} test slices, {Epochs} epochs, overlap {GreyOverlap}, few-shot {FewShot}");

    /// <exception cref="FormatException">An argument is wrong; the message names it.</exception>
    public static AblationSettings Parse(string[] args)
    {
        var settings = new AblationSettings();
        for (var i = 0; i < args.Length; i += 2)
        {
            var option = args[i];
            var value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"'{option}' is not an option, or needs a value after it");
            settings = option switch
            {
                "--out" => settings with { Out = value },
                "--work" => settings with { Work = value },
                "--seeds" => settings with { Seeds = Argument.Number(option, value, 1) },
                "--slices" => settings with { TrainSlices = Argument.Number(option, value, 1) },
                "--test" => settings with { TestSlices = Argument.Number(option, value, 1) },
                "--epochs" => settings with { Epochs = Argument.Number(option, value, 1) },
                "--overlap" => settings with { GreyOverlap = Argument.Fraction(option, value) },
                "--only" => settings with { Variants = [.. value.Split(',').Select(Find)] },
                _ => throw new FormatException($"'{option}' is not an option"),
            };
        }

        return settings;
    }

    private static Variant Find(string key) => Variant.All.FirstOrDefault(variant => variant.Key == key)
        ?? throw new FormatException($"--only: there is no variant '{key}', only {string.Join(", ", Variant.All.Select(variant => variant.Key))}");
}
