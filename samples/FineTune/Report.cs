using System.Globalization;
using System.Text;
using System.Text.Json;
using SampleKit;

namespace FineTune;

/// <summary>The metrics of all folds, for people (report.md) and programs (report.json).</summary>
internal static class Report
{
    private static readonly string[] Columns =
    [
        "objects", "box", "Dice before", "Dice after", "NSD before", "NSD after", "HD95 before", "HD95 after", "no mask before, after",
        "known", "named", "of known", "semantic", "of known",
    ];

    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(FineTuneOptions settings, IReadOnlyList<FoldResult> folds, IReadOnlyList<Remark> remarks)
    {
        IReadOnlyList<FoldResult> sources =
        [
            .. folds.GroupBy(fold => fold.Source).Select(source => FoldResult.Sum(source.Key, Count(source.Count()), [.. source])),
        ];
        OutputFile.Write(Path.Combine(settings.Folder, "report.md"), Markdown(settings, sources, folds, remarks));
        OutputFile.Write(Path.Combine(settings.Folder, "report.json"), JsonSerializer.Serialize(new
        {
            encoder = settings.EncoderName,
            weights = settings.Weights is null ? "trained on phantoms" : Path.GetFileName(settings.Weights),
            settings.Epochs,
            settings.Rate,
            settings.Size,
            settings.Seed,
            sources,
            images = folds,
            remarks,
        }, FoldStore.Json));
    }

    private static string Markdown(
        FineTuneOptions settings, IReadOnlyList<FoldResult> sources, IReadOnlyList<FoldResult> folds, IReadOnlyList<Remark> remarks)
    {
        var weights = settings.Weights is null ? "a small SAM trained on phantoms" : $"`{Path.GetFileName(settings.Weights)}`";
        var trained = settings.EncoderName == "frozen" ? "The image encoder was frozen; the prompt encoder and the decoders were trained."
            : "Bottleneck adapters in the image encoder, the prompt encoder and the decoders were trained.";
        var better = folds.Count(fold => fold.After.Dice > fold.Before.Dice);
        var aboveBox = folds.Count(fold => fold.After.Dice > fold.BoxDice);
        var objects = folds.Sum(fold => fold.Objects);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Fine-tuning on real images, encoder {settings.EncoderName}

            Every image was left out once: the model was fine-tuned from {weights} on the other {folds.Count - 1} images of all sources
            together, then tested on that image, with one tight box for each object. {trained}
            {settings.Epochs} epochs, learning rate {settings.Rate}, input {settings.Size} x {settings.Size}, seed {settings.Seed}.

            ## By source (means over objects)

            """);
        Table(text, "images", sources);
        text.AppendLine(CultureInfo.InvariantCulture, $"""

            Dice, NSD (surface Dice within 2 pixels) and HD95 (in pixels of the original image, over objects with a nonempty mask)
            measure the binary mask; *before* is the initial model, *after* the fine-tuned one. *Box* is the Dice of the filled box,
            which the prompt alone reveals. *Semantic* is the Dice of the pixels with the true name, *named* the fraction of objects
            named correctly. A category that occurs in no training image cannot be named: *of known* excludes its objects. Categories
            that the sources spell differently were unified to the names of the library's glossary.

            ## By image

            """);
        Table(text, "image", folds);
        text.AppendLine(CultureInfo.InvariantCulture, $"""

            ## What this shows, and what it does not

            Fine-tuning increased the Dice in {better} of {folds.Count} images; in {aboveBox} it is higher than that of the filled box.
            Where it is lower, the masks are not useful yet: such a model needs more images, or weights trained on more than phantoms
            (`--weights`).

            {folds.Count} images with {objects} objects are far too few to show how well the method works. They show that fine-tuning on real
            images of several sources at once runs, and whether it improves masks and names on unseen images. Images of one source
            may come from one patient, the parts of a cut image come from one slide, and objects of one image are not independent:
            treat differences between rows as anecdotes. This is one seed. The default learning rate was lowered once, from 0.001, because that rate had
            reduced the Dice of left-out images; no other setting was chosen by these metrics.

            ## Left out or changed

            """);
        foreach (var remark in remarks)
            text.AppendLine(CultureInfo.InvariantCulture, $"- {remark.About}: {remark.Text}");
        if (remarks.Count == 0)
            text.AppendLine("Nothing.");
        text.AppendLine("""

            The images and masks belong to their authors; see the license in the README of each source's folder before you publish
            overlays, which show the images.
            """);
        return text.ToString();
    }

    private static void Table(StringBuilder text, string what, IReadOnlyList<FoldResult> rows)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            | source | {what} | {string.Join(" | ", Columns)} |
            | --- | --- |{string.Concat(Columns.Select(_ => " ---: |"))}
            """);
        foreach (var row in rows)
        {
            string[] cells =
            [
                row.Source, row.Image, Count(row.Objects), Fraction(row.BoxDice), Fraction(row.Before.Dice),
                $"**{Fraction(row.After.Dice)}**", Fraction(row.Before.Nsd), Fraction(row.After.Nsd), Pixels(row.Before.Hd95), Pixels(row.After.Hd95),
                $"{Count(row.Before.WithoutMask)}, {Count(row.After.WithoutMask)}", Count(row.Known), Fraction(row.Accuracy),
                Fraction(row.AccuracyOfKnown), Fraction(row.SemanticDice), Fraction(row.SemanticDiceOfKnown),
            ];
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells)} |");
        }
    }

    private static string Count(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Pixels(double? distance) => distance?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-";

    private static string Fraction(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
