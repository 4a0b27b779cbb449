using Med2D.Scoring;
using Microsoft.ML.SegSam.Display;
using SampleKit;
using SkiaSharp;

namespace Med2D.Evidence;

/// <summary>
/// A picture in the form of the paper's figure 3: a row for each modality with the image, the truth and the methods' masks.
/// </summary>
internal static class EvidencePicture
{
    private const int Cell = 200, Gap = 6, Caption = 18, MostObjects = 3;

    /// <summary>Draws the first image of each modality, in the order of the table: none is chosen by its result.</summary>
    /// <param name="images">The drawn objects of the split.</param>
    /// <param name="modalityOf">The modality of a source.</param>
    /// <param name="methods">The columns after image and truth.</param>
    /// <returns>A PNG.</returns>
    public static byte[] Draw(IReadOnlyList<ImageObjects> images, Func<string, string> modalityOf,
        IReadOnlyList<(string Title, IScoredModel Model)> methods)
    {
        List<ImageObjects> rows = [.. images.GroupBy(image => modalityOf(image.Source)).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => group.First() with { Objects = [.. group.First().Objects.Take(MostObjects)] })];
        var (width, height) = ((2 + methods.Count) * (Cell + Gap) + Gap, rows.Count * (Cell + Caption + Gap) + Caption + 2 * Gap);
        using var sheet = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(SKColors.White);
        foreach (var (column, title) in ((string[])["image", "truth", .. methods.Select(method => method.Title)]).Index())
            MaskPainter.Write(canvas, title, Left(column), Gap + MaskPainter.TextSize, Cell);
        foreach (var (row, image) in rows.Index())
        {
            var top = Caption + 2 * Gap + row * (Cell + Caption + Gap);
            using var pixels = SKBitmap.Decode(image.ImagePath);
            var part = Around(image, pixels.Width, pixels.Height);
            var truths = image.ReadTruths().Zip(image.Objects, (mask, item) => ((bool[]?)mask, item.Row.Category)).ToList();
            Put(0, [], modalityOf(image.Source));
            Put(1, truths, string.Join(", ", truths.Select(truth => truth.Category).Distinct()));
            foreach (var (column, (_, model)) in methods.Index())
            {
                var masks = model.Masks(image);
                Put(2 + column, masks, string.Join(", ", masks.Select(mask => mask.Label).Where(label => label.Length > 0).Distinct()));
            }

            void Put(int column, IReadOnlyList<(bool[]? Mask, string Label)> masks, string caption)
            {
                var cell = SKRect.Create(Left(column), top, Cell, Cell);
                using var smooth = new SKPaint { FilterQuality = SKFilterQuality.Medium };
                canvas.DrawBitmap(pixels, part, cell, smooth);
                foreach (var (i, (mask, _)) in masks.Index())
                {
                    if (mask is not null)
                        MaskPainter.Paint(canvas, mask, pixels.Width, part, cell, Rgb.FromPalette(i));
                }

                MaskPainter.Write(canvas, caption, Left(column), top + Cell + MaskPainter.TextSize + 2, Cell);
            }
        }

        return PngEncoder.Rgba(sheet.Bytes, height, width);

        static float Left(int column) => Gap + column * (Cell + Gap);
    }

    // A square that holds the objects with as much room around them, as far as the image reaches.
    private static SKRect Around(ImageObjects image, int width, int height)
    {
        var boxes = image.Objects.Select(item => item.Prompt.Box).ToList();
        float left = boxes.Min(box => box[0]), top = boxes.Min(box => box[1]);
        float right = boxes.Max(box => box[2]), bottom = boxes.Max(box => box[3]);
        var side = Math.Min(Math.Max(width, height), 2 * Math.Max(right - left, bottom - top));
        var x = Math.Clamp((left + right - side) / 2, Math.Min(0, width - side), Math.Max(0, width - side));
        var y = Math.Clamp((top + bottom - side) / 2, Math.Min(0, height - side), Math.Max(0, height - side));
        return SKRect.Create(x, y, side, side);
    }
}
