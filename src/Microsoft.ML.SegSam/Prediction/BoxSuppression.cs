using Microsoft.ML.SegSam.Imaging;

namespace Microsoft.ML.SegSam.Prediction;

/// <summary>Non-maximum suppression: of items whose boxes overlap strongly, only the best is kept.</summary>
internal static class BoxSuppression
{
    /// <param name="items">Any number of items.</param>
    /// <param name="box">The box of an item.</param>
    /// <param name="score">The score of an item. Higher is better; of equal scores the earlier item is better.</param>
    /// <param name="threshold">An item is dropped if the IoU of its box with the box of a better, kept item is above this.</param>
    /// <returns>The kept items, best first.</returns>
    public static List<T> Keep<T>(IEnumerable<T> items, Func<T, RegionBox> box, Func<T, double> score, double threshold)
    {
        var kept = new List<T>();
        foreach (var item in items.OrderByDescending(score)) // a stable order
        {
            var itemBox = box(item);
            if (!kept.Exists(better => box(better).IoU(itemBox) > threshold))
                kept.Add(item);
        }

        return kept;
    }
}
