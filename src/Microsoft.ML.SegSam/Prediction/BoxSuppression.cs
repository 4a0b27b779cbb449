using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Non-maximum suppression: of things whose boxes overlap much, the best stays.</summary>
internal static class BoxSuppression
{
    /// <param name="items">In any number.</param>
    /// <param name="box">Of each.</param>
    /// <param name="score">Higher is better; of equal ones the earlier counts as better.</param>
    /// <param name="threshold">An item goes where its box's IoU with that of a better one that stays is above this.</param>
    /// <returns>What stays, best first.</returns>
    public static List<T> Keep<T>(IEnumerable<T> items, Func<T, RegionBox> box, Func<T, double> score, double threshold)
    {
        var kept = new List<T>();
        foreach (var item in items.OrderByDescending(score)) // a stable order
        {
            var own = box(item);
            if (!kept.Exists(better => box(better).IoU(own) > threshold))
                kept.Add(item);
        }

        return kept;
    }
}
