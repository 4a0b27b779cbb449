using System.CommandLine;
using Microsoft.ML.SegSam.Checkpoints;
using SampleKit;

namespace SegSam.Cli.Commands;

/// <summary>Arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    public static ModelArgument Model(string name = "MODEL") => new(name)
    {
        Description = $"{char.ToUpperInvariant(ModelFile.Kinds[0])}{ModelFile.Kinds[1..]}; or {ShippedModel.Name}, "
            + $"the model that comes with the program. {ModelOption.Name} MODEL means the same.",
    };

    public static Option<CheckpointFamily?> Family() => new("--checkpoint-family")
    {
        Description = "Publisher of the weights, where the file does not show it: decides how images are prepared. "
            + "MedSAM's weights look like SAM's.",
        HelpName = string.Join('|', Enum.GetNames<CheckpointFamily>()),
    };

    public static Option<string> Split() =>
        new("--split") { Description = "Use only the rows of this split (column Split of the table).", HelpName = "NAME" };

    public static Option<bool> Strict(string what) =>
        new("--strict") { Description = $"Stop at the first {what} that cannot be used, instead of leaving it out with a count." };

    public static Option<bool> Force() => new("--force") { Description = "Overwrite existing files." };
}
