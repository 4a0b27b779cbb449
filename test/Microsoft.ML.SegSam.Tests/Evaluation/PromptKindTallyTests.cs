using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Metrics;
using static Microsoft.ML.SegSam.Tests.Evaluation.ProtocolExample;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

/// <summary>The figures of <see cref="ProtocolExample"/>, reckoned by hand.</summary>
[TestClass]
public sealed class PromptKindTallyTests
{
    private const double Exact = 1e-12;

    private static readonly PromptKindMetrics Found = Tally();

    [TestMethod]
    public void Masks_cases_and_categories_weigh_the_same_figures_differently()
    {
        // Binary Dice: 1 and 2/3 in image a, 1 in b, 0 and 1 in c.
        Assert.AreEqual((1 + 2 / 3d + 1 + 0 + 1) / 5, Found.Masks.Binary.Dice, Exact);
        Assert.AreEqual(((1 + 2 / 3d + 1) / 3 + (0 + 1) / 2d) / 2, Found.OverCases.Binary.Dice, Exact);
        Assert.AreEqual(((1 + 0 + 1) / 3d + (2 / 3d + 1) / 2) / 2, Found.Masks.OverCategories.Binary.Dice, Exact);
        Assert.AreEqual((5, 2), (Found.Masks.Rows, Found.OverCases.Count));
        Assert.AreEqual(((1 + 0 + 1) / 3d + 1) / 2, Found.OverCases.ClassAccuracy, Exact);
    }

    [TestMethod]
    public void A_case_with_a_missed_mask_keeps_the_distances_of_the_others()
    {
        Assert.AreEqual((1, 1), (Found.OverCases.Binary.Hd95LeftOut, Found.Masks.Binary.Hd95LeftOut));
        // Of "...#" against "..##": 0 one way, 0 and 1 the other way, at rank 0.95. So 0, 0.95, 0 in case 1; 0 in case 2.
        Assert.AreEqual((0.95 / 3 + 0) / 2, Found.OverCases.Binary.Hd95, Exact);
    }

    [TestMethod]
    public void Each_modality_has_figures_of_its_own()
    {
        CollectionAssert.AreEqual(new[] { "ct", "mr" }, Found.MasksPerModality.Keys.ToArray());
        CollectionAssert.AreEqual(new[] { "ct", "mr" }, Found.OverCasesPerModality.Keys.ToArray());
        Assert.AreEqual((1 + 2 / 3d + 1) / 3, Found.MasksPerModality["ct"].Binary.Dice, Exact);
        Assert.AreEqual((3, 2), (Found.MasksPerModality["ct"].Rows, Found.MasksPerModality["mr"].Rows));
        Assert.AreEqual(0.5, Found.OverCasesPerModality["mr"].Binary.Dice);
    }

    [TestMethod]
    public void Dice_given_the_class_leaves_out_what_is_named_wrong()
    {
        Assert.AreEqual((1 + 0 + 1 + 1 + 2 / 3d) / 5, Found.Masks.Semantic.Dice, Exact);
        Assert.AreEqual((1 + 1 + 1 + 2 / 3d) / 4, Found.SemanticDiceGivenClass, Exact);
        Assert.AreEqual(4 / 5d, Found.Masks.ClassAccuracy, Exact);
        Assert.AreEqual((1 + 2 / 3d + 1 + 0 + 2 / 3d) / 5, Found.Masks.MaskAgreement, Exact);
    }

    [TestMethod]
    public void A_wrong_name_counts_in_the_label_map_as_a_miss_and_as_a_false_positive()
    {
        // Maps: a KKKK for KKLL, b LLLL, c KKK. for K.K. (K kidney, L liver).
        var (kidney, liver) = (Figures(Found.LabelMaps, "kidney"), Figures(Found.LabelMaps, "liver"));
        Assert.AreEqual((2, 1), (kidney.Cases, liver.Cases), "Neither truth nor map of case 2 has a liver.");
        Assert.AreEqual((2 * 2 / (4 + 2d) + 2 * 2 / (3 + 2d)) / 2, kidney.Dice, Exact);
        Assert.AreEqual((2 / 4d + 2 / 3d) / 2, kidney.IoU, Exact);
        Assert.AreEqual(2 * 4 / (4 + 6d), liver.Dice, Exact);
        Assert.AreEqual((kidney.Dice + liver.Dice) / 2, Found.LabelMaps.Dice, Exact);
        Assert.AreEqual((kidney.IoU + 4 / 6d) / 2, Found.LabelMaps.IoU, Exact);
    }

    [TestMethod]
    public void Presence_is_rated_by_what_prompts_for_other_categories_say()
    {
        // Kidney: a 0.2 (there), b 0.4 (not). Liver: a 0.9 (there), c 0.7 (not). Of spleens none, none claimed.
        Assert.AreEqual((0.5 + 1) / 2, Found.Presence.MeanAveragePrecision, Exact);
        Assert.AreEqual(2 * 1 / (2 + 2d), Found.Presence.ImageF1, Exact,
            "Of two claims, both livers, one is there, and so is an unclaimed kidney.");
        Assert.AreEqual(2 * 1 / (3 + 2d), Found.Masks.PresenceF1, Exact,
            "Prompt by prompt: the liver is claimed by one of image a and two of c.");
    }

    [TestMethod]
    public void A_category_that_is_nowhere_is_not_counted()
    {
        Assert.AreEqual((0, double.NaN, double.NaN), Figures(Found.LabelMaps, "spleen"));
        Assert.AreEqual((0, double.NaN),
            (Found.Presence.ImagesPerCategory["spleen"], Found.Presence.AveragePrecisionPerCategory["spleen"]));
        Assert.HasCount(2, Found.Masks.PerCategory);
    }

    [TestMethod]
    public void An_unknown_category_and_scores_that_are_no_numbers_are_missed()
    {
        var tally = new PromptKindTally(PromptKind.Box, ["kidney"], new SurfaceRuler(1, null));
        tally.Add("a", "a", null,
        [
            Object("gall bladder", truth: "##..", binary: "##..", semantic: "##..", [1], [0.9f]),
            Object("kidney", truth: "..##", binary: "..##", semantic: "..##", [float.NaN], [float.NaN]),
        ]);
        var found = tally.Finish();
        CollectionAssert.AreEqual(new[] { "gall bladder" }, found.Masks.UnknownCategories.ToArray());
        Assert.AreEqual((0.5, 0d, 0d, 1),
            (found.Masks.Binary.Dice, found.Masks.Semantic.Dice, found.LabelMaps.Dice, found.Masks.UnscoredRows));
        Assert.AreEqual((double.NaN, 0.5), (found.SemanticDiceGivenClass, found.Presence.MeanAveragePrecision));
        Assert.AreEqual(2 * 1 / (1 + 2d), found.Presence.ImageF1, Exact);
        Assert.IsEmpty(found.MasksPerModality);
    }

    [TestMethod]
    public void A_category_seen_where_it_is_not_counts_against_it_there()
    {
        var tally = new LabelMapTally(["kidney", "liver"]);
        tally.Add("case 1", [2, 2, 0, 0], [("liver", Draw("##.."))]);
        tally.Add("case 2", [2, 0, 1, 1], [("kidney", Draw("..##"))]);
        Assert.AreEqual((2, 0.5, 0.5), Figures(tally.Finish(), "liver"));
    }

    [TestMethod]
    public void The_pixels_of_a_case_are_summed_over_its_images_and_objects()
    {
        var tally = new LabelMapTally(["kidney"]);
        tally.Add("case", [1, 0, 0, 0], [("kidney", Draw("##..")), ("kidney", Draw(".##."))]); // 1 of 3, the shared pixel once
        tally.Add("case", [1, 1, 1, 1], [("kidney", Draw("####"))]);
        Assert.AreEqual((1, 2 * 5 / (5 + 7d), 5 / 7d), Figures(tally.Finish(), "kidney"));
    }

    [TestMethod]
    public void Average_precision_takes_equal_scores_together()
    {
        Assert.AreEqual(1 / 3d * 1 + 2 / 3d * 3 / 4,
            PresenceTally.AveragePrecision([(0.5f, true), (0.9f, true), (0.5f, false), (0.5f, true), (0.1f, false)]), Exact);
        Assert.AreEqual(1 / 2d, PresenceTally.AveragePrecision([(0.5f, true), (0.5f, false)]));
        Assert.AreEqual(1 / 2d, PresenceTally.AveragePrecision([(0.5f, true), (float.NaN, true)]), "What has no score is never found.");
        Assert.AreEqual(double.NaN, PresenceTally.AveragePrecision([(0.5f, false)]));
    }

    private static (int Cases, double Dice, double IoU) Figures(LabelMapMetrics maps, string category) =>
        (maps.CasesPerCategory[category], maps.DicePerCategory[category], maps.IoUPerCategory[category]);
}
