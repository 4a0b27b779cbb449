using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Checkpoints.Torch;
using static Microsoft.ML.SegSam.Tests.Checkpoints.CheckpointBytes;

namespace Microsoft.ML.SegSam.Tests.Checkpoints;

/// <summary>Files that are no checkpoints, damaged or lying: each ends in one error that says what is wrong.</summary>
[TestClass]
public sealed class BadCheckpointTests
{
    private static readonly SavedTensor W = SavedTensor.Matrix;

    [TestMethod]
    [DataRow("", "the file is empty")]
    [DataRow("<!DOCTYPE html>", "begins with '<!DOCTYPE html>'")]
    [DataRow("version https://git-lfs", "pointer file")]
    [DataRow("PK", "no end record")]
    [DataRow("\x80\x02N.", "magic number is missing")]
    [DataRow("\x10\0\0\0\0\0\0\0{", "15 bytes before the end of the header")]
    public void Another_kind_of_file_is_named(string content, string says) =>
        StringAssert.Contains(Refusal(Encoding.Latin1.GetBytes(content)), says);

    [TestMethod]
    public void Every_truncation_of_every_format_is_refused()
    {
        using var safetensors = new MemoryStream();
        using (var ones = TorchSharp.torch.ones(2, 3))
            Safetensors.Write(safetensors, [("w", ones)]);
        foreach (var whole in new[] { TorchWriter.Zip(TorchWriter.Pickle(W)), TorchWriter.Legacy(TorchWriter.LegacyPickle(W)),
            safetensors.ToArray() })
        {
            Assert.AreEqual(6, Open(whole, ReadAll));
            for (var length = 0; length < whole.Length; length++)
                Refusal(whole[..length]);
        }
    }

    public static IEnumerable<object[]> Lies =>
    [
        [W with { Shape = [2, 4] }, "extends beyond its storage of 6 elements"],
        [W with { Offset = 1 }, "extends beyond its storage of 6 elements"],
        [W with { Offset = long.MaxValue }, "extends beyond its storage of 6 elements"],
        [W with { Strides = [4, 1] }, "extends beyond its storage of 6 elements"],
        [W with { Strides = [long.MaxValue, long.MaxValue] }, "extends beyond"],
        [W with { Shape = [long.MaxValue, long.MaxValue], Strides = [long.MaxValue, long.MaxValue] }, "extends beyond"],
        [W with { Shape = [1L << 32, 1L << 32], Strides = [0, 0] }, "more elements than its storage"],
        [W with { Shape = [1000000], Strides = [0] }, "more elements than its storage"],
        [W with { Shape = [0, 1L << 62, 1L << 62] }, "shape and strides must have equal length"],
        [W with { Shape = [0, 1L << 62, 1L << 62], Strides = [1, 1, 1] }, "impossible shape"],
        [W with { Shape = [-2, 3] }, "no number may be negative"],
        [W with { Strides = [-3, 1] }, "no number may be negative"],
        [W with { Offset = -1 }, "no number may be negative"],
        [W with { Strides = [1] }, "equal length"],
        [W with { Count = 1L << 40, Shape = [1L << 40], Strides = [1] }, "the file holds 24 bytes"],
        [W with { Count = 7 }, "claims 7 elements of 4 bytes, but the file holds 24 bytes"],
        [W with { Count = long.MaxValue }, "the file holds 24 bytes"],
        [W with { Count = -1 }, "a reference to a storage in a form"],
        [W with { Type = "DoubleStorage" }, "claims 6 elements of 8 bytes"],
        [W with { Type = "ComplexFloatStorage" }, "numbers of the unsupported type torch.'ComplexFloatStorage'"],
        [W with { Key = "1" }, "no entry 'm/data/1'"],
        [W with { Key = "../byteorder" }, "no entry 'm/data/../byteorder'"],
    ];

    [TestMethod]
    [DynamicData(nameof(Lies))]
    public void A_tensor_that_lies_about_its_storage_is_refused(SavedTensor tensor, string says) =>
        StringAssert.Contains(Refusal(TorchWriter.Zip(TorchWriter.Pickle(tensor))), says);

    [TestMethod]
    public void A_tensor_of_more_than_2_GiB_is_refused()
    {
        using var nothing = new Microsoft.Win32.SafeHandles.SafeFileHandle();
        var storage = new FileBytes(nothing, "a large storage", 0, 1L << 40, 1L << 40);
        var tensor = new PickleTensor(new("FloatStorage", "0", 1 << 30), 0, [1 << 29], [1]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => CheckpointTensor.Of("w", tensor, _ => storage)).Message,
            "the limit is 2 GiB");
    }

    [TestMethod]
    public void A_storage_used_as_two_types_is_refused() =>
        StringAssert.Contains(Refusal(TorchWriter.Zip(TorchWriter.Pickle(W, W with { Name = "v", Type = "IntStorage" }))),
            "the storage '0' with two types or sizes");

    [TestMethod]
    public void A_name_that_occurs_twice_is_refused() =>
        StringAssert.Contains(Refusal(TorchWriter.Zip(TorchWriter.Pickle(W, W))), "the tensor 'w' occurs twice");

    [TestMethod]
    public void Zips_that_PyTorch_would_not_write_are_refused()
    {
        var pickle = TorchWriter.Pickle(W);
        StringAssert.Contains(Refusal(TorchWriter.Zip(CompressionLevel.Optimal, ("TransformerChain/Model.key", []))),
            "a zip without data.pkl");
        StringAssert.Contains(Refusal(TorchWriter.Zip(CompressionLevel.Optimal, ("a/data.pkl", pickle), ("b/data.pkl", pickle))),
            "2 entries data.pkl");
        StringAssert.Contains(Refusal(TorchWriter.Zip(CompressionLevel.Optimal, ("data.pkl", pickle), ("data/0", []), ("data/0", []))),
            "two entries named 'data/0'");
        StringAssert.Contains(Refusal(TorchWriter.Zip(pickle, byteOrder: "big")), "'big'-endian, expected 'little'");
    }

    [TestMethod]
    public void A_zip_bomb_is_refused_before_it_goes_off()
    {
        var zeros = W with { Count = 10 << 20, Shape = [10 << 20], Strides = [1] };
        StringAssert.Contains(Refusal(TorchWriter.Zip(TorchWriter.Pickle(zeros), new byte[40 << 20], level: CompressionLevel.SmallestSize)),
            "at most 200 times is allowed");
    }

    [TestMethod]
    [DataRow(20, 2, 7, "impossible sizes", DisplayName = "packed size")]
    [DataRow(24, 4, 1 << 20, "impossible sizes", DisplayName = "size")]
    [DataRow(42, 4, 1 << 30, "beyond the end of the data", DisplayName = "offset of the entry")]
    [DataRow(42, 4, 3, "overlaps another", DisplayName = "offset into another entry")]
    [DataRow(10, 2, 12, "compressed with method 12", DisplayName = "method")]
    [DataRow(8, 1, 1, "encrypted", DisplayName = "flags")]
    [DataRow(28, 2, 60000, "ends inside an entry", DisplayName = "length of the name")]
    public void A_directory_that_lies_is_refused(int at, int size, int value, string says)
    {
        var bytes = TorchWriter.Zip(TorchWriter.Pickle(W));
        var entry = bytes.AsSpan().LastIndexOf("PK\x01\x02"u8);
        var field = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(field, value);
        field.AsSpan(0, size).CopyTo(bytes.AsSpan(entry + at));
        StringAssert.Contains(Refusal(bytes), says);
    }

    [TestMethod]
    [DataRow(100, "does not inflate to the 100 bytes")]
    [DataRow(10, "does not inflate to the 10 bytes")]
    public void A_deflated_entry_of_another_size_than_declared_is_refused(int declared, string says)
    {
        var bytes = TorchWriter.Zip(TorchWriter.Pickle(W with { Count = 1, Shape = [1], Strides = [1] }), new byte[64],
            level: CompressionLevel.SmallestSize);
        var name = bytes.AsSpan().LastIndexOf("m/data/0"u8);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(name - 46 + 24), declared);
        StringAssert.Contains(Refusal(bytes), says);
    }

    [TestMethod]
    public void Old_files_that_lie_are_refused()
    {
        var pickle = TorchWriter.LegacyPickle(W);
        StringAssert.Contains(Refusal(TorchWriter.Legacy(pickle, magic: "119547037146038801333357")), "magic number is missing");
        StringAssert.Contains(Refusal(TorchWriter.Legacy(pickle, little: false)), "big-endian");
        StringAssert.Contains(Refusal(TorchWriter.Legacy(pickle, count: 5)), "5 elements where it is stored, but 6 where it is used");
        StringAssert.Contains(Refusal(TorchWriter.Legacy(pickle, count: -1)), "-1 elements where it is stored");
        StringAssert.Contains(Refusal(TorchWriter.Legacy(pickle, storage: new byte[20])), "needs 24 bytes, the file holds 20");
        StringAssert.Contains(Refusal(TorchWriter.Legacy(pickle, key: "1")), "the storage '1' is unknown");
        StringAssert.Contains(Refusal(TorchWriter.Legacy(TorchWriter.LegacyPickle(W with { Count = 1L << 62 }), count: 1L << 62)),
            "truncated");
    }
}
