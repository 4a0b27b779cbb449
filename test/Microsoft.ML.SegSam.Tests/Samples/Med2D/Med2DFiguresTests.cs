using CsCheck;
using Med2D.Scoring;
using Med2D.Tables;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;
using Microsoft.ML.SegSam.Tests.Samples.Cli;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Med2D;

[TestClass]
public sealed class Med2DFiguresTests
{
    [TestMethod]
    public void The_ellipse_holds_the_pixels_whose_centers_are_in_it()
    {
        // Radii 3 and 2 around (4, 3). At 0.5 and 1.5 from the middle row, half widths are 2.9 and 2.0 pixels.
        string[] expected =
        [
            "........",
            "..####..",
            ".######.",
            ".######.",
            "..####..",
            "........",
        ];
        Assert.AreEqual(string.Join('\n', expected), Drawn(BoxShapes.Ellipse([1, 1, 7, 5], 6, 8), 8));
        Assert.AreEqual(24, BoxShapes.Filled([1, 1, 7, 5], 6, 8).Count(on => on));
        Assert.AreEqual("#", Drawn(BoxShapes.Ellipse([0, 0, 1, 1], 1, 1), 1));
    }

    [TestMethod]
    public void The_area_under_the_curve_counts_pairs_that_are_in_order_and_ties_half()
    {
        // Present 0.8, 0.4; absent 0.6, 0.4, 0.1. In order: 0.8 beats 3; 0.4 beats 1 and ties with 1: 4.5 of 6.
        Assert.AreEqual(0.75, Figures.RocArea([(0.4, true), (0.6, false), (0.8, true), (0.1, false), (0.4, false)]));
        Assert.AreEqual(0, Figures.RocArea([(0.2, true), (0.6, false)]));
        Assert.IsNull(Figures.RocArea([(0.2, true)]));
        Assert.IsNull(Figures.RocArea([(0.2, false)]));
        Assert.IsNull(Figures.RocArea([]));
    }

    [TestMethod]
    public void Presence_is_asked_for_the_other_categories_of_the_source_that_the_model_knows()
    {
        IReadOnlyList<ObjectRow> rows = [Row("i", "1", "liver"), Row("i", "2", "spleen")];
        var image = new ImageObjects("s", "i", rows, ["liver", "spleen", "kidney", "aorta"], []);
        Assert.AreSequenceEqual([(0.7, true), (0.2, false)], image.Presence("liver", category => category switch
        {
            "liver" => 0.9,
            "spleen" => 0.7,
            "kidney" => 0.2,
            _ => null, // the model does not know the aorta
        }));
    }

    [TestMethod]
    public void Dice_and_surface_Dice_are_those_of_the_library() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[1, 12]).SelectMany((width, height) => Gen.Select(
            Gen.Bool.Array[width * height], Gen.Bool.Array[width * height], Gen.Const(width))).Sample((predicted, truth, width) =>
        {
            var (ours, library) = (MaskAgreement.Of(predicted, truth, width), MaskFigures.Between(predicted, truth, width, new(2, null)));
            Assert.AreEqual(library.Dice, ours.Dice, 1e-12);
            Assert.AreEqual(library.Nsd, ours.Nsd, 1e-12);
        }, iter: 2000);

    [TestMethod]
    public void Means_are_over_objects_then_over_sources_and_leave_out_what_is_not_measured()
    {
        var known = Figures.Of([("a", Score(0.5, 0.4, 1)), ("a", Score(1, 0, 0)), ("b", Score(0, null, null) with { IsUnknown = true })]);
        Assert.AreEqual((2, 3, 1), (known.Images, known.Objects, known.UnknownCategoryObjects));
        Assert.AreEqual((0.5, 0.2, 0.5), (known.BinaryDice, known.SemanticDice, known.ClassAccuracy));
        var both = Figures.Over([known, Figures.Of([("c", Score(0.1, null, null) with { IsUnknown = true })])]);
        Assert.AreEqual((3, 4, 2), (both.Images, both.Objects, both.UnknownCategoryObjects));
        Assert.AreEqual((0.3, 0.2, 0.5), (both.BinaryDice, both.SemanticDice, both.ClassAccuracy));

        static ObjectScore Score(double dice, double? semantic, double? right) => new(new MaskAgreement(dice, dice), semantic, right, []);
    }

    [TestMethod]
    public void The_next_point_is_that_of_the_librarys_protocol()
    {
        var ml = new MLContext(1);
        var prompts = EvaluationPrompts.Create(TinyData.Load(ml, TinyData.Rows(images: 2)), seed: 7);
        var random = new Random(1);
        foreach (var prompt in prompts.Prompts)
        {
            var truth = Noise(prompt, random);
            for (var number = 2; number <= 3; number++)
            {
                var predicted = Noise(prompt, random);
                var expected = prompts.NextPoint(prompt, number, truth, predicted)!;
                Assert.AreEqual((expected.X, expected.Y, expected.OnObject), HashRules.NextPoint(prompt, 7, number, truth, predicted));
            }

            Assert.IsNull(HashRules.NextPoint(prompt, 7, 2, truth, truth));
        }

        static bool[] Noise(EvaluationPrompt prompt, Random random) =>
            [.. Enumerable.Range(0, prompt.Width * prompt.Height).Select(_ => random.Next(2) == 0)];
    }

    [TestMethod]
    public void Objects_are_drawn_alike_in_every_language_and_whatever_the_other_images_are()
    {
        List<ObjectRow> rows = [.. Enumerable.Range(0, 20).Select(i => Row("İMAGE ı.png", FormattableString.Invariant($"I{i}i.png")))];
        var expected = HashRules.Draw(rows, 4, seed: 1).Select(row => row.MaskId).ToList();
        using (new Language("tr-TR"))
        {
            Assert.AreSequenceEqual(expected, HashRules.Draw(rows, 4, seed: 1).Select(row => row.MaskId));
        }

        // Without the objects that were not drawn, and in another order, the same ones are drawn.
        Assert.AreSequenceEqual(expected, HashRules.Draw([.. rows.Skip(10).Concat(rows.Take(10))], 4, seed: 1)
            .OrderBy(rows.IndexOf).Select(row => row.MaskId));
        List<ObjectRow> fewer = [.. rows.Where((row, i) => expected.Contains(row.MaskId) || i % 2 == 0)];
        Assert.AreSequenceEqual(expected, HashRules.Draw(fewer, 4, seed: 1).Select(row => row.MaskId));
        CollectionAssert.AreNotEqual(expected, HashRules.Draw(rows, 4, seed: 2).Select(row => row.MaskId).ToList());
        Assert.HasCount(20, HashRules.Draw(rows, 30, seed: 1));
    }

    private static ObjectRow Row(string image, string mask, string category = "c") => new()
    {
        Line = 1, Source = "s", Modality = "ct", ImageId = image, MaskId = mask, ImagePath = image, MaskPath = mask, Category = category,
        Case = "", Split = "",
    };

    private static string Drawn(bool[] mask, int width) =>
        string.Join('\n', mask.Chunk(width).Select(row => string.Concat(row.Select(on => on ? '#' : '.'))));
}
