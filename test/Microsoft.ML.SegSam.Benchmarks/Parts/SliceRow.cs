using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>An image and a box, as a user would write the row.</summary>
public sealed class SliceRow
{
    static SliceRow() => SegSamTransformer.RegisterImageType();

    public MLImage? Image { get; set; }

    public float[]? Box { get; set; }

    /// <summary>A gray image with a bright square on noise; the same for the same number.</summary>
    internal static SliceRow Create(int number, int side) => new() { Image = Picture(number, side), Box = Networks.Box(number, side) };

    internal static MLImage Picture(int number, int side)
    {
        var random = new Random(number);
        var pixels = new byte[4 * side * side];
        for (var at = 0; at < pixels.Length; at += 4)
        {
            var (x, y) = (at / 4 % side, at / 4 / side);
            var gray = (byte)(random.Next(80) + (x > side / 4 && x < side / 2 && y > side / 4 && y < side / 2 ? 150 : 0));
            (pixels[at], pixels[at + 1], pixels[at + 2], pixels[at + 3]) = (gray, gray, gray, 255);
        }

        return MLImage.CreateFromPixels(side, side, MLPixelFormat.Bgra32, pixels);
    }
}
