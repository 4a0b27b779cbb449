using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam;

/// <summary>Evaluation of segmentation models; reached by <c>ml.Segmentation()</c>.</summary>
public sealed class SegmentationCatalog
{
    private const int MostCells = 1000;
    private readonly IHostEnvironment _environment;

    internal SegmentationCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>Compares a model's masks and names with the truth.</summary>
    /// <param name="scored">
    /// What a SEG-SAM model's <c>Transform</c> returns, the columns of truth still beside its output. Read once, row by row; only
    /// the needed columns are asked for, and of the masks only a few numbers are kept.
    /// </param>
    /// <param name="maskColumnName">
    /// The true mask, at the size of the image: an image, or a vector of bytes holding an encoded image file. As in training, of two levels the
    /// higher is the object; three levels and more are cut at half of the format's range, and a warning in the log counts such masks.
    /// </param>
    /// <param name="categoryColumnName">The true category: text, or a key whose values are text.</param>
    /// <param name="presentCategoriesColumnName">
    /// Names of all categories annotated in the row's image (a vector of text), to rate the presence scores by.
    /// </param>
    /// <param name="imageIdColumnName">
    /// Instead of these, what the rows of one image share (text, or a key whose values are text): then the categories of those
    /// rows are the present ones, and where the data have a column Image, rows of one id must show one image. When both names are null, a column PresentCategories is used if there is one, else a column
    /// ImageId; without either <see cref="SegmentationMetrics.PresentF1"/> is NaN.
    /// </param>
    /// <param name="surfaceTolerance">
    /// Up to which distance outlines count as equal in the surface Dice (NSD): 0 or more, in pixels, or in mm where a pixel spacing is
    /// given. 2 is our choice; take what experts differ by.
    /// </param>
    /// <param name="pixelSpacing">
    /// The spacing of the pixels of all images; NSD and HD95 are then in mm. Null: in pixels. Images of several spacings have no common
    /// one: bring them to one spacing first, or evaluate them apart.
    /// </param>
    /// <returns>The metrics; they print as a table. <see cref="SegmentationMetrics"/> defines each.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type; the message says what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not a finite number.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no rows; or a row has no category, no readable true mask, or one of another size than the prediction.
    /// </exception>
    public SegmentationMetrics Evaluate(IDataView scored, string maskColumnName = "Mask", string categoryColumnName = "Category",
        string? presentCategoriesColumnName = null, string? imageIdColumnName = null, double surfaceTolerance = 2,
        PixelSpacing? pixelSpacing = null)
    {
        var ruler = new SurfaceRuler(surfaceTolerance, pixelSpacing);
        ArgumentNullException.ThrowIfNull(scored);
        ArgumentException.ThrowIfNullOrEmpty(maskColumnName);
        ArgumentException.ThrowIfNullOrEmpty(categoryColumnName);
        using var channel = _environment.Start("Segmentation; Evaluate");
        var columns = new ScoredColumns(
            scored.Schema, maskColumnName, categoryColumnName, presentCategoriesColumnName, imageIdColumnName);
        var warnings = new RowWarnings();
        return Finish(channel, ScoredRowReader.ReadAll(scored, columns, ruler, warnings), ruler, warnings);
    }

    /// <summary>Evaluates, and keeps pictures of the objects that came out worst: truth beside prediction, with Dice and names.</summary>
    /// <remarks>The data are read once, and about 0.4 MB are kept for each object shown; <see cref="ContactSheet.Metrics"/> has the figures of all.</remarks>
    /// <param name="scored">As for <see cref="Evaluate"/>, with the images that were scored.</param>
    /// <param name="cells">How many objects to show, the worst first: 1 to 1,000; by default one page.</param>
    /// <param name="imageColumnName">The images that were scored: an image, or a vector of bytes holding an encoded image file.</param>
    /// <param name="maskColumnName">As for <see cref="Evaluate"/>.</param>
    /// <param name="categoryColumnName">As for <see cref="Evaluate"/>.</param>
    /// <param name="presentCategoriesColumnName">As for <see cref="Evaluate"/>.</param>
    /// <param name="imageIdColumnName">As for <see cref="Evaluate"/>; it also names the images.</param>
    /// <param name="surfaceTolerance">As for <see cref="Evaluate"/>.</param>
    /// <param name="pixelSpacing">As for <see cref="Evaluate"/>.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type; the message says what to do.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not a finite number, or so many cells cannot be shown.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Evaluate"/>; or an image is not of its mask's size.</exception>
    public ContactSheet ContactSheet(IDataView scored, int cells = Evaluation.ContactSheet.CellsPerPage, string imageColumnName = "Image", string maskColumnName = "Mask",
        string categoryColumnName = "Category", string? presentCategoriesColumnName = null, string? imageIdColumnName = null, double surfaceTolerance = 2,
        PixelSpacing? pixelSpacing = null)
    {
        var ruler = new SurfaceRuler(surfaceTolerance, pixelSpacing);
        ArgumentNullException.ThrowIfNull(scored);
        if (cells is < 1 or > MostCells)
            throw new ArgumentOutOfRangeException(nameof(cells), cells, $"1 to {MostCells} objects can be shown.");
        ArgumentException.ThrowIfNullOrEmpty(imageColumnName);
        ArgumentException.ThrowIfNullOrEmpty(maskColumnName);
        ArgumentException.ThrowIfNullOrEmpty(categoryColumnName);
        using var channel = _environment.Start("Segmentation; ContactSheet");
        var columns = new ScoredColumns(scored.Schema, maskColumnName, categoryColumnName, presentCategoriesColumnName, imageIdColumnName);
        var image = ColumnCheck.Require(scored.Schema, imageColumnName, ColumnCheck.IsImage, ColumnCheck.ImageKind + " (the image that was scored)");
        var imageId = columns.ImageId ?? (scored.Schema.GetColumnOrNull("ImageId") is { } usual && NamedColumn.IsName(usual) ? usual : null);
        var sheet = new SheetCollector(image, imageId, cells);
        var warnings = new RowWarnings();
        return new(Finish(channel, ScoredRowReader.ReadAll(scored, columns, ruler, warnings, sheet), ruler, warnings), sheet.Worst);
    }

    /// <summary>
    /// Asks a model about every object by box and by 1, 3 and 5 points, from fixed prompts, and compares masks, names and label maps with the
    /// truth (method, 8).
    /// </summary>
    /// <remarks>
    /// <para>
    /// Each click after the first lies in the error of the answer before, and that answer's logits go in as mask prompt. The model may have
    /// been trained with any prompts: the rows need no columns for them. Each image is encoded once. On a CPU a row's figures depend on its image, mask
    /// and prompts alone, not on the order of the rows or on <see cref="SegSamOptions.BatchSize"/>.
    /// </para>
    /// <para>
    /// Rows of one image belong near each other: an image and its masks are kept in memory until its last row is read. They must all show one
    /// image, and all annotated objects of an image should be rows, or those missing count as not there.
    /// </para>
    /// </remarks>
    /// <param name="model">What Fit or Load returned: a <see cref="SegSamTransformer"/>, or a chain with exactly one.</param>
    /// <param name="data">The rows as they go into the model, one for each object.</param>
    /// <param name="prompts">Made once by <see cref="EvaluationPrompts.Create"/> from these rows, or loaded.</param>
    /// <param name="maskColumnName">The true mask, as for <see cref="Evaluate"/>; in the data, or loaded by the model's own transforms.</param>
    /// <param name="categoryColumnName">The true category: text, or a key whose values are text.</param>
    /// <param name="imageIdColumnName">What the rows of one image share: text, or a key whose values are text.</param>
    /// <param name="surfaceTolerance">As for <see cref="Evaluate"/>.</param>
    /// <param name="pixelSpacing">As for <see cref="Evaluate"/>.</param>
    /// <param name="progress">Receives one report for each image.</param>
    /// <param name="cancellationToken">Stops between two objects.</param>
    /// <returns>The figures of each kind of prompt; they print as tables.</returns>
    /// <exception cref="ArgumentException">The model does not end in SEG-SAM, or a column is missing or of another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not a finite number.</exception>
    /// <exception cref="InvalidOperationException">There are no rows; or a row has no image, an empty or changed mask, or no prompt; the message names the row.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ProtocolMetrics EvaluateProtocol(ITransformer model, IDataView data, EvaluationPrompts prompts, string maskColumnName = "Mask",
        string categoryColumnName = "Category", string imageIdColumnName = "ImageId", double surfaceTolerance = 2, PixelSpacing? pixelSpacing = null,
        IProgress<EvaluationProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var ruler = new SurfaceRuler(surfaceTolerance, pixelSpacing);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(prompts);
        using var channel = _environment.Start("Segmentation; EvaluateProtocol");
        var (before, segSam) = SegSamTransformer.Split(model);
        var run = new ProtocolRun(segSam.Model, prompts, ruler, progress, cancellationToken);
        var rows = before.Aggregate(data, (rows, step) => step.Transform(rows));
        var metrics = run.Run(rows, segSam.Model.Options.ImageColumnName, maskColumnName, categoryColumnName, imageIdColumnName);
        foreach (var line in run.Warnings.Lines)
            channel.Warning(MessageSensitivity.UserData, line);
        var unused = prompts.Prompts.DistinctBy(prompt => prompt.Key).Count() - run.Used;
        if (unused > 0)
            channel.Warning(MessageSensitivity.None, $"{unused} objects of the prompts are not among the rows; figures of a part are not those of the whole.");
        return metrics;
    }

    /// <summary>Finds everything in images, and gives it in the form of ML.NET's object detection, which its evaluator and other tools take.</summary>
    /// <remarks>
    /// <para>The columns added, n the number of masks that the generator finds in the row's image, K the model's categories:</para>
    /// <list type="table">
    /// <item><term>PredictedBoundingBoxes</term><description>Vector&lt;Single&gt; of 4·n: x0 y0 x1 y1 of each mask in pixels, right and bottom just outside</description></item>
    /// <item><term>Score</term><description>Vector&lt;Single&gt; of n: probability of the mask's category, 0 to 1</description></item>
    /// <item><term>PredictedLabel</term><description>Vector&lt;Key&lt;UInt32, K&gt;&gt; of n: the mask's category; key values are the names</description></item>
    /// </list>
    /// <para>They are empty in a row without image. An image is searched when its row is read, and again with each pass over the rows.</para>
    /// </remarks>
    /// <param name="data">One row for each image.</param>
    /// <param name="generator">Finds and names the masks.</param>
    /// <param name="imageColumnName">MLImage of any size, or Vector&lt;Byte&gt; holding an encoded file.</param>
    /// <param name="cancellationToken">Stops, also while rows are read.</param>
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

    private static SegmentationMetrics Finish(IChannel channel, IReadOnlyList<RowScore> rows, SurfaceRuler ruler, RowWarnings warnings)
    {
        foreach (var line in warnings.Lines)
            channel.Warning(MessageSensitivity.UserData, line);
        var metrics = SegmentationMetrics.From(rows, ruler);
        if (metrics.UnscoredRows > 0)
        {
            channel.Warning(MessageSensitivity.None,
                $"{metrics.UnscoredRows} of {metrics.Rows} rows have no prediction (unusable image or prompt); they count as 0.");
        }

        if (metrics.UnknownCategories.Count > 0)
        {
            channel.Warning(MessageSensitivity.UserData,
                $"Categories the model does not know, counted as missed: {string.Join(", ", metrics.UnknownCategories)}.");
        }

        return metrics;
    }
}
