namespace Microsoft.ML.SegSam.Imaging;

/// <summary>One prompted object's claim to the pixels of a label map.</summary>
/// <param name="Category">Key of its category, from 1; 0 is the background's.</param>
/// <param name="ClassProbability">Largest of its class probabilities, 0 to 1.</param>
/// <param name="MaskProbabilities">H·W probabilities of its mask, row-major, 0 to 1.</param>
internal sealed record LabelMapObject(uint Category, float ClassProbability, ReadOnlyMemory<float> MaskProbabilities);

/// <summary>Combines the masks of several prompts for one image into one map that gives every pixel one category.</summary>
public static class LabelMap
{
    /// <summary>Each pixel takes the category of the prompt with the best score there, if that prompt's mask covers it.</summary>
    /// <remarks>
    /// The score of prompt p at pixel x is σ(m_s,p)(x) · max class probability of p (method, 4.7; after MaskFormer's general
    /// inference). The prompt with the largest score decides alone: where its own mask probability is not above 0.5, the pixel is
    /// background, whatever the others say. Of equal scores the earlier object's counts (our choice).
    /// </remarks>
    /// <param name="pixels">H·W.</param>
    /// <param name="objects">In any number, none included; read once, one after the other.</param>
    /// <returns>H·W keys, row-major; 0 is background.</returns>
    /// <exception cref="ArgumentException">An object has category 0, another number of pixels, or a class probability out of
    /// range.</exception>
    internal static uint[] Compose(int pixels, IEnumerable<LabelMapObject> objects)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pixels);
        ArgumentNullException.ThrowIfNull(objects);
        var (labels, best) = (new uint[pixels], new float[pixels]);
        foreach (var (category, probability, probabilities) in objects)
        {
            var mask = probabilities.Span;
            if (category == 0 || mask.Length != pixels || probability is not (>= 0 and <= 1))
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"An object of category {category} has {mask.Length} pixels and class probability {probability}; ")
                    + $"expected a category from 1, {pixels} pixels and a probability from 0 to 1.", nameof(objects));
            }

            for (var i = 0; i < pixels; i++)
            {
                var score = mask[i] * probability;
                if (score > best[i])
                    (best[i], labels[i]) = (score, mask[i] > 0.5f ? category : 0);
            }
        }

        return labels;
    }

    /// <summary>
    /// Puts masks of one image into a map of categories: each pixel takes the category of the mask that has the largest class probability
    /// there; of equal ones the earlier counts.
    /// </summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="masks">Masks of the image's size with the key of their category, from 1, and their class probability, 0 to 1.</param>
    /// <returns>H·W keys, row-major; 0 is background.</returns>
    /// <exception cref="ArgumentException">A mask has another size, category 0, or a class probability out of range.</exception>
    public static uint[] Compose(int height, int width, IEnumerable<(uint Category, float ClassProbability, SegmentationMask Mask)> masks)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(height);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        ArgumentNullException.ThrowIfNull(masks);
        return Compose(height * width, masks.Select(claim => new LabelMapObject(claim.Category, claim.ClassProbability, Pixels(claim))));

        float[] Pixels((uint Category, float, SegmentationMask Mask) claim) => (claim.Mask.Height, claim.Mask.Width) == (height, width)
            ? Array.ConvertAll(claim.Mask.ToPixels(), isInside => isInside ? 1f : 0f)
            : throw new ArgumentException($"A mask of category {claim.Category} is {claim.Mask.Width} x {claim.Mask.Height} pixels; "
                + $"expected {width} x {height}. Is it a mask of another image?", nameof(masks));
    }
}
