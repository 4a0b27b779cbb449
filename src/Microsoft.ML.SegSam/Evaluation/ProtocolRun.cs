using System.Diagnostics;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>
/// Runs the evaluation protocol (method, 8): reads the rows, prompts with every kind of prompt, image by image, and tallies the
/// predictions.
/// </summary>
internal sealed class ProtocolRun(SegSamModel model, EvaluationPrompts prompts, SurfaceRuler ruler,
    IProgress<OperationProgress>? progress, CancellationToken cancellation)
{
    private readonly ProtocolPredictor _predictor = new(model, prompts);
    private readonly Dictionary<PromptKind, PromptKindTally> _tallies =
        Enum.GetValues<PromptKind>().ToDictionary(kind => kind, kind => new PromptKindTally(kind, model.Categories, ruler));

    /// <summary>Number of prompts that belong to rows read.</summary>
    public int Used { get; private set; }

    /// <summary>What is suspicious about rows that could be read.</summary>
    public RowWarnings Warnings { get; private set; } = new();

    /// <param name="imageColumn">The model's image column.</param>
    public ProtocolMetrics Run(IDataView data, string imageColumn, EvaluationOptions options)
    {
        var columns = TruthColumns.Find(
            data.Schema, options.MaskColumnName, options.CategoryColumnName, options.ImageIdColumnName ?? "ImageId");
        var image = ColumnCheck.Require(data.Schema, imageColumn, ColumnCheck.IsImage, ColumnCheck.ImageKind);
        var left = CountRows(data, columns.ImageId);
        var (images, objects, clock) = (left.Count, left.Values.Sum(), Stopwatch.StartNew());
        var open = new Dictionary<string, OpenImage>(StringComparer.Ordinal); // images with rows still to come
        var (imagesDone, objectsDone, used) = (0, 0, new HashSet<string>(StringComparer.Ordinal));

        using var cursor = data.GetRowCursor([image, .. columns.All]);
        var truth = new TruthReader(cursor, columns);
        var distinct = new DistinctImages(cursor, image, columns.ImageId.Name, model.Description.Slices);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            var id = truth.ImageId();
            if (distinct.Read(id).Pixels is { } pixels)
                open[id] = new(new(pixels, NetworkImage.From(pixels, model.Config.InputSize, model.Preprocessing), new()), []);
            var current = open[id];

            var mask = truth.Mask(out var height, out var width);
            var read = current.Image.Pixels;
            if ((height, width) != (read.Height, read.Width))
            {
                throw truth.BadRow(FormattableString.Invariant($"the mask is {width} x {height} pixels and its image ")
                    + FormattableString.Invariant($"{read.Width} x {read.Height}; both must be of one size"));
            }

            var prompt = Find(cursor, columns, id, truth.Category(), mask, height, width);
            used.Add(prompt.Key);
            current.Objects.Add((prompt, mask));
            if (--left[id] > 0)
                continue;
            open.Remove(id);
            Evaluate(id, current);
            (imagesDone, objectsDone) = (imagesDone + 1, objectsDone + current.Objects.Count);
            progress?.Report(new(objectsDone, objects,
                FormattableString.Invariant($"{imagesDone} of {images} images, {objectsDone} of {objects} objects"),
                clock.Elapsed / objectsDone * (objects - objectsDone)));
        }

        (Used, Warnings) = (used.Count, truth.Warnings);
        return new(prompts.Seed, images, [.. _tallies.Values.Select(tally => tally.Finish())]);
    }

    private static Dictionary<string, int> CountRows(IDataView data, DataViewSchema.Column imageId)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        using var cursor = data.GetRowCursor([imageId]);
        var read = RowText.Name(cursor, imageId);
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
        var objects = image.Objects.OrderBy(item => item.Prompt.Key, StringComparer.Ordinal); // whatever the order of the rows
        foreach (var (prompt, truth) in objects)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var (kind, prediction) in _predictor.Predict(image.Image, prompt, truth))
            {
                scored[kind].Add(new(prompt.Category, truth, prompt.Width, prediction.Binary.ToPixels(prediction.Geometry),
                    prediction.Semantic.ToLogits(prediction.Geometry), prediction.ClassScores, prediction.PresenceScores));
            }
        }

        var first = image.Objects[0].Prompt;
        foreach (var (kind, tally) in _tallies)
            tally.Add(id, first.CaseId ?? id, first.Modality, scored[kind]);
    }

    private sealed record OpenImage(PromptedImage Image, List<(EvaluationPrompt Prompt, bool[] Truth)> Objects);
}

/// <summary>Prompts a model for one object with each kind of prompt.</summary>
/// <remarks>
/// Prompts go straight to the network, so the model needs no columns for them. Each is predicted by itself: in a batch the last bits of
/// a prediction depend on its neighbors, and with them a pixel at the edge, the next point and everything after it.
/// </remarks>
internal sealed class ProtocolPredictor(SegSamModel model, EvaluationPrompts prompts)
{
    private readonly EmbeddingCache _cache = new(capacity: 8); // all prompts of an image come together

    /// <returns>The predictions for each kind of prompt, in their order.</returns>
    public IReadOnlyDictionary<PromptKind, MaskPrediction> Predict(PromptedImage image, EvaluationPrompt prompt, bool[] truth)
    {
        var predictions = new Dictionary<PromptKind, MaskPrediction>
        {
            [PromptKind.Box] = Predict(image, new(Box: [.. prompt.Box.Select(at => (float)at)])),
        };
        var points = new List<EvaluationPoint>();
        EvaluationPoint? next = new(prompt.Point[0], prompt.Point[1], OnObject: true);
        MaskPrediction? prediction = null;
        for (var number = 1; number <= (int)PromptKind.FivePoints; number++)
        {
            if (prediction is not null)
                next = prompts.NextPoint(prompt, number, truth, prediction.Binary.ToPixels(prediction.Geometry));
            if (next is not null) // a prediction without error stays
            {
                points.Add(next);
                prediction = Predict(image, new(
                    Points: [.. points.SelectMany(point => (float[])[point.X, point.Y])],
                    PointLabels: [.. points.Select(point => point.OnObject ? 1f : 0f)],
                    MaskLogits: prediction?.Binary.Logits, Frame: prediction?.Geometry, Earlier: prediction?.Asked));
            }

            if (Enum.IsDefined((PromptKind)number))
                predictions[(PromptKind)number] = prediction!;
        }

        return predictions;
    }

    private MaskPrediction Predict(PromptedImage image, Prompt prompt) => model.Predict([image with { Prompt = prompt }], _cache)[0];
}
