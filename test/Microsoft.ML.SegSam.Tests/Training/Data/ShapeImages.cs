using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Training.Data;

namespace Microsoft.ML.SegSam.Tests.Training.Data;

/// <summary>Gray images of bright shapes on dark noise; each object knows its mask and its box. The same for the same seed.</summary>
internal static class ShapeImages
{
    public const int Side = 64;

    public static IReadOnlyList<string> Names { get; } = ["circle", "square", "triangle"];

    /// <summary>Of a small network for them.</summary>
    public static SegSamConfig Config { get; } = SmallNetwork.Config with { CategoryCount = 3, PresenceTokens = 3 };

    /// <summary>A training set of images with two or three different shapes each; the caller disposes it.</summary>
    public static TrainingSet Create(int images, string folder, int seed = 1)
    {
        var random = new Random(seed);
        var set = new TrainingSet(Side, folder);
        for (var i = 0; i < images; i++)
        {
            var pixels = Enumerable.Range(0, Side * Side).Select(_ => (byte)random.Next(20, 50)).ToArray();
            var (places, shapes) = (new[] { (16, 16), (47, 16), (16, 47), (47, 47) }, new[] { 0, 1, 2 });
            random.Shuffle(places);
            random.Shuffle(shapes);
            var objects = new List<(byte[] Mask, int Category)>();
            foreach (var ((x, y), shape) in places.Zip(shapes.Take(2 + i % 2)))
                objects.Add((Draw(shape, x + random.Next(-2, 3), y + random.Next(-2, 3), random.Next(9, 13)), shape));
            foreach (var (mask, _) in objects)
            {
                for (var pixel = 0; pixel < mask.Length; pixel++)
                    pixels[pixel] = mask[pixel] != 0 ? (byte)random.Next(160, 220) : pixels[pixel];
            }

            var image = set.Add(new(ImageGeometry.For(Side, Side, Side, ResizeRule.PadOrStretch),
                [.. pixels.SelectMany(value => new[] { value, value, value })]));
            foreach (var (mask, category) in objects)
                set.Add(image, mask, category, dataset: 0, new(Box: BoxOf(mask)));
        }

        return set;
    }

    /// <summary>Corners of the pixels that are set, the last ones exclusive.</summary>
    public static float[] BoxOf(byte[] mask)
    {
        var at = Enumerable.Range(0, mask.Length).Where(i => mask[i] != 0).ToList();
        return [at.Min(i => i % Side), at.Min(i => i / Side), at.Max(i => i % Side) + 1, at.Max(i => i / Side) + 1];
    }

    private static byte[] Draw(int shape, int x, int y, int radius)
    {
        var mask = new byte[Side * Side];
        for (var i = 0; i < mask.Length; i++)
        {
            var (dx, dy) = (i % Side - x, i / Side - y);
            mask[i] = shape switch
            {
                0 => dx * dx + dy * dy <= radius * radius,
                1 => Math.Max(Math.Abs(dx), Math.Abs(dy)) <= radius - 1,
                _ => dy <= radius && 2 * Math.Abs(dx) <= dy + radius,
            } ? (byte)1 : (byte)0;
        }

        return mask;
    }
}
