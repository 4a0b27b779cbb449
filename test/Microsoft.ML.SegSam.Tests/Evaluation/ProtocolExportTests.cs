using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SegSam.Evaluation;

namespace Microsoft.ML.SegSam.Tests.Evaluation;

[TestClass]
public sealed class ProtocolExportTests
{
    private static readonly ProtocolMetrics Metrics =
        new(seed: 3, images: 3, [ProtocolExample.Tally(), ProtocolExample.Tally(PromptKind.ThreePoints)]);

    [TestMethod]
    public void The_table_has_the_kinds_of_prompts_as_lines()
    {
        var lines = Metrics.ToString().Split('\n');
        CollectionAssert.AreEqual(new[]
        {
            "mean over masks  count  binary Dice    IoU    NSD   HD95  left out  "
                + "semantic Dice    IoU    NSD   HD95  left out  class accuracy",
            "box                  5        0.733  0.700  0.800  0.238         1  "
                + "        0.733  0.700  0.800  0.238         1           0.800",
            "3 points             5        0.733  0.700  0.800  0.238         1  "
                + "        0.733  0.700  0.800  0.238         1           0.800",
        }, lines[..3], string.Join('\n', lines[..3]));
        Assert.StartsWith("mean over categories  count", lines[8]);
        Assert.StartsWith("box                       2        0.750", lines[9]);
        string[] names =
        [
            "names     label map Dice  label map IoU  Dice if named right  presence F1  presence mAP  image presence F1  mask agreement",
            "box                0.767          0.625                0.917        0.400         0.750              0.500           0.667",
        ];
        foreach (var line in names)
            Assert.Contains(line, lines);
        Assert.Contains("not in the truth, not counted: spleen", lines);
        Assert.Contains(line => line.StartsWith("modality ct", StringComparison.Ordinal)
            && line.Contains("0.889", StringComparison.Ordinal), lines);
    }

    [TestMethod]
    public void Csv_has_a_line_for_each_prompt_and_scope()
    {
        var lines = Metrics.ToCsv().TrimEnd('\n').Split('\n').Select(line => line.Split(',')).ToList();
        var names = lines[0];
        Assert.HasCount(1 + 2 * (3 + 2 + 2 * 3), lines);
        foreach (var line in lines)
            Assert.HasCount(names.Length, line);
        var kind = Metrics[PromptKind.ThreePoints];
        Assert.AreEqual(kind.Masks.Binary.Dice, Number("mean over masks", "", "binaryDice"));
        Assert.AreEqual(kind.Presence.ImageF1, Number("mean over masks", "", "imagePresenceF1"));
        Assert.AreEqual(kind.Masks.PresenceF1, Number("mean over masks", "", "presenceF1"));
        Assert.AreNotEqual(kind.Masks.PresenceF1, kind.Presence.ImageF1, "Over masks and over images.");
        Assert.AreEqual(kind.OverCases.Semantic.Nsd, Number("mean over cases", "", "semanticNsd"));
        Assert.AreEqual(kind.LabelMaps.IoU, Number("mean over categories", "", "labelMapIoU"));
        Assert.AreEqual(kind.Masks.PerCategory["liver"].Semantic.IoU, Number("category", "liver", "semanticIoU"));
        Assert.AreEqual(kind.Presence.AveragePrecisionPerCategory["liver"], Number("category", "liver", "averagePrecision"));
        Assert.AreEqual(2, Number("category", "liver", "count"));
        Assert.AreEqual(kind.MasksPerModality["ct"].PresenceF1, Number("mean over masks of modality", "ct", "presenceF1"));
        Assert.AreEqual(kind.OverCasesPerModality["mr"].Binary.Dice, Number("mean over cases of modality", "mr", "binaryDice"));
        Assert.AreEqual("px", Cell("mean over cases", "", "surfaceUnit"));
        Assert.AreEqual("", Cell("mean over cases", "", "labelMapDice"));

        string Cell(string scope, string name, string column) =>
            lines.Single(line => line[..3] is ["3 points", var at, var of] && at == scope && of == name)[Array.IndexOf(names, column)];
        double Number(string scope, string name, string column) => double.Parse(Cell(scope, name, column), CultureInfo.InvariantCulture);
    }

    [TestMethod]
    public void Json_has_every_figure()
    {
        using var json = JsonDocument.Parse(Metrics.ToJson());
        var kinds = json.RootElement.GetProperty("prompts");
        CollectionAssert.AreEqual(new[] { "box", "threePoints" },
            kinds.EnumerateArray().Select(kind => kind.GetProperty("prompt").GetString()).ToArray());
        var kind = kinds[1];
        Assert.AreEqual(Metrics.Prompts[1].Masks.Binary.Dice,
            kind.GetProperty("masks").GetProperty("binary").GetProperty("dice").GetDouble());
        Assert.AreEqual(Metrics.Prompts[1].OverCases.Binary.Hd95,
            kind.GetProperty("overCases").GetProperty("binary").GetProperty("hd95").GetDouble());
        Assert.AreEqual(JsonValueKind.Null, kind.GetProperty("labelMaps").GetProperty("dicePerCategory").GetProperty("spleen").ValueKind);
        CollectionAssert.AreEqual(new[] { "ct", "mr" },
            kind.GetProperty("masksPerModality").EnumerateObject().Select(each => each.Name).ToArray());
    }
}
