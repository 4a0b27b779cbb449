using System.Globalization;
using System.Text;
using System.Text.Json;
using SampleKit;

namespace FineTune;

/// <summary>The figures of all folds, for people (report.md) and for programs (report.json).</summary>
internal static class Report
{
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(FineTuneOptions settings, IReadOnlyList<FoldResult> folds, IReadOnlyList<Remark> remarks)
    {
        IReadOnlyList<FoldResult> sources =
        [
            .. folds.GroupBy(fold => fold.Source).Select(source => FoldResult.Sum(source.Key, Count(source.Count()), [.. source])),
        ];
        TextFile.Write(Path.Combine(settings.Folder, "report.md"), Markdown(settings, sources, folds, remarks));
        TextFile.Write(Path.Combine(settings.Folder, "report.json"), JsonSerializer.Serialize(new
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

    private static string Markdown(FineTuneOptions settings, IReadOnlyList<FoldResult> sources, IReadOnlyList<FoldResult> folds, IReadOnlyList<Remark> remarks)
    {
        var weights = settings.Weights is null ? "a small SAM trained on phantoms" : $"`{Path.GetFileName(settings.Weights)}`";
        var learning = settings.EncoderName == "frozen" ? "The image encoder was frozen; prompt encoder and decoders learned."
            : "Bottleneck adapters in the image encoder learned, besides prompt encoder and decoders.";
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # Fine-tuning on real images, encoder {settings.EncoderName}

            Every image was left out once: the model was fine-tuned from {weights} on the other {folds.Count - 1} images of all sources
            together, then measured on that image, with one tight box for each object. {learning}
            {settings.Epochs} epochs, learning rate {settings.Rate}, input {settings.Size} x {settings.Size}, seed {settings.Seed}.

            ## By source (means over objects)

            """);
        Table(text, "images", sources);
        text.AppendLine(CultureInfo.InvariantCulture, $"""

            Dice, NSD (surface Dice within 2 pixels) and HD95 (pixels of the image as it is in the file, over objects that got a mask) are of the
            binary mask; *before* is the model as it was, *after* the fine-tuned one. *Box* is the Dice of the filled box, which the prompt gives
            away by itself. *Semantic* is the Dice of the pixels that carry the true name, *named* the share of the objects named rightly. A
            category that occurs in no training image cannot be named: *of known* leaves its objects out. Categories that the sources spell in
            different ways got one name, that of the library's glossary.

            ## By image

            """);
        Table(text, "image", folds);
        text.AppendLine(CultureInfo.InvariantCulture, $"""

            ## What this shows, and what it does not

            Fine-tuning raised the Dice in {folds.Count(fold => fold.After.Dice > fold.Before.Dice)} of {folds.Count} images; in {folds.Count(fold => fold.After.Dice > fold.BoxDice)} it is above that of the filled box. Where it is below, the
            masks are of no use yet: such a model needs more images, or weights that were trained on more than phantoms (`--weights`).

            {folds.Count} images with {folds.Sum(fold => fold.Objects)} objects are far too few to say how well the method works. They show that fine-tuning on real
            images of several sources at once runs, and whether it moves masks and names the right way on images it has not seen. Images of
            one source may come from one patient, the parts of a cut image come from one slide, and objects of one image are not independent:
            read differences between rows as anecdotes. One seed. The default learning
            rate was lowered once, from 0.001, after that had lowered the Dice of images left out; no other setting was chosen by these figures.

            ## Left out, or changed

            """);
        foreach (var remark in remarks)
            text.AppendLine(CultureInfo.InvariantCulture, $"- {remark.About}: {remark.Text}");
        if (remarks.Count == 0)
            text.AppendLine("Nothing.");
        text.AppendLine("""

            The images and masks belong to their makers; the README in each source's folder tells the license. Overlays show the images: do
            not publish them without having read it.
            """);
        return text.ToString();
    }

    private static void Table(StringBuilder text, string what, IReadOnlyList<FoldResult> rows)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            | source | {what} | objects | box | Dice before | Dice after | NSD before | NSD after | HD95 before | HD95 after | no mask before, after | known | named | of known | semantic | of known |
            | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            """);
        foreach (var row in rows)
        {
            text.AppendLine(FormattableString.Invariant($"| {row.Source} | {row.Image} | {row.Objects} | {row.BoxDice:0.000} | {row.Before.Dice:0.000} | **{row.After.Dice:0.000}** ")
                + FormattableString.Invariant($"| {row.Before.Nsd:0.000} | {row.After.Nsd:0.000} | {Pixels(row.Before.Hd95)} | {Pixels(row.After.Hd95)} | {row.Before.WithoutMask}, {row.After.WithoutMask} ")
                + FormattableString.Invariant($"| {row.Known} | {row.Accuracy:0.000} | {Share(row.AccuracyOfKnown)} | {row.SemanticDice:0.000} | {Share(row.SemanticDiceOfKnown)} |"));
        }
    }

    private static string Count(int images) => images.ToString(CultureInfo.InvariantCulture);

    private static string Pixels(double? distance) => distance?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-";

    private static string Share(double? share) => share?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
