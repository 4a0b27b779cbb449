using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Network;

/// <summary>
/// Names and shapes of all weights: files of users depend on them, so a change must be seen. With SEGSAM_APPROVE=1 the approved
/// lists are written again, to be reviewed like code.
/// </summary>
[TestClass]
public sealed class StateDictTests
{
    private static readonly string[] Classifier = ["image_encoder.norm_head.", "image_encoder.head."]; // TinyViT's, of which SAM has no use

    [TestMethod]
    [DataRow("Tiny", SegSamEncoder.Tiny, SegSamAdapter.None)]
    [DataRow("VitB", SegSamEncoder.VitB, SegSamAdapter.None)]
    [DataRow("VitB.SamMed2D", SegSamEncoder.VitB, SegSamAdapter.SamMed2D)]
    [DataRow("VitL", SegSamEncoder.VitL, SegSamAdapter.None)]
    [DataRow("VitH", SegSamEncoder.VitH, SegSamAdapter.None)]
    [DataRow("VitT", SegSamEncoder.VitT, SegSamAdapter.None)]
    [DataRow("ResNet18", SegSamEncoder.ResNet18, SegSamAdapter.None)]
    public void The_state_dict_of_a_preset_is_the_approved_one(string name, SegSamEncoder encoder, SegSamAdapter adapter)
    {
        var actual = Listing(SegSamConfig.For(encoder) with { Adapter = adapter, CategoryCount = 8 });
        var path = Path.Combine(SharedFolder.Repository, "test", "Microsoft.ML.SegSam.Tests", "Network", "Approved", name + ".txt");
        if (Environment.GetEnvironmentVariable("SEGSAM_APPROVE") == "1")
        {
            File.WriteAllText(path, string.Concat(actual.Select(line => line + "\n")));
            Assert.Inconclusive($"{name}.txt is written; review the difference and run again without SEGSAM_APPROVE.");
        }

        AssertSame(File.ReadAllLines(path), actual);
    }

    [TestMethod]
    [TestCategory("Golden")]
    [DataRow("sam_vit_b.tsv", SegSamEncoder.VitB, 1024, SegSamAdapter.None)]
    [DataRow("sam_med2d_b.tsv", SegSamEncoder.VitB, 256, SegSamAdapter.SamMed2D)]
    [DataRow("mobile_sam_vit_t.tsv", SegSamEncoder.VitT, 1024, SegSamAdapter.None)]
    [DataRow("mobile_sam_vit_t.tsv", SegSamEncoder.VitT, 256, SegSamAdapter.None)]
    public void The_sam_part_has_the_published_names_and_shapes(string file, SegSamEncoder encoder, int inputSize, SegSamAdapter adapter)
    {
        var published = File.ReadAllLines(SharedFolder.Require("spec", "sam-keys", file))
            .Where(line => line.Length > 0 && !Classifier.Any(part => line.StartsWith(part, StringComparison.Ordinal)));
        var actual = Listing(SegSamConfig.For(encoder, inputSize) with { Adapter = adapter });
        AssertSame(published, actual.Where(line => PublishedNames.IsSam(line)));
    }

    private static string[] Listing(SegSamConfig config)
    {
        using var network = new SegSamNetwork(config, LayerFactory.Meta);
        return [.. network.state_dict().Select(pair => $"{pair.Key}\t{string.Join('x', pair.Value.shape)}").Order(StringComparer.Ordinal)];
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual)
    {
        string[] expectedLines = [.. expected], actualLines = [.. actual];
        string[] differences =
        [
            .. expectedLines.Except(actualLines).Select(line => "- " + line),
            .. actualLines.Except(expectedLines).Select(line => "+ " + line),
        ];
        Assert.IsNotEmpty(expectedLines);
        Assert.IsEmpty(differences, $"Expected (-) and found (+):\n{string.Join('\n', differences.Take(40))}");
        Assert.HasCount(expectedLines.Length, actualLines, "A name occurs twice.");
    }
}
