using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Metrics.Volumes;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam;

/// <summary>Evaluates segmentation models and detects objects with them; reached by <c>ml.Segmentation</c>.</summary>
public sealed class SegmentationCatalog
{
    private const int MostCells = 1000;
    private readonly IHostEnvironment _environment;

    internal SegmentationCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>Compares a model's masks and categories with the truth.</summary>
    /// <param name="scored">
    /// What a SEG-SAM model's <c>Transform</c> returns, with the columns of truth beside its output. The rows are read once, one by one;
    /// only the needed columns are read, and a few numbers are kept instead of the masks.
    /// </param>
    /// <param name="options">Columns and settings; null for the defaults.</param>
    /// <returns>The metrics, which print as a table. <see cref="SegmentationMetrics"/> defines each.</returns>
    /// <exception cref="ArgumentException">
    /// An option is invalid, or a column is missing or of another type; the message says what to do.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The surface tolerance is negative or not a finite number.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no rows; or a row has no category, no readable true mask, or a true mask of another size than the prediction.
    /// </exception>
    public SegmentationMetrics Evaluate(IDataView scored, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scored);
        options ??= new();
        var ruler = options.Validate();
        using var channel = _environment.Start("Segmentation; Evaluate");
        return Measure(channel, scored, new(scored.Schema, options), ruler, sheet: null);
    }

    /// <summary>Evaluates, and shows the worst objects as pictures: truth beside prediction, with Dice and categories.</summary>
    /// <remarks>
    /// The data are read once, and about 0.4 MB are kept for each object shown; <see cref="ContactSheet.Metrics"/> has the figures of all.
    /// </remarks>
    /// <param name="scored">As for <see cref="Evaluate"/>, with the images that were scored.</param>
    /// <param name="cells">How many objects to show, the worst first: from 1 to 1,000; by default one page.</param>
    /// <param name="options">Columns and settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// An option is invalid, or a column is missing or of another type; the message says what to do.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The surface tolerance is negative or not a finite number, or the number of cells is out of range.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// As for <see cref="Evaluate"/>; or an image is not of its mask's size.
    /// </exception>
    public ContactSheet MakeContactSheet(IDataView scored, int cells = ContactSheet.CellsPerPage, EvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scored);
        if (cells is < 1 or > MostCells)
        {
            throw new ArgumentOutOfRangeException(nameof(cells), cells,
                FormattableString.Invariant($"1 to {MostCells} objects can be shown."));
        }

        options ??= new();
        var ruler = options.Validate();
        using var channel = _environment.Start("Segmentation; MakeContactSheet");
        var columns = new ScoredColumns(scored.Schema, options);
        var image = ColumnCheck.Require(scored.Schema, options.ImageColumnName, ColumnCheck.IsImage,
            ColumnCheck.ImageKind + " (the image that was scored)");
        var imageId = columns.ImageId
            ?? (scored.Schema.GetColumnOrNull("ImageId") is { } usual && NamedColumn.IsName(usual) ? usual : null);
        var sheet = new SheetCollector(image, imageId, cells);
        return new(Measure(channel, scored, columns, ruler, sheet), sheet.Worst);
    }

    /// <summary>
    /// Prompts a model for every object with a box and with 1, 3 and 5 points, from fixed prompts, and compares masks, categories and label
    /// maps with the truth (method, 8).
    /// </summary>
    /// <remarks>
    /// <para>
    /// Each point after the first lies in the error of the previous prediction, whose logits are the mask prompt. The model may have
    /// been trained with any prompts: the rows need no columns for them. Each image is encoded once. On a CPU a row's figures depend on its
    /// image, mask and prompts alone, not on the order of the rows or on <see cref="SegSamOptions.BatchSize"/>.
    /// </para>
    /// <para>
    /// Keep the rows of one image near each other: an image and its masks stay in memory until its last row is read. The rows must all show
    /// the same image, and all annotated objects of an image should be rows; missing ones count as absent.
    /// </para>
    /// </remarks>
    /// <param name="model">What Fit or Load returned: a <see cref="SegSamTransformer"/>, or a chain with exactly one.</param>
    /// <param name="data">The rows as they go into the model, one for each object.</param>
    /// <param name="prompts">Made once by <see cref="EvaluationPrompts.Create"/> from these rows, or loaded.</param>
    /// <param name="options">
    /// Columns of truth and settings; null for the defaults. The true masks are in the data or loaded by the model's own transforms.
    /// </param>
    /// <param name="progress">Receives one report for each image; its items are the objects.</param>
    /// <param name="cancellationToken">Stops between two objects.</param>
    /// <returns>The figures of each kind of prompt, which print as tables.</returns>
    /// <exception cref="ArgumentException">
    /// The model does not end in SEG-SAM, an option is invalid, or a column is missing or of another type.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The surface tolerance is negative or not a finite number.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no rows; or a row has no image, an empty or changed mask, or no prompt; the message names the row.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public ProtocolMetrics EvaluateProtocol(ITransformer model, IDataView data, EvaluationPrompts prompts,
        EvaluationOptions? options = null, IProgress<OperationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(prompts);
        options ??= new();
        var ruler = options.Validate();
        using var channel = _environment.Start("Segmentation; EvaluateProtocol");
        var (before, segSam) = SegSamTransformer.Split(model);
        var run = new ProtocolRun(segSam.Model, prompts, ruler, progress, cancellationToken);
        var rows = before.Aggregate(data, (view, step) => step.Transform(view));
        var metrics = run.Run(rows, segSam.Model.Options.ImageColumnName, options);
        foreach (var line in run.Warnings.Lines)
            channel.Warning(MessageSensitivity.UserData, line);
        var unused = prompts.Prompts.DistinctBy(prompt => prompt.Key).Count() - run.Used;
        if (unused > 0)
        {
            channel.Warning(MessageSensitivity.None, FormattableString.Invariant($"{unused} objects of the prompts are not among the ")
                + "rows; figures of a part are not those of the whole.");
        }

        return metrics;
    }

    /// <summary>Compares the labels of a volume with the true ones, in three dimensions and in mm.</summary>
    /// <param name="predicted">Labels by the same numbers as the truth's, or by the same names: see <paramref name="byName"/>.</param>
    /// <param name="truth">On the same voxels: the corners agree within 0.001 mm.</param>
    /// <param name="surfaceTolerance">
    /// The distance up to which surfaces count as equal in the surface Dice (NSD), in mm. Default 2 (our choice); choose the distance by
    /// which experts differ.
    /// </param>
    /// <param name="tolerancePerLabel">Of labels that have another one; null: none.</param>
    /// <param name="byName">
    /// Whether labels of the same name belong together, whatever their numbers; labels of one name are taken as one. Upper and lower case
    /// are the same, and so are _ and space. The figures have the truth's numbers, and further ones for what only the prediction has.
    /// </param>
    /// <returns>The metrics, which print as a table. <see cref="VolumeMetrics"/> defines each.</returns>
    /// <exception cref="ArgumentException">
    /// The volumes do not lie on the same voxels, or their axes are not at right angles: the message has both grids. Or by name: a label
    /// has none, or no name is in both volumes.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A tolerance is negative or not a finite number.</exception>
    public VolumeMetrics EvaluateVolumes(
        LabelVolume predicted, LabelVolume truth, double surfaceTolerance = 2, IReadOnlyDictionary<int, double>? tolerancePerLabel = null,
        bool byName = false)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(truth);
        using var channel = _environment.Start("Segmentation; EvaluateVolumes");
        var metrics = VolumeMetrics.Between(predicted, truth, surfaceTolerance, tolerancePerLabel, byName);
        if (metrics.DistancesLeftOut > 0)
        {
            channel.Warning(MessageSensitivity.None, FormattableString.Invariant($"{metrics.DistancesLeftOut} of {metrics.PerLabel.Count} ")
                + "labels are in one of the volumes only; they count as 0, and the means of distances leave them out.");
        }

        return metrics;
    }

    /// <summary>
    /// Finds all objects in images and returns them as columns of ML.NET's object detection, for its evaluator and other tools.
    /// </summary>
    /// <remarks>
    /// <para>It adds these columns, where n is the number of masks that the generator finds in the row's image, and K the number of the
    /// model's categories:</para>
    /// <list type="table">
    /// <item><term>PredictedBoundingBoxes</term>
    /// <description>Vector&lt;Single&gt; of 4·n: x0 y0 x1 y1 of each mask in pixels; x1 and y1 lie just outside</description></item>
    /// <item><term>Score</term><description>Vector&lt;Single&gt; of n: probability of the mask's category, from 0 to 1</description></item>
    /// <item><term>PredictedLabel</term>
    /// <description>Vector&lt;Key&lt;UInt32, K&gt;&gt; of n: the mask's category; key values are the names</description></item>
    /// </list>
    /// <para>
    /// They are empty in a row without an image. An image is searched when its row is read, and again with each pass over the rows.
    /// </para>
    /// </remarks>
    /// <param name="data">One row for each image.</param>
    /// <param name="generator">Finds the masks and their categories.</param>
    /// <param name="imageColumnName">MLImage of any size, or Vector&lt;Byte&gt; holding an encoded image file.</param>
    /// <param name="cancellationToken">Also stops while rows are read.</param>
    /// <returns>The rows with these columns added.</returns>
    /// <exception cref="ArgumentException">The image column is missing or of another type.</exception>
    [SuppressMessage("Performance", "CA1822", Justification = "A catalog's members are reached by its instance.")]
    public IDataView DetectObjects(
        IDataView data, SegSamMaskGenerator generator, string imageColumnName = "Image", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentException.ThrowIfNullOrEmpty(imageColumnName);
        return new DetectionView(data, generator, imageColumnName, cancellationToken);
    }

    private static SegmentationMetrics Measure(
        IChannel channel, IDataView scored, ScoredColumns columns, SurfaceRuler ruler, SheetCollector? sheet)
    {
        var warnings = new RowWarnings();
        var rows = ScoredRowReader.ReadAll(scored, columns, ruler, warnings, sheet);
        foreach (var line in warnings.Lines)
            channel.Warning(MessageSensitivity.UserData, line);
        var metrics = SegmentationMetrics.From(rows, ruler);
        if (metrics.UnscoredRows > 0)
        {
            channel.Warning(MessageSensitivity.None, FormattableString.Invariant($"{metrics.UnscoredRows} of {metrics.Rows} rows have no ")
                + "prediction (unusable image or prompt); they count as 0.");
        }

        if (metrics.UnknownCategories.Count > 0)
        {
            channel.Warning(MessageSensitivity.UserData,
                $"Categories the model does not know, counted as missed: {string.Join(", ", metrics.UnknownCategories)}.");
        }

        return metrics;
    }
}
