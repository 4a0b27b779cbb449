using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Prompts for training, drawn from the target masks as a user would give them (method, 6.2).</summary>
/// <param name="side">Side S of the masks.</param>
internal sealed class PromptSimulator(int side, Random random)
{
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
}
