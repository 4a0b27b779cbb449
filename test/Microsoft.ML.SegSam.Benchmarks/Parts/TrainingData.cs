using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Training.Data;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

internal static class TrainingData
{
    /// <summary>Images with one object each, a square; the caller disposes the set.</summary>
    public static TrainingSet Create(int images, int side, int categories, string folder)
    {
        var set = new TrainingSet(side, folder);
        for (var i = 0; i < images; i++)
        {
            var random = new Random(i);
            var (from, to) = (side / 4 + i, side / 2 + i);
            var (mask, pixels) = (new byte[side * side], new byte[3 * side * side]);
            random.NextBytes(pixels);
            for (var at = 0; at < mask.Length; at++)
                mask[at] = (byte)(at % side >= from && at % side < to && at / side >= from && at / side < to ? 1 : 0);
            var image = set.Add(new(ImageGeometry.For(side, side, side, ResizeRule.PadOrStretch), pixels));
            set.Add(image, mask, i % categories, dataset: 0, new(Box: [from, from, to, to]));
        }

        return set;
    }
}
