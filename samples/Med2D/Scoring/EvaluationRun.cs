using Med2D.Tables;

namespace Med2D.Scoring;

/// <summary>The figures of one source.</summary>
/// <param name="Images">Number of images of the split.</param>
/// <param name="Objects">Number of objects drawn from them.</param>
/// <param name="Prompts">Figures by the names of <see cref="PromptNames"/>.</param>
internal sealed record SourceFigures(
    string Source, string Modality, int Images, int Objects, IReadOnlyDictionary<string, Figures> Prompts);

/// <summary>Scores a model, and the shapes of the boxes, on the drawn objects.</summary>
internal static class EvaluationRun
{
    /// <param name="model">Null for the shapes of the boxes alone.</param>
    /// <param name="images">The drawn objects.</param>
    /// <returns>One entry for each source of the table, with or without images.</returns>
    public static IReadOnlyList<SourceFigures> Run(
        IScoredModel? model, ObjectTable table, IReadOnlyList<ImageObjects> images, Messages messages, CancellationToken cancel)
    {
        var scores = new Dictionary<(string Source, string Prompt), List<(string ImageId, ObjectScore Score)>>();
        var (done, progress) = (0, messages.Progress("Scoring objects", images.Sum(image => image.Objects.Count)));
        foreach (var image in images)
        {
            cancel.ThrowIfCancellationRequested();
            var truths = image.ReadTruths();
            foreach (var (prompt, score) in Shapes(image, truths).Concat(model?.Score(image, truths, cancel) ?? []))
            {
                if (!scores.TryGetValue((image.Source, prompt), out var list))
                    scores[(image.Source, prompt)] = list = [];
                list.Add((image.ImageId, score));
            }

            progress(done += image.Objects.Count);
        }

        IReadOnlyList<string> prompts = [.. PromptNames.Baselines, .. model?.Prompts ?? []];
        return
        [
            .. table.Sources.Select(source => new SourceFigures(
                source,
                string.Join(", ", table.All.Where(row => row.Source == source).Select(row => row.Modality).Distinct()),
                images.Count(image => image.Source == source),
                images.Where(image => image.Source == source).Sum(image => image.Objects.Count),
                prompts.ToDictionary(prompt => prompt, prompt => Figures.Of(scores.GetValueOrDefault((source, prompt), []))))),
        ];
    }

    private static IEnumerable<(string Prompt, ObjectScore Score)> Shapes(ImageObjects image, IReadOnlyList<bool[]> truths)
    {
        foreach (var ((_, prompt), truth) in image.Objects.Zip(truths))
        {
            foreach (var (name, mask) in ((string, bool[])[])
            [
                (PromptNames.FilledBox, BoxShapes.Filled(prompt.Box, prompt.Height, prompt.Width)),
                (PromptNames.FilledEllipse, BoxShapes.Ellipse(prompt.Box, prompt.Height, prompt.Width)),
            ])
            {
                yield return (name, ObjectScore.OfMask(MaskAgreement.Of(mask, truth, prompt.Width)));
            }
        }
    }
}
