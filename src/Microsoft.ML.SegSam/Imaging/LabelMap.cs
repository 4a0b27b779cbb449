namespace Microsoft.ML.SegSam.Imaging;

/// <summary>Combines the masks of several prompts on one image into a map with one category per pixel.</summary>
internal static class LabelMap
{
    /// <summary>Gives each pixel the category of the prompt with the highest score there, if that prompt's mask covers it.</summary>
    /// <remarks>
    /// The score of prompt p at pixel x is σ(m_s,p)(x) · max class probability of p (method, 4.7; after MaskFormer's general inference).
    /// Only the prompt with the highest score decides: if its own mask probability is not above 0.5, the pixel is background, regardless of
    /// the other prompts. If scores are equal, the earlier object wins (our choice).
    /// </remarks>
    /// <param name="pixels">The number of pixels, H·W.</param>
    /// <param name="objects">
    /// Any number of objects, read once. For each: the key of its category, from 1 (0 is background); its largest class probability, 0 to
    /// 1; and the H·W probabilities of its mask, row-major, 0 to 1.
    /// </param>
    /// <returns>H·W keys, row-major; 0 is background.</returns>
    /// <exception cref="ArgumentException">
    /// An object has category 0, another number of pixels, or a class probability out of range.
    /// </exception>
    public static uint[] Compose(int pixels, IEnumerable<(uint Category, float ClassProbability, float[] MaskProbabilities)> objects)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(pixels);
        ArgumentNullException.ThrowIfNull(objects);
        var (labels, best) = (new uint[pixels], new float[pixels]);
        foreach (var (category, probability, mask) in objects)
        {
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
}
