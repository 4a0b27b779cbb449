using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Images of a bright disc and a gray bar on noise, small enough to train on within a second.</summary>
internal static class TinyData
{
    /// <summary>Side of the low-resolution logits at an input of 64.</summary>
    public const int MaskSide = 16;

    private static readonly (int Height, int Width)[] Sizes = [(64, 64), (40, 56), (80, 72)];

    static TinyData() => SegSamTransformer.RegisterImageType();

    /// <summary>The smallest settings that train, with the prompt columns a test names; see <see cref="TinyRow"/>.</summary>
    public static SegSamOptions Options(
        string? box = "Box", string? points = null, string? maskPrompt = null,
        string image = "Image", int batchSize = 4) => new()
    {
        ImageColumnName = image,
        MaskColumnName = image == "Image" ? "Mask" : "MaskFile",
        BoxColumnName = box,
        PointsColumnName = points,
        PointLabelsColumnName = points is null ? null : "PointLabels",
        MaskPromptColumnName = maskPrompt,
        OutputLowResLogits = maskPrompt is not null,
        InputSize = 64,
        Epochs = 1,
        BatchSize = batchSize,
        InteractiveRounds = 0,
        Zoom = false,
    };

    /// <summary>Two rows for each image, a disc and a bar; sizes take turns.</summary>
    public static List<TinyRow> Rows(int images, int seed = 1)
    {
        var rows = new List<TinyRow>();
        for (var i = 0; i < images; i++)
        {
            var random = new Random(seed * 1000 + i);
            var (height, width) = Sizes[i % Sizes.Length];
            bool Disc(int x, int y) => Square(x - width / 3) + Square(y - height / 3) < Square(height / 5);
            bool Bar(int x, int y) => y >= height * 5 / 8 && y < height * 7 / 8 && x >= width / 4 && x < width * 7 / 8;
            var gray = Pixels(height, width, (x, y) => (byte)(random.Next(60) + (Disc(x, y) ? 180 : Bar(x, y) ? 90 : 0)));
            foreach (var (name, inside) in ((string, Func<int, int, bool>)[])[("disc", Disc), ("bar", Bar)])
            {
                var mask = Pixels(height, width, (x, y) => inside(x, y) ? (byte)255 : (byte)0);
                var pixels = Enumerable.Range(0, height * width).Where(at => inside(at % width, at / width)).ToList();
                rows.Add(new()
                {
                    Image = Image(height, width, gray),
                    File = Png(height, width, gray),
                    Box =
                    [
                        pixels.Min(at => at % width),
                        pixels.Min(at => at / width),
                        pixels.Max(at => at % width) + 1,
                        pixels.Max(at => at / width) + 1,
                    ],
                    Points = [pixels[pixels.Count / 2] % width, pixels[pixels.Count / 2] / width],
                    PointLabels = [1],
                    MaskPrompt =
                    [
                        .. Enumerable.Range(0, MaskSide * MaskSide).Select(at =>
                            inside(at % MaskSide * width / MaskSide, at / MaskSide * height / MaskSide) ? 4f : -4f),
                    ],
                    Mask = Image(height, width, mask),
                    MaskFile = Png(height, width, mask),
                    Category = name,
                    Description = name == "disc" ? "round and bright" : "long and gray",
                    DescriptionVector = name == "disc" ? [1, 0, 0.5f] : [0, 1, 0.5f],
                    Present = ["disc", "bar"],
                    ImageId = $"image {i}",
                    Number = rows.Count,
                });
            }
        }

        return rows;
    }

    public static IDataView Load(MLContext ml, IEnumerable<TinyRow> rows) => ml.Data.LoadFromEnumerable(rows);

    /// <summary>Rows with gaps among them: no image, no prompt, an image of one pixel, clicks beside a box.</summary>
    public static List<TinyRow> RowsWithGaps()
    {
        var rows = Rows(images: 3);
        rows[1] = rows[1] with { Image = null, File = null };
        rows[2] = rows[2] with { Box = null, Points = null, PointLabels = null, MaskPrompt = null };
        rows[3] = rows[3] with { Points = null, PointLabels = null };
        rows[4] = rows[4] with { MaskPrompt = null };
        rows.Add(rows[4] with
        {
            Image = Flat(1, 1),
            File = Png(1, 1, Pixels(1, 1, (_, _) => 99)),
            Box = [0, 0, 1, 1],
            Points = [0.5f, 0.5f],
        });
        return rows;
    }

    /// <summary>An image of one gray.</summary>
    public static MLImage Flat(int height, int width) => Image(height, width, Pixels(height, width, (_, _) => 99));

    private static MLImage Image(int height, int width, byte[] pixels) =>
        MLImage.CreateFromPixels(width, height, MLPixelFormat.Bgra32, pixels);

    private static byte[] Png(int height, int width, byte[] pixels)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Opaque), pixels);
        using var file = image.Encode(SKEncodedImageFormat.Png, 100);
        return file.ToArray();
    }

    private static byte[] Pixels(int height, int width, Func<int, int, byte> gray) =>
        [.. Enumerable.Range(0, height * width).Select(at => gray(at % width, at / width))
            .SelectMany(level => (byte[])[level, level, level, 255])];

    private static int Square(int value) => value * value;
}
