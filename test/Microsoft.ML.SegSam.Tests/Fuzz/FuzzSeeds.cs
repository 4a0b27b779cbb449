using System.IO.Compression;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Checkpoints.Onnx;
using Microsoft.ML.SegSam.Tests.Checkpoints.Torch;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;
using Format = Microsoft.ML.SegSam.Storage.Safetensors;

namespace Microsoft.ML.SegSam.Tests.Fuzz;

/// <summary>Small valid files to begin from.</summary>
internal static class FuzzSeeds
{
    private static readonly SavedTensor[] Tensors =
    [
        SavedTensor.Matrix,
        SavedTensor.Matrix with { Name = "transposed", Shape = [3, 2], Strides = [1, 3] },
        SavedTensor.Matrix with { Name = "scalar", Offset = 4, Shape = [], Strides = [] },
        SavedTensor.Matrix with { Name = "empty", Shape = [0, 4], Strides = [4, 1] },
    ];

    public static byte[][] Pickles { get; } =
    [
        TorchWriter.Pickle(Tensors),
        PickleWriter.Protocol2().Op("}(").Text("model").Tensors(Tensors)
            .Text("optimizer").Global("torch.optim.adam", "Adam").Raw((byte)')', 0x81).Op("}").Text("state")
            .Op("}sb").Text("epoch").Op('K').Raw(7).Text("list")
            .Op("](K\x01G").Raw(64, 4, 0, 0, 0, 0, 0, 0)
            .Op("N\x88\x89\x86" + "e").Op('u').Stop(),
        // Protocol 4: frame, memoized short texts, sets, bytes, named classes from the stack.
        new PickleWriter().Raw(0x80, 4, 0x95, 60, 0, 0, 0, 0, 0, 0, 0)
            .Op("}\x94(\x8c\x01" + "a\x94\x8f\x94(K\x01K\x02\x90\x8c\x01"
                + "b\x94(K\x03\x91\x94")
            .Op("\x8c\x01" + "c\x94" + "C\x02xy\x94\x8c\x01" + "d\x94\x8c\x08" + "builtins\x94\x8c\x04" + "eval\x94\x93\x94)R\x94u").Stop(),
        // Protocol 0: lines.
        new PickleWriter().Op("(dp0\nS'a'\np1\nI12\nsVb\n(lp2\nL5L\naF2.5\naI01\nasg1\n(tscos\nsystem\n(S'x'\ntRp3\nNs").Stop(),
    ];

    public static byte[][] Zips { get; } =
    [
        TorchWriter.Zip(Pickles[0]), TorchWriter.Zip(Pickles[1]), TorchWriter.Zip(Pickles[0], level: CompressionLevel.SmallestSize),
    ];

    public static byte[][] Legacies { get; } = [TorchWriter.Legacy(TorchWriter.LegacyPickle(Tensors))];

    public static byte[][] Safetensors { get; } = [Written()];

    public static byte[][] Onnx { get; } = [new TinyResNet().ToArray(), new TinyResNet(side: 96, raw: false, padsBehind: true).ToArray()];

    /// <summary>Headers of two files of the same small SAM, of others and of ours, and the numbers that follow both.</summary>
    public static (byte[][] Headers, byte[] Data) Networks()
    {
        using var network = SmallNetwork.Create(
            PublishedFile.Sam with { InputSize = 32, EncoderDepth = 1, GlobalBlocks = [0], DecoderDepth = 1 });
        var tensors = PublishedFile.SamPart(network).Select(pair => (pair.Key, pair.Value)).ToList();
        var (plain, ours) = (Header(null), Header(new SamDescription(network.Config, Preprocessing.Sam).ToMetadata()));
        using var whole = new MemoryStream();
        Format.Write(whole, tensors);
        return ([plain, ours], whole.ToArray()[(8 + BitConverter.ToInt32(whole.ToArray()))..]);

        byte[] Header(IReadOnlyDictionary<string, string>? metadata)
        {
            using var header = new MemoryStream();
            SafetensorsHeader.Write(header, tensors, metadata);
            return header.ToArray()[8..];
        }
    }

    private static byte[] Written()
    {
        using var stream = new MemoryStream();
        using var scope = NewDisposeScope();
        Format.Write(stream,
        [
            ("w", ones(2, 3)),
            ("half", ones(2, dtype: ScalarType.BFloat16)),
            ("empty", empty(0, 4)),
            ("flag", ones(3, dtype: ScalarType.Bool)),
        ]);
        return stream.ToArray();
    }
}
