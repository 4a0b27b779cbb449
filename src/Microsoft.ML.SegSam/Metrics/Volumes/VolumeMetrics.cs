using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Metrics.Volumes;

/// <summary>How well predicted labels of a volume match the true ones, label by label.</summary>
/// <remarks>
/// <para>
/// For the voxels P that the prediction gives a label and the voxels Y that the truth gives it, Dice is 2 |P ∩ Y| / (|P| + |Y|) and IoU
/// is |P ∩ Y| / |P ∪ Y|. A surface is the voxels of a label with one of their six neighbors outside it; beyond the volume is outside.
/// Distances run between voxel centers, in mm, exactly. NSD is the share of both surfaces' voxels within the tolerance of the other
/// surface; HD95 the larger of both directions' 95th percentiles, linear between ranks; HD the largest distance; ASSD the mean over both
/// surfaces' voxels.
/// </para>
/// <para>
/// These are the definitions of <see cref="SegmentationMetrics"/> in three dimensions, MONAI's: every voxel of a surface counts alike.
/// Tables made by DeepMind's surface-distance (MSD, FLARE) weigh pieces of surface by their area, and differ. A label in one of the volumes
/// only has Dice, IoU and NSD 0 and infinite distances, which the means leave out and count.
/// </para>
/// </remarks>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class VolumeMetrics : INotebookView
{
    private VolumeMetrics(SortedDictionary<int, LabelFigures> perLabel, IReadOnlyList<string> warnings)
    {
        (PerLabel, Warnings) = (perLabel, warnings);
        (Dice, IoU, Nsd) = (Mean(label => label.Dice), Mean(label => label.IoU), Mean(label => label.Nsd));
        (Hd95, Hd, Assd) = (Mean(label => label.Hd95), Mean(label => label.Hd), Mean(label => label.Assd));
        DistancesLeftOut = perLabel.Values.Count(label => double.IsInfinity(label.Hd));

        double Mean(Func<LabelFigures, double> figure) => Means.OfFinite(perLabel.Values.Select(figure));
    }

    /// <summary>Mean over labels; NaN where no voxel has a label.</summary>
    public double Dice { get; }

    /// <summary>Mean over labels; NaN where no voxel has a label.</summary>
    public double IoU { get; }

    /// <summary>Mean over labels; NaN where no voxel has a label.</summary>
    public double Nsd { get; }

    /// <summary>Mean over the labels that both volumes have, in mm; NaN where there is none.</summary>
    public double Hd95 { get; }

    /// <summary>Mean over the labels that both volumes have, in mm; NaN where there is none.</summary>
    public double Hd { get; }

    /// <summary>Mean over the labels that both volumes have, in mm; NaN where there is none.</summary>
    public double Assd { get; }

    /// <summary>Number of labels that are in one of the volumes only, which the means of HD95, HD and ASSD leave out.</summary>
    public int DistancesLeftOut { get; }

    /// <summary>Figures of each label that is in the prediction or in the truth, ascending.</summary>
    public IReadOnlyDictionary<int, LabelFigures> PerLabel { get; }

    /// <summary>Labels that have one name in the prediction and another in the truth: they are compared all the same.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>A table with a line for each label and one of means.</summary>
    public override string ToString() => string.Join('\n', [.. MetricsTable.Aligned(Lines()), Remark]);

    /// <summary>All figures in full precision as comma-separated values: column names, a line for each label, and one of means.</summary>
    /// <returns>NaN is an empty cell, and an infinite distance "Infinity". The text is the same in every culture.</returns>
    public string ToCsv() => MetricsCsv.Print([
        ["scope", "label", "name", "predictedMilliliters", "truthMilliliters", "dice", "iou", "nsd", "surfaceTolerance", "hd95", "hd",
            "assd", "distancesLeftOut"],
        .. PerLabel.Select(pair => new object?[]
        {
            "label", pair.Key, pair.Value.Name, pair.Value.PredictedMilliliters, pair.Value.TruthMilliliters, pair.Value.Dice,
            pair.Value.IoU, pair.Value.Nsd, pair.Value.SurfaceTolerance, pair.Value.Hd95, pair.Value.Hd, pair.Value.Assd, null,
        }),
        ["mean over labels", null, null, null, null, Dice, IoU, Nsd, null, Hd95, Hd, Assd, DistancesLeftOut],
    ]);

    /// <summary>All figures in full precision as a JSON object whose members are named like the properties, in camel case.</summary>
    /// <returns>Indented text; NaN and infinite distances are null.</returns>
    public string ToJson() => MetricsJson.Print(this);

    string INotebookView.ToHtml() => Markup.Print(
        Markup.Tag("div", null, Markup.Table(Lines())), Markup.Tag("div", null, Remark));

    /// <param name="byName">Whether labels of the same name belong together, whatever their numbers.</param>
    /// <exception cref="ArgumentException">
    /// The volumes differ in their grids, or these are no boxes at right angles; or names are missing.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A tolerance is negative or not a finite number.</exception>
    internal static VolumeMetrics Between(
        LabelVolume predicted, LabelVolume truth, double tolerance, IReadOnlyDictionary<int, double>? perLabel,
        bool byName = false)
    {
        SameGrid.Require(predicted, truth);
        if (byName)
            (predicted, truth) = SameNames.Match(predicted, truth);
        var usual = new SurfaceRuler(tolerance, spacing: null);
        var rulers = (perLabel ?? new Dictionary<int, double>()).ToDictionary(pair => pair.Key, pair => new SurfaceRuler(pair.Value, null));
        var (geometry, figures) = (truth.Geometry, new SortedDictionary<int, LabelFigures>());
        foreach (var label in predicted.Labels.Union(truth.Labels))
        {
            var box = VoxelBox.Around(label, geometry, predicted.Runs, truth.Runs);
            figures[label] = LabelFigures.Between(
                VoxelSet.Of(label, box, predicted.Runs, geometry.Columns), VoxelSet.Of(label, box, truth.Runs, geometry.Columns),
                geometry.Spacing, geometry.VoxelVolume / 1000, rulers.GetValueOrDefault(label, usual),
                truth.Names.GetValueOrDefault(label) ?? predicted.Names.GetValueOrDefault(label));
        }

        return new(figures, [.. figures.Keys.SelectMany(label => Contradiction(label, predicted, truth))]);
    }

    private static IEnumerable<string> Contradiction(int label, LabelVolume predicted, LabelVolume truth)
    {
        if (predicted.Names.TryGetValue(label, out var found) && truth.Names.TryGetValue(label, out var expected)
            && !string.Equals(found, expected, StringComparison.OrdinalIgnoreCase))
        {
            yield return FormattableString.Invariant($"Label {label} is '{found}' in the prediction and '{expected}' in the truth: labels ")
                + "are compared by their numbers.";
        }
    }

    private string Remark
    {
        get
        {
            var tolerances = PerLabel.Values.Select(label => label.SurfaceTolerance).Distinct().Order().ToList();
            return FormattableString.Invariant(
                $"NSD at {(tolerances is [var one] ? FormattableString.Invariant($"{one} mm") : "each label's own tolerance")}, distances ")
                + FormattableString.Invariant($"in mm; left out of their means, the label being in one volume only: {DistancesLeftOut}");
        }
    }

    private string[][] Lines() =>
    [
        ["label", "predicted ml", "true ml", "Dice", "IoU", "NSD", "HD95", "HD", "ASSD"],
        .. PerLabel.Select(pair => (string[])
        [
            FormattableString.Invariant($"{pair.Key} {pair.Value.Name}").Trim(), Number(pair.Value.PredictedMilliliters),
            Number(pair.Value.TruthMilliliters), Number(pair.Value.Dice), Number(pair.Value.IoU), Number(pair.Value.Nsd),
            Number(pair.Value.Hd95), Number(pair.Value.Hd), Number(pair.Value.Assd),
        ]),
        ["mean over labels", "", "", Number(Dice), Number(IoU), Number(Nsd), Number(Hd95), Number(Hd), Number(Assd)],
    ];

    private static string Number(double value) => double.IsInfinity(value) ? "infinite" : MetricsTable.Number(value);
}
