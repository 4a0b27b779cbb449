using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Checkpoints.Torch;

[TestClass]
public sealed class TorchZipWriterTests
{
    [TestMethod]
    [DataRow(nameof(CheckpointFormat.TorchZip))]
    [DataRow(nameof(CheckpointFormat.Safetensors))]
    public void Tensors_of_every_type_and_layout_come_back_bit_for_bit_and_in_order(string format)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        var numbers = randn([3, 5], generator: generator) * 100;
        List<(string Name, Tensor Value)> written =
        [
            .. new[]
            {
                ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
                    ScalarType.Int16,
                ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
            }.Select(type => ($"of type {type}", numbers.to(type))),
            ("NaN with a message",
                tensor(new uint[] { 0x7FC01234, 0xFF801234, 0x80000000 }.Select(BitConverter.UInt32BitsToSingle).ToArray())),
            ("transposed", numbers.t()), ("every other row", numbers[TensorIndex.Slice(0, null, 2)]), ("expanded", ones(1, 3).expand(4, 3)),
            ("scalar", tensor(7L)), ("empty", zeros(0, 4)), ("parameter, größer", nn.Parameter(numbers)),
        ];
        using var stream = new MemoryStream();
        if (format == nameof(CheckpointFormat.TorchZip))
            TorchZipWriter.Write(stream, written);
        else
            Safetensors.Write(stream, written);
        CheckpointBytes.Open(stream.ToArray(), file =>
        {
            Assert.AreEqual(format, file.Format.ToString());
            CollectionAssert.AreEqual(written.ConvertAll(tensor => tensor.Name), file.Tensors.Select(tensor => tensor.Name).ToList());
            foreach (var ((name, value), read) in written.Zip(file.Tensors))
            {
                Assert.AreEqual(value.dtype, read.Type, name);
                CollectionAssert.AreEqual(value.shape, read.Shape.ToArray(), name);
                CollectionAssert.AreEqual(value.detach().contiguous().bytes.ToArray(), read.Read().bytes.ToArray(), name);
            }

            return 0;
        });
    }

    [TestMethod]
    public void Numbers_of_a_type_that_no_storage_has_are_refused()
    {
        using var complex = zeros(2, dtype: ScalarType.ComplexFloat32);
        var failure = Assert.ThrowsExactly<NotSupportedException>(() => TorchZipWriter.Write(new MemoryStream(), [("phase", complex)]));
        StringAssert.Contains(failure.Message, "ComplexFloat32 cannot be written; supported: Float64");
    }
}
