using System.Text.Json;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Tests.Options;

[TestClass]
public sealed class ValidationMetricTests
{
    [TestMethod]
    [DataRow("PresenceF1", ValidationMetric.PresenceF1)]
    [DataRow("PresentF1", ValidationMetric.PresenceF1)] // as earlier models say it
    [DataRow("SemanticDice", ValidationMetric.SemanticDice)]
    public void A_saved_measure_is_read_by_its_name_and_by_its_former_one(string saved, ValidationMetric expected) =>
        Assert.AreEqual(expected,
            JsonSerializer.Deserialize<SegSamOptions>($$"""{"BestMetric":"{{saved}}"}""", ModelArchive.Json)!.BestMetric);

    [TestMethod]
    public void Every_measure_is_written_by_its_own_name()
    {
        foreach (var metric in Enum.GetValues<ValidationMetric>())
        {
            var json = JsonSerializer.SerializeToNode(new SegSamOptions { BestMetric = metric }, ModelArchive.Json)!;
            Assert.AreEqual(metric.ToString(), json["BestMetric"]!.GetValue<string>());
        }
    }

    [TestMethod]
    [DataRow("\"F1\"")]
    [DataRow("null")]
    [DataRow("{}")]
    public void Anything_else_is_refused(string saved) => Assert.ThrowsExactly<JsonException>(() =>
        JsonSerializer.Deserialize<SegSamOptions>($$"""{"BestMetric":{{saved}}}""", ModelArchive.Json));
}
