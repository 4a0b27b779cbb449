using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

/// <summary>A row as a model returns it, its truth beside it. Masks are drawn: '.' background, anything else an object.</summary>
internal sealed class ScoredRow
{
    [ImageType(4, 4)] // ML.NET fails without a size, and takes images of any other
    public MLImage? Mask { get; set; }

    public string? Category { get; set; }

    public VBuffer<bool> BinaryMask { get; set; }

    public VBuffer<uint> SemanticMask { get; set; }

    [VectorType(2)]
    public int[] MaskSize { get; set; } = [];

    public VBuffer<float> ClassScores { get; set; }

    public uint PredictedCategory { get; set; }

    public VBuffer<float> PresenceScores { get; set; }

    public byte[] EncodedMask { get; set; } = [];

    public uint CategoryKey { get; set; } = FromEnumerable(key: 0);

    public float PredictedIoU { get; set; }

    public string[] PresentCategories { get; set; } = [];

    public string? ImageId { get; set; }

    /// <summary>A row with masks drawn row by row, rows parted by spaces; digits of the semantic mask are its keys.</summary>
    public static ScoredRow Draw(
        string category, string truth, string binary, string semantic, uint predicted, int categories = 2) => new()
    {
        Mask = Image(truth),
        Category = category,
        BinaryMask = Dense([.. Pixels(binary).Select(pixel => pixel != '.')]),
        SemanticMask = Dense([.. Pixels(semantic).Select(pixel => pixel == '.' ? 0u : (uint)(pixel - '0'))]),
        MaskSize = Size(binary),
        ClassScores = Dense(new float[categories]),
        PredictedCategory = FromEnumerable(predicted),
        PresenceScores = Dense(new float[categories]),
    };

    /// <summary>The same without a prediction, as the transformer returns it for an image it could not use.</summary>
    public static ScoredRow Unscored(string category, string truth, int categories = 2)
    {
        float[] noScores = [.. Enumerable.Repeat(float.NaN, categories)];
        var row = Draw(category, truth, "", "", predicted: 0, categories);
        (row.ClassScores, row.PresenceScores, row.MaskSize) = (Dense(noScores), Dense(noScores), [0, 0]);
        return row;
    }

    public static MLImage Image(string drawing)
    {
        var size = Size(drawing);
        byte[] pixels = [.. Pixels(drawing).SelectMany(pixel => pixel == '.' ? new byte[] { 0, 0, 0, 255 } : [0, 7, 0, 255])];
        return MLImage.CreateFromPixels(size[1], size[0], MLPixelFormat.Rgba32, pixels);
    }

    /// <summary>The bytes of a PNG file of a drawn mask.</summary>
    public static byte[] Png(string drawing)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".png");
        try
        {
            using var image = Image(drawing);
            image.Save(path);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>What a property must hold for a scalar key column to hold the key (0 is the missing one).</summary>
    /// <remarks>LoadFromEnumerable counts scalars, unlike vectors, from 0 and takes what is too large as missing.</remarks>
    public static uint FromEnumerable(uint key) => key == 0 ? uint.MaxValue : key - 1;

    public static VBuffer<T> Dense<T>(params T[] values) => new(values.Length, values);

    private static string Pixels(string drawing) => drawing.Replace(" ", "", StringComparison.Ordinal);

    private static int[] Size(string drawing)
    {
        var lines = drawing.Split(' ');
        return [lines.Length, lines[0].Length];
    }
}
