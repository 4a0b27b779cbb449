using System.CommandLine;
using Microsoft.ML.SegSam.Checkpoints;

namespace SegSam.Cli.Commands;

/// <summary>Arguments and options that several commands have.</summary>
internal static class CommonOptions
{
    public static Argument<string> Model() => new("MODEL") { Description = $"{char.ToUpperInvariant(ModelFile.Kinds[0])}{ModelFile.Kinds[1..]}." };

    public static Option<CheckpointFamily?> Family() => new("--checkpoint-family")
    {
        Description = "Who published the weights, where it is not told from them: decides how images are prepared. MedSAM's look like SAM's.",
        HelpName = string.Join('|', Enum.GetNames<CheckpointFamily>()),
    };

    public static Option<string> Split() => new("--split") { Description = "Use the rows of this split alone (column Split of the table).", HelpName = "NAME" };

    public static Option<bool> Strict(string of) =>
        new("--strict") { Description = $"End at the first {of} that cannot be used, in place of leaving it out with a count." };

    public static Option<bool> Force() => new("--force") { Description = "Write over files that are there already." };
}
