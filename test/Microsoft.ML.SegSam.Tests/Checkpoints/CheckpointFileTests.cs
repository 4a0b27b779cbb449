using System.IO.Compression;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Tests.Checkpoints.Torch;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Checkpoints;

[TestClass]
public sealed class CheckpointFileTests
{
    private static readonly SavedTensor[] Views =
    [
        SavedTensor.Matrix,
        SavedTensor.Matrix with { Name = "transposed", Shape = [3, 2], Strides = [1, 3] },
        SavedTensor.Matrix with { Name = "second column", Offset = 1, Shape = [2], Strides = [3] },
        SavedTensor.Matrix with { Name = "last row", Offset = 3, Shape = [1, 3], Strides = [77, 1] },
        SavedTensor.Matrix with { Name = "scalar", Offset = 4, Shape = [], Strides = [] },
        SavedTensor.Matrix with { Name = "empty", Shape = [0, 4], Strides = [4, 1] },
    ];

    public static IEnumerable<object[]> GoldenFiles => GoldenWeights.Twins
        .SelectMany(twin => new object[][] { [twin.Pickle, twin.Reference], [twin.Reference, twin.Reference] })
        .DistinctBy(row => row[0]).DefaultIfEmpty(["*.pth", "*.safetensors"]);

    [TestMethod]
    [TestCategory("Golden")]
    [DynamicData(nameof(GoldenFiles))]
    public void Files_of_PyTorch_hold_the_tensors_that_the_reference_lists(string name, string reference)
    {
        var format = name == reference ? CheckpointFormat.Safetensors
            : name.Contains("legacy", StringComparison.Ordinal) ? CheckpointFormat.TorchLegacy : CheckpointFormat.TorchZip;
        var expected = GoldenFolder.Open(reference);
        using var file = CheckpointFile.Open(GoldenFolder.Require(name));
        Assert.AreEqual(format, file.Format);
        CollectionAssert.AreEquivalent(expected.Names.ToList(), file.Tensors.Select(tensor => tensor.Name).ToList());
        using var scope = NewDisposeScope();
        foreach (var tensor in file.Tensors)
        {
            var value = tensor.Read();
            var other = expected.Tensor(tensor.Name);
            Assert.AreEqual(other.dtype, value.dtype, tensor.Name);
            CollectionAssert.AreEqual(other.shape, tensor.Shape.ToArray(), tensor.Name);
            CollectionAssert.AreEqual(other.bytes.ToArray(), value.bytes.ToArray(), tensor.Name);
        }
    }

    [TestMethod]
    [TestCategory("Golden")]
    public void A_pickled_optimizer_is_named_and_passed_over()
    {
        using var file = CheckpointFile.Open(
            GoldenFolder.Require(GoldenFolder.Files("*_with_optimizer.pth").FirstOrDefault("*_with_optimizer.pth")));
        CollectionAssert.AreEqual(new[] { "optimizer: torch.optim.adam.Adam" }, file.Skipped.ToArray());
    }

    [TestMethod]
    [DataRow("stored")]
    [DataRow("deflated")]
    [DataRow("legacy")]
    public void Offsets_strides_and_shared_storages_are_honored(string kind)
    {
        var bytes = kind switch
        {
            "legacy" => TorchWriter.Legacy(TorchWriter.LegacyPickle(Views)),
            "stored" => TorchWriter.Zip(TorchWriter.Pickle(Views)),
            _ => TorchWriter.Zip(TorchWriter.Pickle(Views), level: CompressionLevel.SmallestSize),
        };
        var read = CheckpointBytes.Open(bytes, file => file.Tensors.ToDictionary(tensor => tensor.Name, Values));
        Assert.AreEqual("[2,3] 0 1 2 3 4 5", read["w"]);
        Assert.AreEqual("[3,2] 0 3 1 4 2 5", read["transposed"]);
        Assert.AreEqual("[2] 1 4", read["second column"]);
        Assert.AreEqual("[1,3] 3 4 5", read["last row"]);
        Assert.AreEqual("[] 4", read["scalar"]);
        Assert.AreEqual("[0,4] ", read["empty"]);
    }

    [TestMethod]
    public void Values_are_converted_to_the_type_and_layout_of_the_target()
    {
        using var scope = NewDisposeScope();
        var targets = new[] { zeros(2, 3), zeros(2, 3, dtype: ScalarType.Float64), zeros(3, 2).t(), zeros(2, 3, dtype: ScalarType.Float16),
            nn.Parameter(zeros(2, 3)) };
        CheckpointBytes.Open(TorchWriter.Zip(TorchWriter.Pickle(SavedTensor.Matrix)), file =>
        {
            foreach (var target in targets)
                file.Tensors.Single().ReadInto(target);
            return 0;
        });
        foreach (var target in targets)
            Assert.IsTrue(target.detach().to(float32).Equals(arange(6, float32).reshape(2, 3)));
    }

    [TestMethod]
    public void A_bool_of_any_byte_becomes_true_or_false()
    {
        var flag = new SavedTensor("flag", "BoolStorage", "0", 4, 0, [4], [1]);
        var sum = CheckpointBytes.Open(TorchWriter.Zip(TorchWriter.Pickle(flag), [0, 1, 2, 255]), file =>
        {
            using var scope = NewDisposeScope();
            var read = file.Tensors.Single().Read();
            CollectionAssert.AreEqual(new byte[] { 0, 1, 1, 1 }, read.bytes.ToArray());
            var numbers = zeros(4);
            file.Tensors.Single().ReadInto(numbers);
            return numbers.sum().item<float>();
        });
        Assert.AreEqual(3f, sum);
    }

    [TestMethod]
    public void A_target_of_another_shape_is_refused_with_both_shapes()
    {
        var failure = Assert.ThrowsExactly<InvalidDataException>(() =>
            CheckpointBytes.Open(TorchWriter.Zip(TorchWriter.Pickle(SavedTensor.Matrix)), file =>
        {
            using var target = zeros(3, 2);
            file.Tensors.Single().ReadInto(target);
            return 0;
        }));
        StringAssert.Contains(failure.Message, "'w' has the shape [2,3] in the checkpoint, expected [3,2]");
    }

    [TestMethod]
    [DataRow("model")]
    [DataRow("state_dict")]
    [DataRow("model_state_dict")]
    public void The_state_dict_is_found_under_the_usual_names_and_what_is_beside_it_is_not_listed(string key)
    {
        var pickle = PickleWriter.Protocol2().Op("}(").Text("ema").Tensors([SavedTensor.Matrix with { Name = "other" }]).Text("epoch")
            .Op('K').Raw(7)
            .Text("lr").Tensor(SavedTensor.Matrix).Text("args").Global("argparse", "Namespace").Raw((byte)')', 0x81).Op("}b").Text(key)
                .Tensors([SavedTensor.Matrix]).Op('u').Stop();
        var (names, skipped) = CheckpointBytes.Open(TorchWriter.Zip(pickle), file =>
            (file.Tensors.Select(tensor => tensor.Name).ToArray(), file.Skipped.ToArray()));
        CollectionAssert.AreEqual(new[] { "w" }, names);
        CollectionAssert.AreEqual(new[] { "args: argparse.Namespace" }, skipped);
    }

    private static string Values(CheckpointTensor tensor)
    {
        using var value = tensor.Read();
        return $"[{string.Join(',', value.shape)}] {string.Join(' ', value.data<float>())}";
    }
}
