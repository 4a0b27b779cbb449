using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Docs;

/// <summary>
/// The card of the model that ships says which file it is about. With SEGSAM_APPROVE=1 the file's facts are written into the card;
/// otherwise they are compared.
/// </summary>
[TestClass]
public sealed class ModelCardTests
{
    private const int MostBytes = 12_000_000;

    private static readonly MarkdownPage Card = new(MarkdownPage.ModelCard);
    private static readonly string Model = Path.Combine(SharedFolder.Repository, "src", "Microsoft.ML.SegSam.Mini", "segsam-mini.zip");

    [TestMethod]
    public void The_card_has_the_facts_of_the_file()
    {
        using var model = SegSamTransformer.Load(Model);
        var info = model.Info;
        var file = File.ReadAllBytes(Model);
        (string Row, string Fact)[] facts =
        [
            ("file", Invariant($"`segsam-mini.zip`, {file.Length / 1e6:0.0} MB, weights in half precision")),
            ("SHA-256", $"`{Convert.ToHexStringLower(SHA256.HashData(file))}`"),
            ("network", Invariant($"ResNet-18 encoder, input {info.InputSize} x {info.InputSize} pixels, ")
                + Invariant($"{info.Parameters / 1e6:0.0} million parameters; both of SEG-SAM's decoders")),
            ("names", $"{info.Categories.Count} categories; `segsam info mini` lists them"),
        ];
        if (Environment.GetEnvironmentVariable("SEGSAM_APPROVE") == "1")
        {
            var text = facts.Aggregate(Card.Text, (text, fact) =>
                Regex.Replace(text, $@"^\| {fact.Row} \| .* \|$", $"| {fact.Row} | {fact.Fact} |", RegexOptions.Multiline));
            File.WriteAllText(Card.FullPath, text);
            Assert.Inconclusive($"The facts of the file are written into {Card.Name}; review them and run again without SEGSAM_APPROVE.");
        }

        foreach (var (row, fact) in facts)
            StringAssert.Contains(Card.Text, $"| {row} | {fact} |");
        Assert.AreEqual("ResNet18", $"{info.Encoder}");
    }

    [TestMethod]
    public void The_file_is_small_because_its_weights_have_half_precision()
    {
        Assert.IsLessThanOrEqualTo(MostBytes, new FileInfo(Model).Length);
        using var zip = ZipFile.OpenRead(Model);
        using var weights = zip.Entries.Single(entry => entry.Name == "Weights.safetensors").Open();
        var length = new byte[8];
        weights.ReadExactly(length);
        var header = new byte[BitConverter.ToInt64(length)];
        weights.ReadExactly(header);
        var types = Regex.Matches(Encoding.UTF8.GetString(header), "\"dtype\":\"(?<type>\\w+)\"").CountBy(type => type.Groups["type"].Value)
            .ToDictionary();
        Assert.IsGreaterThan(0.9, types["F16"] / (double)types.Values.Sum());
    }

    [TestMethod]
    public void It_names_most_objects_of_the_sample_images_and_its_masks_fill_their_boxes()
    {
        using var predictor = SegSamPredictor.Load(ShippedModel.Find());
        var (named, filled, objects) = (0, 0, 0);
        foreach (var image in SampleImages.All)
        {
            using var encoded = predictor.Encode(image.Path);
            foreach (var truth in image.Objects)
            {
                var found = predictor.Predict(encoded, truth.Box);
                filled += found.Mask.Box is { } box && Overlap(box, truth) > 0.5 ? 1 : 0;
                (objects, named) = (objects + 1, named + (found.Category.Replace('_', ' ') == truth.Category ? 1 : 0));
            }
        }

        Assert.IsGreaterThan(25, objects);
        Assert.IsGreaterThanOrEqualTo(0.8, named / (double)objects, $"{named} of {objects} have their true names");
        Assert.IsGreaterThanOrEqualTo(0.8, filled / (double)objects, $"{filled} of {objects} masks have about the box that was asked for");
    }

    // The IoU of two boxes.
    private static double Overlap(RegionBox box, SampleObject truth)
    {
        var shared = Math.Max(0, Math.Min(box.X1, truth.X1) - Math.Max(box.X0, truth.X0))
            * Math.Max(0, Math.Min(box.Y1, truth.Y1) - Math.Max(box.Y0, truth.Y0));
        return shared / (box.Width * box.Height + (truth.X1 - truth.X0) * (truth.Y1 - truth.Y0) - shared);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
