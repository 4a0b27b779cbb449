using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Volumes;

namespace Microsoft.ML.SegSam.Training.Data;

/// <summary>Reads the rows of training or validation data once, checks them and puts them into a <see cref="TrainingSet"/>.</summary>
/// <param name="warnings">Receives what looks wrong in rows that are read nevertheless.</param>
/// <param name="keepsDetail">Whether images and masks are also kept at their own size, for closer looks.</param>
/// <param name="look">How DICOM files are shown; null: by their own windows.</param>
internal sealed class TrainingReader(
    TrainingColumnNames names, Preprocessing preprocessing, int inputSize, int maskSide, CategoryTexts categories, RowWarnings warnings,
    bool keepsDetail = false, SliceLook? look = null)
{
    private const int MostDetail = 4; // times the input's side: what a closer look could show beyond that is not worth its bytes (ours)

    private readonly Dictionary<string, int> _imageIndices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _datasets = new(StringComparer.Ordinal);

    /// <param name="learnCategories">Whether new category names are added (training) or refused (validation).</param>
    /// <param name="folder">For the set's temporary file.</param>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">
    /// A row makes no sense (the message names column and row), or there are no rows.
    /// </exception>
    /// <exception cref="OperationCanceledException">Canceled.</exception>
    public TrainingSet Read(IDataView data, bool learnCategories, string folder, CancellationToken cancellation)
    {
        var columns = TrainingColumns.Bind(data.Schema, names);
        var set = new TrainingSet(inputSize, folder, preprocessing);
        try
        {
            using var cursor = data.GetRowCursor(columns.All);
            var row = new TrainingRow(cursor, columns, maskSide, warnings, look);
            while (cursor.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                Add(set, row, learnCategories);
            }

            if (set.Objects.Count == 0)
                throw new InvalidOperationException($"The {(learnCategories ? "training" : "validation")} data have no rows; "
                    + "expected at least one row with image, mask and category. A split of a few images or cases can leave a part empty.");
            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    private void Add(TrainingSet set, TrainingRow row, bool learnCategories)
    {
        var image = ImageOf(set, row);
        var geometry = set.GeometryOf(image);
        var mask = row.ReadMask(geometry.OriginalHeight, geometry.OriginalWidth);
        var category = Category(row, names.Category, row.ReadCategory(), learnCategories);
        if (learnCategories)
            row.ReadDescription(categories, category);

        var datasetName = row.ReadDataset();
        if (!_datasets.TryGetValue(datasetName, out var dataset))
            _datasets[datasetName] = dataset = _datasets.Count;

        var given = row.ReadPrompt(mask, geometry.OriginalHeight, geometry.OriginalWidth);
        var (detail, box) = set.DetailSizeOf(image) is var (height, width)
            ? Detail(mask, given.Box, geometry, height, width) : (null, null);
        set.Add(image, MaskGeometry.ToNetwork(mask, geometry), category, dataset, given.ToNetwork(geometry), detail, box);
        foreach (var name in row.ReadPresent())
            set.AddPresent(image, Category(row, names.Present!, name, learnCategories), dataset);
    }

    private int ImageOf(TrainingSet set, TrainingRow row)
    {
        var (key, pixels) = row.ReadImage();
        if (pixels is not null)
            _imageIndices[key] = set.Add(NetworkImage.From(pixels, inputSize, preprocessing), keepsDetail ? Detail(pixels) : null);
        return _imageIndices[key];
    }

    private PixelImage Detail(PixelImage pixels)
    {
        var (longest, most) = (Math.Max(pixels.Height, pixels.Width), MostDetail * inputSize);
        if (longest <= most)
            return pixels;
        var (height, width) = (Math.Max(1, pixels.Height * most / longest), Math.Max(1, pixels.Width * most / longest));
        return new(height, width, PixelResizer.Resize(pixels, height, width, preprocessing.Resampling));
    }

    // An object too thin for the detail's grid has no part to look at.
    private static (byte[]? Mask, float[]? Box) Detail(byte[] mask, float[]? box, ImageGeometry geometry, int height, int width)
    {
        var (down, across) = ((float)height / geometry.OriginalHeight, (float)width / geometry.OriginalWidth);
        var detail = PixelResizer.NearestMask(mask, geometry.OriginalHeight, geometry.OriginalWidth, height, width);
        return detail.AsSpan().Contains((byte)1)
            ? (detail, box is [var x0, var y0, var x1, var y1] ? [x0 * across, y0 * down, x1 * across, y1 * down] : null)
            : (null, null);
    }

    private int Category(TrainingRow row, string column, string name, bool learn)
    {
        if (name.Length == 0)
            throw row.BadRow(column, "the category has no name");
        if (learn)
            return categories.IndexOf(name);
        return categories.TryIndexOf(name, out var index) ? index
            : throw row.BadRow(column, $"the category '{name}' does not occur in the training data, "
                + $"which have: {string.Join(", ", categories.Names)}");
    }
}
