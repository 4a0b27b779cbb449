using CsCheck;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Overlays;

namespace Microsoft.ML.SegSam.Tests.Overlays;

[TestClass]
public sealed class LabelPlacerTests
{
    private static readonly RegionBox Area = new(10, 20, 210, 120);

    [TestMethod]
    public void A_lone_label_lies_right_above_its_object() =>
        Assert.AreEqual(new RegionBox(50, 60, 110, 72), new LabelPlacer(Area, []).Place(new(50, 72, 90, 100), 60, 12));

    [TestMethod]
    public void A_label_makes_way_for_another_object()
    {
        RegionBox target = new(50, 72, 90, 100), above = new(50, 60, 90, 71);
        var place = new LabelPlacer(Area, [target, above]).Place(target, 30, 12);
        Assert.IsTrue(AreApart(place, above), place.ToString());
    }

    [TestMethod]
    public void Six_labels_stay_in_the_area_and_off_each_other_wherever_their_objects_are() =>
        Gen.Select(Gen.Int[10, 209], Gen.Int[20, 119], Gen.Int[10, 120]).Array[6].Sample(labels =>
        {
            var objects = labels.Select(label => new RegionBox(label.Item1, label.Item2, label.Item1 + 1, label.Item2 + 1)).ToArray();
            var placer = new LabelPlacer(Area, objects);
            var places = labels.Select((label, i) => placer.Place(objects[i], label.Item3, 8)).ToArray();
            return places.All(place => place.Union(Area).Equals(Area))
                && places.Index().All(a => places.Skip(a.Index + 1).All(b => AreApart(a.Item, b)));
        }, iter: 300);

    private static bool AreApart(RegionBox a, RegionBox b) => a.Y1 <= b.Y0 || b.Y1 <= a.Y0 || a.X1 <= b.X0 || b.X1 <= a.X0;
}
