using System.CommandLine;
using Microsoft.ML.SegSam.Checkpoints;

namespace SegSam.Cli.Commands;

/// <summary>Arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    public static string ModelKinds => $"{char.ToUpperInvariant(ModelFile.Kinds[0])}{ModelFile.Kinds[1..]}.";

    public static Argument<string> Model() => new("MODEL") { Description = ModelKinds };

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
