using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Display;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Overlays;

namespace SampleKit;

/// <summary>Pictures of predictions: image, truth, binary masks, and semantic masks with category and score.</summary>
public static class Overlays
{
    /// <summary>Writes one PNG for each of the first images, and enumerates the rest, too.</summary>
    /// <param name="categories">Names in the order of keys; further names may follow, to get their own colors.</param>
    /// <param name="nameOf">The file name, without .png, for an image id; by default derived from the id.</param>
    public static void Write(string folder, IEnumerable<Prediction> predictions, IReadOnlyList<string> categories, int images,
        Func<string, string>? nameOf = null)
    {
        Directory.CreateDirectory(folder);
        var names = new UniqueFileNames();
        nameOf ??= id => names.Next(id, "");
        // The rows of an image are consecutive; a row's images live only until the next row is read.
        foreach (var (id, rows) in predictions.Select(row => new Row(row, categories)).ChunkBy(row => row.ImageId))
        {
            if (images-- <= 0)
                continue;
            IReadOnlyList<(string, IReadOnlyList<OverlayLayer>)> panels =
            [
                ("image", []),
                ("truth", [.. rows.Select(row => row.Truth)]),
                ("binary mask", [.. rows.Select(row => row.Binary)]),
                ("semantic mask", [.. rows.Select(row => row.Semantic)]),
            ];
            var (picture, path) = (MaskOverlay.Render(rows[0].Image, panels), Path.Combine(folder, nameOf(id)));
            picture.Save(path + ".png");
            if (picture.Key.Length > 0)
                File.WriteAllText(path + ".txt", picture.Key); // legend of numbers, where names could not be drawn
        }
    }

    private static IEnumerable<(string Id, List<Row> Rows)> ChunkBy(this IEnumerable<Row> rows, Func<Row, string> id)
    {
        var chunk = new List<Row>();
        foreach (var row in rows)
        {
            if (chunk.Count > 0 && id(chunk[0]) != id(row))
            {
                yield return (id(chunk[0]), chunk);
                chunk = [];
            }

            chunk.Add(row);
        }

        if (chunk.Count > 0)
            yield return (id(chunk[0]), chunk);
    }

    private sealed class Row
    {
        public Row(Prediction row, IReadOnlyList<string> categories)
        {
            ImageId = row.ImageId;
            Image = MLImage.CreateFromPixels(row.Image.Width, row.Image.Height, row.Image.PixelFormat, row.Image.Pixels);
            var predicted = categories[(int)row.PredictedCategory - 1];
            var score = row.ClassScores[(int)row.PredictedCategory - 1];
            SegmentationMask MaskOf(bool[] pixels) => SegmentationMask.FromPixels(pixels, row.Image.Height, row.Image.Width);
            Truth = new(SegmentationMask.FromImage(row.Mask), ColorOf(row.Category, categories), row.Category);
            Binary = new(MaskOf(row.BinaryMask), ColorOf(row.Category, categories),
                FormattableString.Invariant($"predicted IoU {row.PredictedIoU:0.00}"));
            Semantic = new(MaskOf(Array.ConvertAll(row.SemanticMask, key => key != 0)), ColorOf(predicted, categories),
                FormattableString.Invariant($"{predicted} {score:0.00}"));
        }

        public string ImageId { get; }

        public MLImage Image { get; }

        public OverlayLayer Truth { get; }

        public OverlayLayer Binary { get; }

        public OverlayLayer Semantic { get; }

        private static Rgb ColorOf(string category, IReadOnlyList<string> categories) =>
            Rgb.FromPalette(Math.Max(0, categories.ToList().IndexOf(category)));
    }
}
