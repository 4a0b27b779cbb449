using CsCheck;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam.Tests.Prediction;

[TestClass]
public sealed class ZoomTests
{
    [TestMethod]
    public void A_small_box_takes_up_two_fifths_of_its_part()
    {
        var part = Zoom.Around([100, 200, 140, 220], [], 400, 600)!.Value;
        Assert.AreEqual((70, 160, 170, 260), (part.X0, part.Y0, part.X1, part.Y1));
    }

    [TestMethod]
    [DataRow(0, 0, 300, 60, DisplayName = "as long as the image")]
    [DataRow(10, 10, 195, 30, DisplayName = "more than three tenths of the longest side")]
    public void A_large_box_is_seen_in_the_whole_image(float x0, float y0, float x1, float y1) =>
        Assert.IsNull(Zoom.Around([x0, y0, x1, y1], [], 200, 600));

    [TestMethod]
    public void A_part_stays_in_the_image_and_holds_the_box_and_all_points() => Gen.Select(
            Gen.Int[20, 300], Gen.Int[20, 300], Gen.Int[0, 100_000])
        .Sample((height, width, seed) =>
        {
            var random = new Random(seed);
            var (x, y) = (random.Next(width - 2), random.Next(height - 2));
            float[] box = [x, y, x + random.Next(1, width - x), y + random.Next(1, height - y)];
            float[] points = [random.Next(width), random.Next(height)];
            if (Zoom.Around(box, points, height, width) is not { } part)
                return true;
            return part.X0 >= 0 && part.Y0 >= 0 && part.X1 <= width && part.Y1 <= height
                && part.X0 <= box[0] && part.Y0 <= box[1] && part.X1 >= box[2] && part.Y1 >= box[3]
                && part.X0 <= points[0] && part.X1 >= points[0] && part.Y0 <= points[1] && part.Y1 >= points[1]
                && (part.Width == part.Height || part.Width == width || part.Height == height);
        }, iter: 2000);

    [TestMethod]
    public void Parts_in_training_hold_their_object_at_every_size_and_place()
    {
        var (random, box) = (new Random(1), new RegionBox(90, 30, 110, 60));
        var (shares, shifts) = (new List<double>(), new List<double>());
        for (var i = 0; i < 500; i++)
        {
            var part = Zoom.Draw(box, 300, 400, random)!.Value;
            Assert.IsTrue(part.X0 <= box.X0 && part.Y0 <= box.Y0 && part.X1 >= box.X1 && part.Y1 >= box.Y1);
            shares.Add(30.0 / part.Height);
            shifts.Add((part.X0 + part.X1) / 2.0 - 100);
        }

        Assert.IsTrue(shares.Min() < 0.3 && shares.Max() > 0.85, $"{shares.Min()} {shares.Max()}");
        Assert.IsTrue(shifts.Min() < -8 && shifts.Max() > 8, "Not always in the middle.");
        Assert.IsNull(Zoom.Draw(new(0, 0, 300, 300), 300, 400, random), "There is nothing to zoom into.");
    }
}
