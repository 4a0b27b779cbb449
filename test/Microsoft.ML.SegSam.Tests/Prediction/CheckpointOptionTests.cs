using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Prediction;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class CheckpointOptionTests
{
    private static readonly TemporaryFolder Folder = new();
    private static readonly Dictionary<string, Tensor> Weights = PublishedFile.Weights(PublishedFile.Sam);
    private static readonly string Sam = Write("sam.safetensors");

    [ClassCleanup]
    public static void Delete() => Folder.Dispose();

    [TestMethod]
    public void Without_training_the_masks_are_the_published_models()
    {
        var rows = TinyData.Rows(images: 2);
        using var model = Ml.Transforms.SegSam(Untrained()).Fit(Ml.Data.LoadFromEnumerable(rows.Select(Ask)));
        CollectionAssert.AreEqual(new[] { "object" }, model.Categories.ToArray());
        var answers = Ml.Data.CreateEnumerable<TinyAnswer>(model.Transform(Ml.Data.LoadFromEnumerable(rows.Select(Ask))),
            reuseRowObject: false).ToList();
        using var file = CheckpointFile.Open(Sam);
        using var network = new SegSamNetwork(PublishedFile.Sam with { TextInsertion = TextInsertion.None }).Initialize(9);
        network.eval();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (name, value) in Weights)
            network.state_dict()[name].copy_(value);
        foreach (var (row, answer) in rows.Zip(answers))
        {
            var image = NetworkImage.From(PixelImage.From(row.Image!), 64, Preprocessing.Sam);
            var visual = network.Encode(ImageTensor.Stack([image], PixelScaling.MeanStd, CPU));
            var prompt = new Prompt(Box: row.Box).ToNetwork(image.Geometry);
            var (logits, quality) = network.Decode(visual, new(zeros(1, ScalarType.Int64), Boxes: tensor(prompt.Box!, [1, 4]))).BestMask();
            Assert.AreEqual(quality.item<float>(), answer.PredictedIoU, 1e-4f);
            CollectionAssert.AreEqual(MaskGeometry.ToOriginalMask(logits.data<float>().ToArray(), 16, image.Geometry), answer.BinaryMask!);
        }
    }

    [TestMethod]
    public void Without_training_no_rows_are_needed_and_categories_are_taken_where_given()
    {
        using var empty = Ml.Transforms.SegSam(Untrained()).Fit(Load([]));
        CollectionAssert.AreEqual(new[] { "object" }, empty.Categories.ToArray());
        using var named = Ml.Transforms.SegSam(Untrained() with { DescriptionColumnName = "Description" })
            .Fit(Load(TinyData.Rows(images: 1)));
        CollectionAssert.AreEqual(new[] { "disc", "bar" }, named.Categories.ToArray());
        Assert.AreEqual(2, named.Model.Network.Config.CategoryCount);
    }

    [TestMethod]
    [DataRow("sam", "focal")]
    [DataRow("nothing", "cross-entropy")]
    [DataRow("model", "cross-entropy")]
    public void A_SAM_goes_on_with_its_own_loss_and_other_networks_learn_by_another(string start, string pixelLoss)
    {
        using var folder = new TemporaryFolder();
        var state = Path.Combine(folder.Path, "state");
        var options = TinyData.Options() with { Epochs = 1, StateFile = state };
        if (start == "model")
        {
            using var before = Ml.Transforms.SegSam(options with { StateFile = null }).Fit(Load(TinyData.Rows(images: 1)));
            before.Save(Path.Combine(folder.Path, "model.zip"));
            options = options with { Checkpoint = Path.Combine(folder.Path, "model.zip"), InputSize = null, Encoder = null };
        }

        using var model = Ml.Transforms.SegSam(start == "sam" ? options with { Checkpoint = Sam, InputSize = null } : options)
            .Fit(Load(TinyData.Rows(images: 2)));
        using var file = File.OpenRead(state);
        SafetensorsHeader.Read(file, out var metadata);
        using var facts = JsonDocument.Parse(metadata["facts"]);
        Assert.AreEqual(pixelLoss, facts.RootElement.GetProperty("pixel loss").GetString());
    }

    [TestMethod]
    public void Training_starts_from_the_checkpoint_and_the_saved_model_needs_it_no_more()
    {
        var rows = TinyData.Rows(images: 2);
        var path = Write("moved.safetensors");
        var options = TinyData.Options() with { Checkpoint = path, LearningRate = 1e-9, InputSize = null };
        using var model = Ml.Transforms.SegSam(options).Fit(Load(rows));
        Assert.AreEqual(64, model.Model.Network.Config.InputSize);
        using var scope = NewDisposeScope();
        foreach (var (name, value) in Weights)
            SmallNetwork.AssertClose(value, model.Model.Network.state_dict()[name], 1e-6, name);
        File.Delete(path);
        var (again, _) = EstimatorWorkout.Reload(Ml, model, Load(rows).Schema);
        var transformer = (SegSamTransformer)again;
        Assert.AreEqual("moved.safetensors", transformer.Model.Options.Checkpoint, "The folder is nobody's business.");
        Assert.AreEqual(Preprocessing.Sam, transformer.Model.Preprocessing);
        transformer.Dispose();
    }

    [TestMethod]
    public void Preprocessing_follows_the_family_and_can_be_overridden()
    {
        SegSamTransformer Fit(SegSamOptions options) => Ml.Transforms.SegSam(options).Fit(Load([]));
        using var told = Fit(Untrained() with { CheckpointFamily = CheckpointFamily.MedSam });
        Assert.AreEqual(Preprocessing.MedSam, told.Model.Preprocessing);
        Assert.IsTrue(told.Model.Network.Config.SingleMask);
        using var named = Fit(Untrained() with { Checkpoint = Write("medsam_vit_b.safetensors"), Resize = ResizeRule.LongestSide,
            ChannelOrder = ChannelOrder.Bgr });
        Assert.AreEqual(new Preprocessing(ResizeRule.LongestSide, Resampling.Bicubic, PixelScaling.MinMax, ChannelOrder.Bgr),
            named.Model.Preprocessing);
        Assert.IsTrue(named.Model.Network.Config.SingleMask, "MedSAM's mask, however the images are prepared.");
    }

    [TestMethod]
    public void Options_that_the_checkpoint_contradicts_are_named()
    {
        Refused<FileNotFoundException>(Untrained() with { Checkpoint = "nowhere.pth" },
            "SegSamOptions.Checkpoint is 'nowhere.pth'; there is no such file");
        Refused<ArgumentException>(Untrained() with { Encoder = SegSamEncoder.VitB }, "SegSamOptions.Encoder is 'VitB'; it must be null");
        Refused<ArgumentException>(Untrained() with { EncoderTraining = EncoderTraining.Adapter },
            "EncoderTraining is 'Adapter'; it must be used with an Adapter other than None");
        var adapted = Path.Combine(Folder.Path, "adapted.safetensors");
        PublishedFile.Write(adapted, PublishedFile.Weights(PublishedFile.Sam with { Adapter = SegSamAdapter.SamMed2D }));
        Refused<ArgumentException>(Untrained() with { Checkpoint = adapted, Adapter = SegSamAdapter.None },
            "SegSamOptions.Adapter is 'None'; it must be null or 'SamMed2D'");
        Refused<ArgumentException>(Untrained() with { Checkpoint = adapted, InputSize = 48 },
            "InputSize is '48'; it must be a multiple of 32 with SAM-Med2D's adapter");
        File.WriteAllText(Path.Combine(Folder.Path, "page.pth"), "<!DOCTYPE html><html>Not found</html>");
        Refused<InvalidDataException>(Untrained() with { Checkpoint = Path.Combine(Folder.Path, "page.pth") }, "page.pth: ");
        var weights = new Dictionary<string, Tensor>(Weights);
        weights.Remove("mask_decoder.iou_token.weight");
        var lacking = Path.Combine(Folder.Path, "lacking.safetensors");
        PublishedFile.Write(lacking, weights);
        Refused<InvalidDataException>(Untrained() with { Checkpoint = lacking },
            "lacking.safetensors: The weights do not fit the network in 1 places:\n  missing: mask_decoder.iou_token.weight");
    }

    private static void Refused<T>(SegSamOptions options, string message) where T : Exception =>
        StringAssert.Contains(Assert.ThrowsExactly<T>(() => Ml.Transforms.SegSam(options).Fit(Load([]))).Message, message);

    private static SegSamOptions Untrained() => new() { BoxColumnName = "Box", Checkpoint = Sam, Epochs = 0, OutputLowResLogits = true };

    private static string Write(string name)
    {
        var path = Path.Combine(Folder.Path, name);
        PublishedFile.Write(path, Weights);
        return path;
    }
}
