using System.Globalization;
using SampleKit;

namespace Ablation;

/// <summary>Settings from the command line.</summary>
internal sealed record AblationSettings
{
    /// <summary>Maximum number of training slices that show a rare category.</summary>
    public const int FewShot = 5;

    public const string Usage = """
        Trains and tests the parts of the method, adding one after the other, on synthetic slices of eight modalities, and writes a table.

        --out FOLDER     where to write ablation.md and ablation.json (default docs)
        --work FOLDER    finished runs, from which an interrupted command continues (default ablation-work)
        --seeds N        number of seeds (default 3)
        --slices N       training slices (default 240)
        --test N         test slices (default 120)
        --epochs N       passes over the training slices (default 10)
        --overlap X      overlap of the gray levels of categories, 0 to 1 (default 1)
        --only A,B,...   only the variants with these keys
        --help           show this text

        Ctrl-C stops; the same command then continues.
        """;

    public string Out { get; init; } = "docs";
    public string Work { get; init; } = "ablation-work";
    public int Seeds { get; init; } = 3;
    public int TrainSlices { get; init; } = 240;
    public int TestSlices { get; init; } = 120;
    public int Epochs { get; init; } = 10;
    public double GrayOverlap { get; init; } = 1;
    public IReadOnlyList<Variant> Variants { get; init; } = Variant.All;

    /// <summary>The settings that a finished run must share to be used.</summary>
    public string Recipe => string.Create(CultureInfo.InvariantCulture,
        $"{TrainSlices} training and {TestSlices} test slices, {Epochs} epochs, overlap {GrayOverlap}, few-shot {FewShot}");

    /// <exception cref="FormatException">An argument is wrong; the message names it.</exception>
    public static AblationSettings Parse(string[] args)
    {
        var settings = new AblationSettings();
        for (var i = 0; i < args.Length; i += 2)
        {
            var (option, value) = Argument.Pair(args, i);
            settings = option switch
            {
                "--out" => settings with { Out = value },
                "--work" => settings with { Work = value },
                "--seeds" => settings with { Seeds = Argument.Number(option, value, 1) },
                "--slices" => settings with { TrainSlices = Argument.Number(option, value, 1) },
                "--test" => settings with { TestSlices = Argument.Number(option, value, 1) },
                "--epochs" => settings with { Epochs = Argument.Number(option, value, 1) },
                "--overlap" => settings with { GrayOverlap = Argument.Fraction(option, value) },
                "--only" => settings with { Variants = [.. value.Split(',').Select(Find)] },
                _ => throw new FormatException($"'{option}' is not an option"),
            };
        }

        return settings;
    }

    private static Variant Find(string key) => Variant.All.FirstOrDefault(variant => variant.Key == key)
        ?? throw new FormatException(
            $"--only must name some of {string.Join(", ", Variant.All.Select(variant => variant.Key))}, not '{key}'");
}
