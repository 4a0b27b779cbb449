using System.Diagnostics;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>Runs the evaluation protocol (method, 8): reads the rows, asks by every kind of prompt, image by image, and tallies the answers.</summary>
internal sealed class ProtocolRun(
    SegSamModel model, EvaluationPrompts prompts, SurfaceRuler ruler, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
{
    private readonly ProtocolQuestions _questions = new(model, prompts);
    private readonly Dictionary<PromptKind, PromptKindTally> _tallies =
        Enum.GetValues<PromptKind>().ToDictionary(kind => kind, kind => new PromptKindTally(kind, model.Categories, ruler));

    /// <summary>How many of the prompts belong to rows that were read.</summary>
    public int Used { get; private set; }

    /// <summary>What is odd about rows that were read all the same.</summary>
    public RowWarnings Warnings { get; private set; } = new();

    public ProtocolMetrics Run(IDataView data, string imageColumn, string maskColumn, string categoryColumn, string imageIdColumn)
    {
        var columns = TruthColumns.Find(data.Schema, maskColumn, categoryColumn, imageIdColumn);
        var image = ColumnCheck.Require(data.Schema, imageColumn, ColumnCheck.IsImage, ColumnCheck.ImageKind);
        var left = CountRows(data, columns.ImageId);
        var (images, objects, clock) = (left.Count, left.Values.Sum(), Stopwatch.StartNew());
        var open = new Dictionary<string, OpenImage>(StringComparer.Ordinal); // whose rows are not all read yet
        var (imagesDone, objectsDone, used) = (0, 0, new HashSet<string>(StringComparer.Ordinal));

        using var cursor = data.GetRowCursor([image, .. columns.All]);
        var (truth, distinct) = (new TruthReader(cursor, columns), new DistinctImages(cursor, image, columns.ImageId.Name));
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            var id = truth.ImageId();
            if (distinct.Read(id).Pixels is { } pixels)
                open[id] = new(NetworkImage.From(pixels, model.Config.InputSize, model.Preprocessing), []);
            var current = open[id];

            var mask = truth.Mask(out var height, out var width);
            var geometry = current.Image.Geometry;
            if ((height, width) != (geometry.OriginalHeight, geometry.OriginalWidth))
                throw truth.Bad($"the mask is {width} x {height} pixels and its image {geometry.OriginalWidth} x {geometry.OriginalHeight}; both must be of one size");
            var prompt = Find(cursor, columns, id, truth.Category(), mask, height, width);
            used.Add(prompt.Key);
            current.Objects.Add((prompt, mask));
            if (--left[id] > 0)
                continue;
            open.Remove(id);
            Evaluate(id, current);
            (imagesDone, objectsDone) = (imagesDone + 1, objectsDone + current.Objects.Count);
            progress?.Report(new(imagesDone, images, objectsDone, objects, clock.Elapsed / objectsDone * (objects - objectsDone)));
        }

        (Used, Warnings) = (used.Count, truth.Warnings);
        return new() { Seed = prompts.Seed, Images = images, Prompts = [.. _tallies.Values.Select(tally => tally.Finish())] };
    }

    private static Dictionary<string, int> CountRows(IDataView data, DataViewSchema.Column imageId)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        using var cursor = data.GetRowCursor([imageId]);
        var read = NameGetter.Create(cursor, imageId);
        while (cursor.MoveNext())
        {
            var id = read();
            counts[id] = counts.GetValueOrDefault(id) + 1;
        }

        return counts.Count > 0 ? counts : throw new InvalidOperationException(
            "There are no rows to evaluate. Check the filter or the path of the test data; at least one row is needed.");
    }

    private EvaluationPrompt Find(DataViewRow row, TruthColumns columns, string id, string category, bool[] mask, int height, int width)
    {
        try
        {
            return prompts.Find(id, category, mask, height, width);
        }
        catch (ArgumentException failure)
        {
            throw ColumnCheck.BadRow(columns.Mask.Name, row.Position, failure.Message, failure);
        }
    }

    private void Evaluate(string id, OpenImage image)
    {
        var scored = _tallies.Keys.ToDictionary(kind => kind, _ => new List<ScoredObject>());
        foreach (var (prompt, truth) in image.Objects.OrderBy(each => each.Prompt.Key, StringComparer.Ordinal)) // whatever the order of the rows
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (kind, answer) in _questions.Ask(image.Image, prompt, truth))
                scored[kind].Add(new(prompt.Category, truth, prompt.Width, answer.Binary.ToPixels(answer.Geometry), answer.Semantic.ToLogits(answer.Geometry), answer.ClassScores, answer.PresenceScores));
        }

        var first = image.Objects[0].Prompt;
        foreach (var (kind, tally) in _tallies)
            tally.Add(id, first.CaseId ?? id, first.Modality, scored[kind]);
    }

    private sealed record OpenImage(NetworkImage Image, List<(EvaluationPrompt Prompt, bool[] Truth)> Objects);
}

/// <summary>Asks a model about one object by each kind of prompt.</summary>
/// <remarks>
/// Prompts go straight to the network, so a model needs no column for them. Each is asked by itself: in a batch the last bits of
/// an answer depend on its neighbors, and with them a pixel at the edge, the next click and all after it.
/// </remarks>
internal sealed class ProtocolQuestions(SegSamModel model, EvaluationPrompts prompts)
{
    private readonly EmbeddingCache _cache = new(capacity: 1); // all prompts of an image come together

    /// <returns>The answers to each of the kinds, in their order.</returns>
    public IReadOnlyDictionary<PromptKind, MaskPrediction> Ask(NetworkImage image, EvaluationPrompt prompt, bool[] truth)
    {
        var question = new PromptedImage(image, new());
        var answers = new Dictionary<PromptKind, MaskPrediction>
        {
            [PromptKind.Box] = Answer(question, new(Box: [.. prompt.Box.Select(at => (float)at)])),
        };
        var clicks = new List<EvaluationClick>();
        EvaluationClick? next = new(prompt.Point[0], prompt.Point[1], OnObject: true);
        MaskPrediction? answer = null;
        for (var number = 1; number <= (int)PromptKind.FivePoints; number++)
        {
            if (answer is not null)
                next = prompts.NextClick(prompt, number, truth, answer.Binary.ToPixels(answer.Geometry));
            if (next is not null) // an answer without error stays
            {
                clicks.Add(next);
                answer = Answer(question, new(Points: [.. clicks.SelectMany(click => (float[])[click.X, click.Y])],
                    PointLabels: [.. clicks.Select(click => click.OnObject ? 1f : 0f)], MaskLogits: answer?.Binary.Logits));
            }

            if (Enum.IsDefined((PromptKind)number))
                answers[(PromptKind)number] = answer!;
        }

        return answers;
    }

    private MaskPrediction Answer(PromptedImage question, Prompt prompt) =>
        model.Predict([question with { Prompt = prompt.ToNetwork(question.Image.Geometry) }], _cache)[0];
}
