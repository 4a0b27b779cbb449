using System.Diagnostics;
using Med2D.Tables;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Propagation;
using Microsoft.ML.SegSam.Volumes;
using SampleKit;

namespace Med2D.Volumes;

/// <summary>How well an object of a volume was segmented: Dice over its voxels.</summary>
/// <param name="FromSlice">Prompted by its box on its middle slice, and followed until it ends by itself.</param>
/// <param name="FromBox">Prompted by its box in three dimensions.</param>
/// <param name="IsNamed">Whether the name that follows from the box is right; null where the label's name is unknown to the model.</param>
internal sealed record ObjectFigures(string Collection, string Modality, string Case, int Label, string Name, int Slices, long Voxels,
    double FilledBox, double FilledEllipsoid, double FromSlice, double FromBox, bool? IsNamed);

/// <summary>Of a volume.</summary>
/// <param name="TooSmall">How many labels were left out, see <see cref="TrueObject"/>.</param>
/// <param name="SlicesAsked">How many slices were encoded and asked for objects.</param>
internal sealed record VolumeFigures(VolumeRow Row, IReadOnlyList<ObjectFigures> Objects, int TooSmall, int SlicesAsked, TimeSpan Time);

/// <summary>Follows each label of a volume from a box, and compares it with the truth.</summary>
internal sealed class VolumeScorer(SegSamPredictor predictor, SlicePlane plane)
{
    private readonly SegSamVolumePredictor _volumes = new(predictor);

    /// <param name="found">What was found from the boxes in three dimensions.</param>
    /// <exception cref="InvalidDataException">Image and labels do not belong together.</exception>
    public VolumeFigures Score(VolumeRow row, CancellationToken cancel, out LabelVolume found)
    {
        using var volume = MedicalVolume.Load(row.ImagePath);
        var labels = LabelVolume.Load(row.LabelPath);
        if (!labels.Geometry.Equals(volume.Geometry))
        {
            throw new InvalidDataException($"'{row.LabelPath}' lies on {labels.Geometry}, its image '{row.ImagePath}' on "
                + $"{volume.Geometry}, or elsewhere in the patient. Expected the same voxels.");
        }

        var slices = volume.CountSlices(plane);
        var (objects, tooSmall) = TrueObject.Find(labels, row.Names, plane, slices);
        if (objects.Count == 0)
        {
            found = labels;
            return new(row, [], tooSmall, 0, TimeSpan.Zero);
        }

        var (asked, clock) = (0, Stopwatch.StartNew());
        var fromSlice = Predict([.. objects.Select(OnMiddle)]);
        var fromBox = Predict([.. objects.Select(item => VolumePrompt.Within(
            new(item.Box.X0, item.Box.Y0, item.First, item.Box.X1, item.Box.Y1, item.Last), item.Number))]);
        clock.Stop();
        found = fromBox.Labels;
        List<ObjectFigures> figures = [.. objects.Select(item => new ObjectFigures(row.Collection, row.Modality, row.Case, item.Number,
            item.Name, item.Size.Slices, item.Voxels, item.DiceOfBox, item.DiceOfEllipsoid, Dice(item, fromSlice), Dice(item, fromBox),
            IsNamed(item, Of(item, fromBox))))];
        return new(row, figures, tooSmall, asked, clock.Elapsed);

        VolumePrediction Predict(IReadOnlyList<VolumePrompt> prompts)
        {
            var before = asked;
            var progress = new InlineProgress<VolumeProgress>(report => asked = before + report.SlicesDone);
            return _volumes.Predict(volume, prompts, new() { Plane = plane, Window = row.Window }, progress, cancel);
        }
    }

    private static VolumePrompt OnMiddle(TrueObject item)
    {
        var box = item.Masks[item.Middle].Box!.Value;
        return new(item.Middle, SegSamPrompt.Box(box.X0, box.Y0, box.X1, box.Y1), item.Number);
    }

    private static VolumeObject Of(TrueObject item, VolumePrediction prediction) =>
        prediction.Objects.Single(predicted => predicted.Label == item.Number);

    private static double Dice(TrueObject item, VolumePrediction prediction) =>
        item.DiceOf(Of(item, prediction).Slices.Select(slice => (slice.Slice, slice.Mask)));

    // Names agree by their words: kidney_right of a file is the right kidney.
    private bool? IsNamed(TrueObject item, VolumeObject found)
    {
        var name = Words(item.Name);
        return predictor.Categories.Any(category => Words(category) == name) ? Words(found.Category) == name : null;

        static string Words(string text) => string.Join(
            ' ', ObjectTable.NameOf(text).ToLowerInvariant().Split(' ').Order(StringComparer.Ordinal));
    }
}
