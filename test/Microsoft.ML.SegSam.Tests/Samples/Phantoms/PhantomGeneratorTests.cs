using System.Security.Cryptography;
using CsCheck;
using Phantoms;

namespace Microsoft.ML.SegSam.Tests.Samples.Phantoms;

[TestClass]
public sealed class PhantomGeneratorTests
{
    private static readonly IReadOnlyList<PhantomSlice> Sixty = [.. PhantomGenerator.Create(seed: 11, count: 60)];

    [TestMethod]
    public void Equal_seeds_give_equal_slices_and_other_seeds_do_not() =>
        Gen.Int.Sample(seed =>
        {
            var (one, again) = (PhantomGenerator.Create(seed, 3, 64).ToArray(), PhantomGenerator.Create(seed, 3, 64).ToArray());
            var other = PhantomGenerator.Create(unchecked(seed + 1), 3, 64).ToArray();
            return Enumerable.Range(0, 3).All(i => Fingerprint(one[i]) == Fingerprint(again[i])
                && Fingerprint(one[i]) != Fingerprint(other[i]));
        }, iter: 5);

    // Figures that name a seed can be repeated only while it gives the same pictures, on every machine.
    [TestMethod]
    public void Seed_1_gives_the_pictures_it_always_gave() =>
        Assert.AreEqual("D89CF598E4A3623A78796B39A7E3FC9BCDAC5098684875F37FEB7D0DBBEE51E8",
            Fingerprint([.. PhantomGenerator.Create(1, 6)]));

    [TestMethod]
    public void A_slice_does_not_depend_on_how_many_are_made() =>
        Assert.AreEqual(Fingerprint(Sixty[7]), Fingerprint(PhantomGenerator.Create(11, 8).Last()));

    [TestMethod]
    public void Slices_of_one_modality_all_differ() =>
        Assert.AreEqual(60, Sixty.Select(slice => Fingerprint(slice)).Distinct().Count());

    [TestMethod]
    public void The_modalities_take_turns() =>
        CollectionAssert.AreEqual((string[])["ct", "mr", "ultrasound", "ct", "mr"],
            Sixty.Take(5).Select(slice => slice.Modality).ToArray());

    [TestMethod]
    public void Every_category_appears_in_sixty_slices_and_has_a_full_description()
    {
        CollectionAssert.AreEquivalent(
            PhantomGenerator.Categories.Where(one => ((string[])["CT", "MR", "Ultrasound"]).Contains(one.Value.Split(':')[0]))
                .Select(one => one.Key).ToArray(),
            Sixty.SelectMany(slice => slice.Objects).Select(found => found.Category).Distinct().ToArray());
        foreach (var (name, text) in PhantomGenerator.Categories)
            Assert.IsGreaterThan(150, text.Length, $"{name}: '{text}'");
        Assert.AreEqual(PhantomGenerator.Categories.Count, PhantomGenerator.Categories.Values.Distinct().Count());
    }

    [TestMethod]
    public void A_slice_has_three_to_seven_objects_of_different_categories()
    {
        foreach (var slice in Sixty)
        {
            Assert.IsInRange(3, 7, slice.Objects.Count, slice.Id);
            Assert.AreEqual(slice.Objects.Count, slice.Objects.Select(found => found.Category).Distinct().Count(), slice.Id);
        }
    }

    [TestMethod]
    public void Boxes_are_tight_and_objects_large_enough_to_prompt_for()
    {
        foreach (var slice in Sixty)
        {
            foreach (var (category, _, mask, box) in slice.Objects)
            {
                var points = Points(slice, mask);
                var (xs, ys) = (points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray());
                Assert.IsGreaterThanOrEqualTo(40, points.Count, $"{slice.Id} {category}");
                Assert.AreEqual(new PhantomBox(xs.Min(), ys.Min(), xs.Max() + 1, ys.Max() + 1), box);
            }
        }
    }

    [TestMethod]
    [DataRow("kidney")]
    [DataRow("lateral ventricle")]
    [DataRow("thyroid lobe")]
    public void The_left_organ_lies_on_the_images_right(string organ)
    {
        var pairs = Sixty.Where(slice => slice.Objects.Any(found => found.Category == $"left {organ}")).ToArray();
        Assert.IsGreaterThanOrEqualTo(20, pairs.Length);
        foreach (var slice in pairs)
            Assert.IsGreaterThan(CenterX(slice, $"right {organ}") + 4, CenterX(slice, $"left {organ}"), slice.Id);
    }

    [TestMethod]
    [DataRow("liver", "spleen")]
    [DataRow("spleen", "left kidney")]
    [DataRow("aorta", "right kidney")]
    [DataRow("liver lesion", "kidney cyst")]
    [DataRow("brain tumor", "left lateral ventricle")]
    [DataRow("left thyroid lobe", "right thyroid lobe")]
    [DataRow("thyroid nodule", "strap muscle")]
    public void Brightness_alone_cannot_tell(string one, string other)
    {
        var (a, b) = (Means(one), Means(other));
        Assert.IsLessThan(Math.Min(a.Max(), b.Max()), Math.Max(a.Min(), b.Min()),
            $"{one}: {a.Min()}..{a.Max()}, {other}: {b.Min()}..{b.Max()}");
    }

    [TestMethod]
    public void Only_a_lesion_and_a_nodule_share_pixels_with_another_object_and_lie_wholly_inside_it()
    {
        (string, string)[] nesting =
            [("liver", "liver lesion"), ("left thyroid lobe", "thyroid nodule"), ("right thyroid lobe", "thyroid nodule")];
        var seen = new HashSet<(string, string)>();
        foreach (var slice in Sixty)
        {
            var pairs = slice.Objects.SelectMany((one, i) => slice.Objects.Skip(i + 1).Select(other => (one, other)));
            foreach (var (below, above) in pairs)
            {
                var shared = below.Mask.Zip(above.Mask).Count(pixel => pixel.First && pixel.Second);
                if (shared == 0)
                    continue;
                Assert.AreEqual(above.Mask.Count(inside => inside), shared, slice.Id);
                seen.Add((below.Category, above.Category));
            }
        }

        CollectionAssert.AreEquivalent(nesting, seen.ToArray());
    }

    [TestMethod]
    public void Objects_lie_where_the_picture_shows_something()
    {
        foreach (var slice in Sixty)
        {
            foreach (var found in slice.Objects)
                Assert.IsGreaterThan(8, Mean(slice, found.Mask), $"{slice.Id} {found.Category}");
        }
    }

    [TestMethod]
    [DataRow(-1, 128, "0 or more")]
    [DataRow(1, 63, "64 to 1024")]
    [DataRow(1, 1025, "64 to 1024")]
    public void Counts_and_sizes_out_of_range_are_named_before_anything_is_made(int count, int size, string allowed)
    {
        var failure = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PhantomGenerator.Create(1, count, size));
        StringAssert.Contains(failure.Message, allowed);
    }

    [TestMethod]
    public void An_empty_mask_has_no_box() =>
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => PhantomBox.Around(new bool[6], 3)).Message, "empty");

    private static string Fingerprint(params PhantomSlice[] slices)
    {
        var bytes = slices.SelectMany(slice =>
            slice.Gray.Concat(slice.Objects.SelectMany(found => found.Mask).Select(Convert.ToByte)));
        return Convert.ToHexString(SHA256.HashData([.. bytes]));
    }

    private static PhantomObject? Find(PhantomSlice slice, string category) =>
        slice.Objects.FirstOrDefault(found => found.Category == category);

    private static List<(int X, int Y)> Points(PhantomSlice slice, bool[] mask) =>
        [.. Enumerable.Range(0, mask.Length).Where(i => mask[i]).Select(i => (i % slice.Width, i / slice.Width))];

    private static double CenterX(PhantomSlice slice, string category) =>
        Points(slice, Find(slice, category)!.Mask).Average(p => p.X);

    private static double Mean(PhantomSlice slice, bool[] mask) =>
        slice.Gray.Where((_, i) => mask[i]).Average(level => (double)level);

    private static double[] Means(string category) =>
        [.. Sixty.Where(slice => Find(slice, category) is not null).Select(slice => Mean(slice, Find(slice, category)!.Mask))];
}
