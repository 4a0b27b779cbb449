using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Imaging;

[TestClass]
public sealed class AugmentationTests
{
    private static readonly List<TinyRow> Rows = TinyData.Rows(images: 2);

    [TestMethod]
    public void Augmented_training_repeats_and_differs_from_plain_training()
    {
        using var first = Fit(new());
        using var again = Fit(new());
        using var plain = Fit(null);
        Assert.IsTrue(Same(first, again));
        Assert.IsFalse(Same(first, plain));
    }

    [TestMethod]
    public void Flips_are_refused_where_a_category_belongs_to_a_side()
    {
        var sided = Rows.ConvertAll(row => row with { Category = row.Category == "disc" ? "left disc" : "bar" });
        var failure = Assert.ThrowsExactly<ArgumentException>(() => Fit(new() { Flips = true }, sided));
        Assert.Contains("SegSamOptions.Augmentation is 'Flips = True'; "
            + "it must be null, or have Flips false, since these categories belong to a side: left disc.", failure.Message);
        Fit(new() { Flips = true }).Dispose();
        Fit(new(), sided).Dispose();
    }

    private static SegSamTransformer Fit(Augmentation? augmentation, List<TinyRow>? rows = null)
    {
        var ml = new MLContext(seed: 1);
        return ml.Transforms.SegSam(TinyData.Options() with { Augmentation = augmentation }).Fit(TinyData.Load(ml, rows ?? Rows));
    }

    private static bool Same(SegSamTransformer first, SegSamTransformer second)
    {
        var others = second.Model.Network.state_dict();
        return first.Model.Network.state_dict().All(pair => pair.Value.bytes.SequenceEqual(others[pair.Key].bytes));
    }
}
