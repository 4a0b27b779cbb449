using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Prompts for training, drawn from the target masks as a user would give them (method, 6.2).</summary>
/// <param name="side">Side S of the masks.</param>
internal sealed class PromptSimulator(int side, Random random)
{
    private const int NoiseSide = 6, LargestBlur = 2, MostCorrections = 2;
    private const double LargestNoise = 1.0, LargestSpill = 0.4; // twice what they add to a pixel's covered share
    private const double LargestShift = 5.0 / 256; // of the side: SAM-Med2D moves boxes by at most 5 pixels of 256

    /// <summary>
    /// Moves a box along each axis, both corners together: at most 5 pixels of 256, and at most a fraction of its smaller side.
    /// </summary>
    public float[] Jitter(float[] box, double fraction)
    {
        var reach = Math.Min(LargestShift * side, fraction * Math.Min(box[2] - box[0], box[3] - box[1]));
        var (dx, dy) = (Shift(), Shift());
        return [box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy];

        float Shift() => (float)(reach * (2 * random.NextDouble() - 1));
    }

    /// <summary>The box around the largest connected part of a mask that is not empty.</summary>
    public float[] BoxOf(byte[] mask)
    {
        var box = MaskRegions.LargestBox(mask, side, side)!.Value;
        return [box.X0, box.Y0, box.X1, box.Y1];
    }

    /// <summary>One point on a random pixel of a mask that is not empty.</summary>
    public Prompt Point(byte[] mask)
    {
        var pixel = MaskPixels.Pick(mask, random.Next)!.Value;
        return new(Points: [pixel % side, pixel / side], PointLabels: [1]);
    }

    /// <summary>
    /// A mask as an earlier prediction might have been, with points on the object and in that mask's error (our choice): what a correction
    /// is given, without predicting the mask first.
    /// </summary>
    /// <param name="corrections">How many points correct the mask; 0 gives the mask without any point.</param>
    public Prompt Corrected(byte[] mask, int corrections, float[]? box)
    {
        const int Stride = MaskGeometry.Stride;
        var logits = Mistaken(mask);
        if (corrections == 0)
            return new(box, MaskLogits: logits);
        var predicted = new bool[mask.Length];
        for (var i = 0; i < predicted.Length; i++)
            predicted[i] = logits[i / side / Stride * (side / Stride) + i % side / Stride] > 0;
        var (first, others) = (Point(mask), Corrections(mask, predicted, corrections));
        return new(box, [.. first.Points, .. others.Points], [.. first.PointLabels, .. others.PointLabels], logits);
    }

    /// <summary>How many points correct a mask.</summary>
    public int DrawCorrections() => random.Next(MostCorrections + 1);

    /// <summary>
    /// The logits of a mask with a blurred, shrunken or swollen outline and with smooth noise, by which parts are missing or spill over.
    /// </summary>
    public float[] Mistaken(byte[] mask)
    {
        var (grid, blur) = (side / MaskGeometry.Stride, random.Next(LargestBlur + 1));
        var (noise, spill) = (LargestNoise * Math.Pow(random.NextDouble(), 2), LargestSpill * (2 * random.NextDouble() - 1));
        float[] knots = [.. Enumerable.Range(0, NoiseSide * NoiseSide).Select(_ => (float)(noise * (2 * random.NextDouble() - 1)))];
        var smooth = new BilinearRows(y => knots.AsSpan(y * NoiseSide, NoiseSide), NoiseSide, NoiseSide, grid, grid);
        var covered = MaskGeometry.Coverage(mask, side);
        for (var i = 0; i < blur; i++)
            covered = Blurred(Blurred(covered, 1, grid), grid, 1);
        var logits = new float[grid * grid];
        for (var y = 0; y < grid; y++)
        {
            var row = smooth.Read(y);
            for (var x = 0; x < grid; x++)
            {
                logits[y * grid + x] = MaskGeometry.LogOdds(Math.Clamp(covered[y * grid + x] + (row[x] + (float)spill) / 2, 0, 1));
            }
        }

        return logits;
    }

    /// <summary>
    /// Points in the error of a prediction, drawn at random: label 1 where the object was missed, 0 where the mask spilled over. Without an
    /// error the labels are −1, which stands for no point.
    /// </summary>
    public Prompt Corrections(byte[] mask, ReadOnlySpan<bool> predicted, int count)
    {
        var error = new byte[mask.Length];
        for (var i = 0; i < mask.Length; i++)
            error[i] = mask[i] != 0 != predicted[i] ? (byte)1 : (byte)0;
        var (points, labels) = (new float[2 * count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            var pixel = MaskPixels.Pick(error, random.Next);
            labels[i] = pixel is { } at ? mask[at] : -1;
            (points[2 * i], points[2 * i + 1]) = ((pixel ?? 0) % side, (pixel ?? 0) / side);
        }

        return new(Points: points, PointLabels: labels);
    }

    // The mean of three neighbors along an axis; the outermost are repeated.
    private static float[] Blurred(float[] values, int step, int across)
    {
        var grid = Math.Max(step, across);
        var blurred = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var at = i / step % grid;
            blurred[i] = (values[at > 0 ? i - step : i] + values[i] + values[at < grid - 1 ? i + step : i]) / 3;
        }

        return blurred;
    }
}
