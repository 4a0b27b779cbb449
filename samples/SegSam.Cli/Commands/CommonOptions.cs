using System.CommandLine;
using Microsoft.ML.SegSam;

namespace SegSam.Cli.Commands;

/// <summary>Arguments and options that several commands have.</summary>
internal static class CommonOptions
{
    public static Argument<string> Model() => new("MODEL") { Description = $"{char.ToUpperInvariant(ModelFile.Kinds[0])}{ModelFile.Kinds[1..]}." };

    public static Argument<string> Image() => new("IMAGE") { Description = "The picture: PNG, JPEG, BMP, GIF or WebP." };

    public static Option<CheckpointFamily?> Family() => new("--checkpoint-family")
    {
        Description = "Who published the weights, where it is not told from them: decides how images are prepared. MedSAM's look like SAM's.",
        HelpName = string.Join('|', Enum.GetNames<CheckpointFamily>()),
    };

    public static Option<string> Split() => new("--split") { Description = "Use the rows of this split alone (column Split of the table).", HelpName = "NAME" };

    public static Option<string> Overlay() => new("--overlay") { Description = "Write a picture of the masks over the image, with names and scores (PNG).", HelpName = "FILE" };
}
