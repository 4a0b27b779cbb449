using System.Security.Cryptography;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Tests.Support;
using Phantoms;

namespace Microsoft.ML.SegSam.Tests.Samples.Phantoms;

[TestClass]
public sealed class PhantomSettingsTests
{
    private const int Seed = 21;

    private static readonly PhantomSettings All = new() { Modalities = PhantomSettings.AllModalities };
    private static readonly PhantomSlice[] Plain = Make(All), Easy = Make(All with { GrayOverlap = 0 }),
        Hard = Make(All with { GrayOverlap = 1 });

    private static readonly string[] Nested = ["liver lesion", "thyroid nodule", "lung nodule", "optic cup"];

    [TestMethod]
    public void The_eight_take_turns_and_show_all_categories_each_described_for_its_modality()
    {
        CollectionAssert.AreEqual((string[])["ct", "mr", "ultrasound", "pet", "x-ray", "fundus", "dermoscopy", "endoscopy", "ct"],
            Plain.Take(9).Select(slice => slice.Modality).ToArray());
        CollectionAssert.AreEquivalent(PhantomGenerator.Categories.Keys.ToArray(),
            Plain.SelectMany(slice => slice.Objects).Select(found => found.Category).Distinct().ToArray());
        foreach (var slice in Plain)
        {
            foreach (var found in slice.Objects)
                Assert.AreEqual(slice.Modality, found.Description.Split(':')[0].ToLowerInvariant(), found.Category);
        }
    }

    [TestMethod]
    public void Objects_are_large_enough_to_prompt_for_and_every_slice_has_one()
    {
        foreach (var slice in Plain)
        {
            Assert.IsNotEmpty(slice.Objects, slice.Id);
            foreach (var found in slice.Objects)
            {
                Assert.IsGreaterThanOrEqualTo(PhantomGenerator.MinimumArea, found.Mask.Count(inside => inside),
                    $"{slice.Id} {found.Category}");
            }
        }
    }

    [TestMethod]
    public void Only_lesions_nodules_and_the_cup_share_pixels_with_another_object_and_lie_wholly_inside_it()
    {
        foreach (var slice in Plain)
        {
            foreach (var above in slice.Objects)
            {
                var shared = slice.Objects.Where(other => other != above && !Nested.Contains(other.Category))
                    .Sum(below => below.Mask.Zip(above.Mask).Count(pixel => pixel.First && pixel.Second));
                Assert.AreEqual(Nested.Contains(above.Category) ? above.Mask.Count(inside => inside) : 0, shared,
                    $"{slice.Id} {above.Category}");
            }
        }
    }

    [TestMethod]
    public void The_left_lung_lies_on_the_images_right()
    {
        foreach (var slice in Plain.Where(slice => slice.Modality == "x-ray"))
        {
            Assert.IsGreaterThan(slice.Objects.Single(found => found.Category == "right lung").Box.X1 - 8,
                slice.Objects.Single(found => found.Category == "left lung").Box.X0, slice.Id);
        }
    }

    [TestMethod]
    public void Fundus_dermoscopy_and_endoscopy_are_colored_in_slice_row_and_file_and_the_others_gray()
    {
        using var folder = new TemporaryFolder();
        PhantomFolder.Write(folder.Path, Plain.Take(8));
        foreach (var slice in Plain.Take(8))
        {
            var colored = slice.Modality is "fundus" or "dermoscopy" or "endoscopy";
            Assert.AreEqual(colored, slice.Rgb is not null, slice.Id);
            Assert.AreEqual(colored, Enumerable.Range(0, slice.Gray.Length).Any(i => slice.Color(i).R > slice.Color(i).B + 20), slice.Id);
            using var row = new PhantomRow(slice, slice.Objects[0]).Image;
            using var file = MLImage.CreateFromFile(Path.Combine(folder.Path, "images", $"{slice.Id}.png"));
            foreach (var image in (MLImage[])[row, file])
            {
                Assert.AreEqual(MLPixelFormat.Bgra32, image.PixelFormat);
                CollectionAssert.AreEqual(Enumerable.Range(0, slice.Gray.Length).Select(slice.Color).ToArray(),
                    image.Pixels.ToArray().Chunk(4).Select(pixel => (pixel[2], pixel[1], pixel[0])).ToArray(), slice.Id);
            }
        }
    }

    [TestMethod]
    public void Overlap_changes_levels_and_no_mask()
    {
        for (var i = 0; i < Plain.Length; i++)
        {
            foreach (var slice in (PhantomSlice[])[Easy[i], Hard[i]])
            {
                CollectionAssert.AreNotEqual(Plain[i].Gray, slice.Gray);
                CollectionAssert.AreEqual(Plain[i].Objects.Select(found => found.Category).ToArray(),
                    slice.Objects.Select(found => found.Category).ToArray());
                foreach (var (before, after) in Plain[i].Objects.Zip(slice.Objects))
                    CollectionAssert.AreEqual(before.Mask, after.Mask);
            }
        }
    }

    [TestMethod]
    public void Brightness_tells_categories_at_overlap_0_and_not_at_overlap_1()
    {
        foreach (var modality in PhantomSettings.AllModalities)
        {
            var (easy, hard) = (NamedByBrightness(Easy, modality), NamedByBrightness(Hard, modality));
            Assert.IsGreaterThan(0.8, easy, $"{modality}: {easy:P0} at 0, {hard:P0} at 1");
            Assert.IsLessThan(0.65, hard, $"{modality}: {easy:P0} at 0, {hard:P0} at 1");
        }
    }

    [TestMethod]
    public void The_same_slice_in_another_size_shows_the_same_objects_in_the_same_places()
    {
        var settings = All with { GrayOverlap = 1 };
        foreach (var (small, large) in PhantomGenerator.Create(4, 8, 128, settings).Zip(PhantomGenerator.Create(4, 8, 256, settings)))
        {
            foreach (var found in small.Objects)
            {
                var other = large.Objects.Single(other => other.Category == found.Category);
                Assert.IsLessThanOrEqualTo(6, Math.Abs(other.Box.X0 - 2 * found.Box.X0), $"{small.Id} {found.Category}");
                Assert.IsLessThanOrEqualTo(6, Math.Abs(other.Box.Y1 - 2 * found.Box.Y1), $"{small.Id} {found.Category}");
                Assert.IsLessThanOrEqualTo(12, Math.Abs(Mean(large, other) - Mean(small, found)), $"{small.Id} {found.Category}");
            }
        }
    }

    [TestMethod]
    public void The_first_slices_alone_show_few_shot_categories()
    {
        foreach (var allowed in (int[])[0, 2])
        {
            var capped = Make(All with { FewShot = PhantomGenerator.FewShotCategories.ToDictionary(name => name, _ => allowed) });
            foreach (var name in PhantomGenerator.FewShotCategories)
            {
                CollectionAssert.AreEqual(Plain.Where(slice => Shows(slice, name)).Take(allowed).Select(slice => slice.Id).ToArray(),
                    capped.Where(slice => Shows(slice, name)).Select(slice => slice.Id).ToArray(), name);
            }
        }
    }

    [TestMethod]
    public void What_a_slice_must_not_show_is_not_painted_and_the_rest_stays_as_it_was()
    {
        // Sound passes a thyroid lobe: what lies behind it does change.
        foreach (var name in PhantomGenerator.FewShotCategories.Where(name => name != "left thyroid lobe"))
        {
            var capped = PhantomGenerator.Create(Seed, 24, settings: All with { FewShot = new Dictionary<string, int> { [name] = 0 } });
            foreach (var (before, after) in Plain.Take(24).Zip(capped))
            {
                var gone = before.Objects.SingleOrDefault(found => found.Category == name);
                var changed = Enumerable.Range(0, before.Gray.Length).Where(i => before.Color(i) != after.Color(i)).ToList();
                if (gone is null)
                {
                    Assert.IsEmpty(changed, after.Id);
                    continue;
                }

                var area = gone.Mask.Count(inside => inside);
                Assert.IsGreaterThan(0.75 * area, changed.Count(i => gone.Mask[i]), $"{after.Id} {name}");
                const int near = 30; // an instrument may hide half of an ulcer, whose rim goes with it
                Assert.IsTrue(changed.All(i => i % 128 >= gone.Box.X0 - near && i % 128 < gone.Box.X1 + near
                    && i / 128 >= gone.Box.Y0 - near && i / 128 < gone.Box.Y1 + near), $"{after.Id} {name}");
            }
        }
    }

    // Figures that name a seed can be repeated only while it gives the same pictures, on every machine.
    [TestMethod]
    [DataRow(null, "58259AC47899AEA7CD9EB2D3F0341D9DE2B016D52D8D62EC78A6C7A55A2CD920")]
    [DataRow(0.5, "EB8B88F3F56C683F2E3CF39C8196FA99324FE43FCE1330314CD85C71E71ED2C4")]
    public void Seed_1_gives_the_pictures_it_always_gave(double? overlap, string expected)
    {
        var slices = PhantomGenerator.Create(1, 8, settings: All with { GrayOverlap = overlap });
        byte[] bytes = [.. slices.SelectMany(slice =>
            slice.Gray.Concat(slice.Objects.SelectMany(found => found.Mask).Select(Convert.ToByte)).Concat(slice.Rgb ?? []))];
        Assert.AreEqual(expected, Convert.ToHexString(SHA256.HashData(bytes)));
    }

    [TestMethod]
    public void Equal_settings_give_equal_slices_and_a_pass_over_them_can_be_repeated()
    {
        var settings = All with { GrayOverlap = 0.7, FewShot = new Dictionary<string, int> { ["macula"] = 1 } };
        var slices = PhantomGenerator.Create(5, 16, 64, settings);
        foreach (var (one, again) in slices.Zip(slices))
        {
            CollectionAssert.AreEqual(one.Gray, again.Gray);
            CollectionAssert.AreEqual(one.Rgb, again.Rgb);
            Assert.HasCount(one.Objects.Count, again.Objects);
        }
    }

    [TestMethod]
    public void A_wrong_setting_is_named_with_what_is_allowed_before_anything_is_made()
    {
        Fails(new() { Modalities = [] }, "Modalities is empty", "x-ray");
        Fails(new() { Modalities = ["ct", "cat"] }, "'cat'", "x-ray");
        Fails(new() { GrayOverlap = 1.01 }, "GrayOverlap is 1.01", "0 to 1");
        Fails(new() { GrayOverlap = double.NaN }, "GrayOverlap is NaN", "0 to 1");
        Fails(new() { FewShot = new Dictionary<string, int> { ["nose"] = 1 } }, "'nose'", "liver");
        Fails(new() { FewShot = new Dictionary<string, int> { ["liver"] = -1 } }, "-1", "'liver'", "0 or more");

        static void Fails(PhantomSettings settings, params string[] parts)
        {
            var failure = Assert.ThrowsExactly<ArgumentException>(() => PhantomGenerator.Create(1, 1, 64, settings));
            foreach (var part in parts)
                StringAssert.Contains(failure.Message, part);
        }
    }

    private static PhantomSlice[] Make(PhantomSettings settings) => [.. PhantomGenerator.Create(Seed, 80, settings: settings)];

    private static bool Shows(PhantomSlice slice, string category) => slice.Objects.Any(found => found.Category == category);

    private static PhantomObject Without(PhantomObject found, PhantomSlice slice)
    {
        var inside = slice.Objects.Where(other => Nested.Contains(other.Category) && other != found).ToList();
        return found with { Mask = [.. found.Mask.Select((own, i) => own && !inside.Any(other => other.Mask[i]))] };
    }

    private static double Mean(PhantomSlice slice, PhantomObject found) =>
        slice.Gray.Where((_, i) => found.Mask[i]).Average(level => (double)level);

    // Share of a modality's objects whose category is that of the object next in mean brightness. Objects inside another do not count
    // for that one.
    private static double NamedByBrightness(PhantomSlice[] slices, string modality)
    {
        var objects = slices.Where(slice => slice.Modality == modality)
            .SelectMany(slice => slice.Objects.Select(found => (found.Category, Mean: Mean(slice, Without(found, slice))))).ToList();
        return objects.Average(one => objects.Where(other => other != one).MinBy(other =>
            Math.Abs(other.Mean - one.Mean)).Category == one.Category ? 1.0 : 0);
    }
}
