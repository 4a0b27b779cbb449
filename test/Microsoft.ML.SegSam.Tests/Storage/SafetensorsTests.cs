using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Golden.Reference;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Storage;

[TestClass]
public sealed class SafetensorsTests
{
    public static IEnumerable<object[]> Types =>
        ((ScalarType[])[ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
            ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool]).Select(type => new object[] { type });

    [TestMethod]
    [DynamicData(nameof(Types))]
    public void Every_type_comes_back_to_the_bit_also_scalars_and_empty_tensors(ScalarType type)
    {
        using var scope = NewDisposeScope();
        (string, Tensor)[] written =
        [
            ("empty", empty([0, 4], type)),
            ("matrix", (arange(6, float32) - 2).abs().reshape(2, 3).to(type)),
            ("transposed", (arange(6, float32) % 2).reshape(2, 3).to(type).t()),
            ("scalar", tensor(1f).to(type)),
            ("other empty", empty([0], type)),
        ];
        using var stream = new MemoryStream();
        Safetensors.Write(stream, written);
        stream.Position = 0;
        var read = written.ToDictionary(pair => pair.Item1, pair => zeros(pair.Item2.shape, type));
        Safetensors.ReadInto(stream, read);
        foreach (var (name, value) in written)
        {
            Assert.AreEqual(type, read[name].dtype);
            CollectionAssert.AreEqual(value.contiguous().bytes.ToArray(), read[name].bytes.ToArray(), name);
        }

        Assert.AreEqual(stream.Length, stream.Position, "Nothing is left unread.");
    }

    [TestMethod]
    public void Values_are_converted_to_the_type_and_layout_of_the_network()
    {
        using var scope = NewDisposeScope();
        using var stream = Written(("w", tensor([1.5, 2.5, -3, 4], [2, 2])));
        var target = zeros(2, 2).t();
        Safetensors.ReadInto(stream, new Dictionary<string, Tensor> { ["w"] = target });
        Assert.IsTrue(target.Equals(tensor([1.5f, 2.5f, -3, 4], [2, 2])));
    }

    [TestMethod]
    public void A_stream_that_cannot_seek_and_gives_byte_by_byte_is_enough()
    {
        using var scope = NewDisposeScope();
        var expected = arange(5, float32);
        using var memory = Written(("a", expected), ("b", ones(3, dtype: ScalarType.Int64)));
        using var stream = new TricklingStream(memory);
        var read = new Dictionary<string, Tensor> { ["b"] = zeros(3, dtype: ScalarType.Int64), ["a"] = zeros(5) };
        Safetensors.ReadInto(stream, read);
        Assert.IsTrue(read["a"].Equals(expected));
        Assert.AreEqual(3, read["b"].sum().item<long>());
    }

    [TestMethod]
    public void All_that_does_not_fit_is_listed_in_one_message_and_nothing_is_changed()
    {
        using var scope = NewDisposeScope();
        using var stream = Written(("good", ones(2)), ("flat", ones(6)), ("extra.1", ones(1)), ("extra.2", ones(1)));
        var good = zeros(2);
        var failure = Assert.ThrowsExactly<InvalidDataException>(() => Safetensors.ReadInto(stream,
            new Dictionary<string, Tensor> { ["good"] = good, ["flat"] = zeros(2, 3), ["lacking.1"] = zeros(1),
                ["lacking.2"] = zeros(1) }));
        foreach (var line in new[] { "5 places", "missing: lacking.1", "missing: lacking.2", "unexpected: extra.1",
            "unexpected: extra.2", "shape: flat is [6], expected [2,3]" })
            StringAssert.Contains(failure.Message, line);
        Assert.DoesNotContain("good", failure.Message);
        Assert.AreEqual(0, good.sum().item<float>());
    }

    [TestMethod]
    public void Data_that_end_early_name_the_tensor_they_end_in()
    {
        using var scope = NewDisposeScope();
        using var whole = Written(("first", ones(4)), ("second", ones(4)));
        using var cut = new MemoryStream(whole.ToArray()[..^3]);
        var failure = Assert.ThrowsExactly<InvalidDataException>(() =>
            Safetensors.ReadInto(cut, new Dictionary<string, Tensor> { ["first"] = zeros(4), ["second"] = zeros(4) }));
        StringAssert.Contains(failure.Message, "3 bytes before the end of tensor 'second'");
    }

    public static IEnumerable<object[]> GoldenFiles => GoldenWeights.Twins.Select(twin => twin.Reference).Distinct()
        .DefaultIfEmpty("*.safetensors").Select(file => new object[] { file });

    [TestMethod]
    [TestCategory("Golden")]
    [DynamicData(nameof(GoldenFiles))]
    public void Files_of_another_writer_are_read_to_the_bit(string name)
    {
        using var scope = NewDisposeScope();
        var file = GoldenFolder.Open(name);
        var read = file.Names.ToDictionary(tensor => tensor, tensor => zeros_like(file.Tensor(tensor)));
        using var stream = File.OpenRead(GoldenFolder.Require(name));
        Safetensors.ReadInto(stream, read);
        foreach (var tensor in file.Names)
            CollectionAssert.AreEqual(file.Bytes(tensor).ToArray(), read[tensor].bytes.ToArray(), tensor);
    }

    private static MemoryStream Written(params (string Name, Tensor Value)[] tensors)
    {
        var stream = new MemoryStream();
        Safetensors.Write(stream, tensors);
        stream.Position = 0;
        return stream;
    }

    private sealed class TricklingStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(1, count));

        public override int Read(Span<byte> buffer) => inner.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
