using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Checkpoints;

[TestClass]
public sealed class SamWeightsTests
{
    [TestMethod]
    [DataRow("model.pth", nameof(CheckpointFormat.TorchZip))]
    [DataRow("model.SAFETENSORS", nameof(CheckpointFormat.Safetensors))]
    public void A_network_gives_its_SAM_part_bit_for_bit_and_nothing_else(string name, string format)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, name);
        using var network = SmallNetwork.Create(SmallNetwork.Config);
        SamWeights.Save(path, network, Preprocessing.Sam);
        string[] ours = ["semantic_decoder.", "class_head.", "text_bank", "text_to_vision."];
        var expected = network.state_dict().Where(pair => !ours.Any(part => pair.Key.StartsWith(part, StringComparison.Ordinal))).ToList();
        using var scope = NewDisposeScope();
        using var file = CheckpointFile.Open(path);
        Assert.AreEqual(format, file.Format.ToString());
        CollectionAssert.AreEqual(expected.ConvertAll(pair => pair.Key), file.Tensors.Select(tensor => tensor.Name).ToList());
        foreach (var ((key, value), tensor) in expected.Zip(file.Tensors))
            CollectionAssert.AreEqual(value.bytes.ToArray(), tensor.Read().bytes.ToArray(), key);
        CollectionAssert.AreEqual(new[] { path }, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void What_SAMs_code_does_not_know_is_not_saved_for_it()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.pth");
        var failure = Assert.ThrowsExactly<ArgumentException>(() => FittedModel.Shared.SaveSamWeights(path));
        Assert.StartsWith("'model.pth' is a .pth, for SAM's code, but this model was not trained from a SAM's weights", failure.Message);
        Assert.IsFalse(File.Exists(path));

        FittedModel.Shared.SaveSamWeights(Path.ChangeExtension(path, ".safetensors"));
        using var again = SegSamTransformer.FromCheckpoint(Path.ChangeExtension(path, ".safetensors"));
        var scale = FittedModel.Shared.Model.Network.state_dict()["mask_decoder.mask_prior.scale"];
        Assert.IsTrue(scale.Equals(again.Model.Network.state_dict()["mask_decoder.mask_prior.scale"]));
    }

    [TestMethod]
    public void What_shapes_do_not_tell_comes_back_from_the_header()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        var config = SmallNetwork.Config with { SingleMask = true, DecoderEpsilon = 1e-3, WindowSize = 4 };
        using (var network = SmallNetwork.Create(config))
            SamWeights.Save(path, network, Preprocessing.MedSam);
        using var file = CheckpointFile.Open(path);
        var pretrained = Pretrained.Recognize(file);
        Assert.AreEqual((CheckpointFamily.SegSam, Preprocessing.MedSam), (pretrained.Family, pretrained.Preprocessing));
        Assert.AreEqual((4, true, 1e-3, 4), (pretrained.Config.DecoderHeads, pretrained.Config.SingleMask, pretrained.Config.DecoderEpsilon,
            pretrained.Config.WindowSize));
        pretrained.Build(pretrained.Config with { CategoryCount = 9 }, seed: 1).Dispose();
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("""{"Config":null,"Preprocessing":null}""")]
    [DataRow("""{"Config":{"InputSize":64},"Preprocessing":{"Resize":77,"Resampling":0,"Scaling":0,"Order":0}}""")]
    public void A_header_that_tells_nonsense_is_refused(string json)
    {
        var failure = Assert.ThrowsExactly<InvalidDataException>(() =>
            SamDescription.From(new Dictionary<string, string> { ["segsam"] = json }));
        StringAssert.Contains(failure.Message, "The header's entry 'segsam'");
    }

    [TestMethod]
    public void Adapters_of_SAM_Med2D_are_saved_under_its_names()
    {
        var names = Saved(SmallNetwork.Config with { Adapter = SegSamAdapter.SamMed2D });
        Assert.Contains("image_encoder.blocks.0.Adapter.spatial.0.weight", names);
        Assert.HasCount(Saved(SmallNetwork.Config).Count + 2 * 6, names);
    }

    [TestMethod]
    [DataRow("model.bin", "ends in .bin")]
    [DataRow("model", "has no extension")]
    public void Another_extension_is_refused_before_anything_is_written(string name, string found)
    {
        using var folder = new TemporaryFolder();
        var failure = Assert.ThrowsExactly<ArgumentException>(() => FittedModel.Shared.SaveSamWeights(Path.Combine(folder.Path, name)));
        StringAssert.Contains(failure.Message, $"'{name}' {found}; expected: .safetensors or .pth");
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [DataRow(".pth")]
    [DataRow(".safetensors")]
    public void A_write_that_fails_leaves_the_old_file_and_no_half_one(string extension)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model" + extension);
        File.WriteAllText(path, "old");
        // shapes alone: the headers are written, then there are no numbers
        using var network = new SegSamNetwork(SmallNetwork.Config, LayerFactory.Meta);
        Assert.Throws<Exception>(() => SamWeights.Save(path, network, Preprocessing.Default));
        Assert.AreEqual("old", File.ReadAllText(path));
        CollectionAssert.AreEqual(new[] { path }, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void A_target_that_cannot_be_replaced_leaves_nothing_behind()
    {
        using var folder = new TemporaryFolder();
        var path = Directory.CreateDirectory(Path.Combine(folder.Path, "model.pth")).FullName;
        Assert.Throws<Exception>(() => FittedModel.Shared.SaveSamWeights(path));
        CollectionAssert.AreEqual(new[] { path }, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void A_disposed_transformer_says_so()
    {
        var transformer = new SegSamTransformer(
            new(FittedModel.Shared.Model.Description, SmallNetwork.Create(SmallNetwork.Config), new(CPU)));
        transformer.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => transformer.SaveSamWeights("never.pth"));
    }

    private static List<string> Saved(SegSamConfig config)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.pth");
        using var network = SmallNetwork.Create(config);
        SamWeights.Save(path, network, Preprocessing.Default);
        using var file = CheckpointFile.Open(path);
        return [.. file.Tensors.Select(tensor => tensor.Name)];
    }
}
