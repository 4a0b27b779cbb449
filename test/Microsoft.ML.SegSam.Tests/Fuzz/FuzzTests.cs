using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Checkpoints.Torch;
using Microsoft.ML.SegSam.Tests.Support;
using static TorchSharp.torch;
using Format = Microsoft.ML.SegSam.Storage.Safetensors;

namespace Microsoft.ML.SegSam.Tests.Fuzz;

/// <summary>
/// Spoiled files: each is read or ends in InvalidDataException, soon and in little memory. A short run belongs to the suite;
/// SEGSAM_FUZZ_COUNT and SEGSAM_FUZZ_SEED make a long one (CONTRIBUTING, "Fuzzing the readers").
/// </summary>
[TestClass]
[TestCategory("Fuzz")]
public sealed class FuzzTests(TestContext context)
{
    [TestMethod]
    public void Pickles() =>
        Run("pickle", share: 0.38, FuzzSeeds.Pickles, seed: 1, wrap: null, bytes => PickleReader.Read(new MemoryStream(bytes)));

    [TestMethod]
    public void Zips() => OnDisk("zip .pth", share: 0.2, FuzzSeeds.Zips, seed: 2);

    /// <summary>The zip is sound, what it holds is not: mutations get past the directory.</summary>
    [TestMethod]
    public void Pickles_in_sound_zips() =>
        OnDisk("pickle in .pth", share: 0.1, FuzzSeeds.Pickles[..2], seed: 3, bytes => TorchWriter.Zip(bytes));

    [TestMethod]
    public void Old_files() => OnDisk("legacy .pth", share: 0.1, FuzzSeeds.Legacies, seed: 4);

    [TestMethod]
    public void Safetensors() => OnDisk("safetensors", share: 0.1, FuzzSeeds.Safetensors, seed: 5);

    [TestMethod]
    public void Onnx() => OnDisk("onnx", share: 0.1, FuzzSeeds.Onnx, seed: 10);

    [TestMethod]
    public void Weights_of_models() => Run("model weights", share: 0.05, FuzzSeeds.Safetensors, seed: 6, wrap: null, bytes =>
    {
        using var scope = NewDisposeScope();
        Format.ReadInto(new MemoryStream(bytes), new Dictionary<string, Tensor>
        {
            ["w"] = zeros(2, 3), ["half"] = zeros(2), ["empty"] = zeros(0, 4), ["flag"] = zeros(3, dtype: ScalarType.Bool),
        });
    });

    /// <summary>Only the header is spoiled: names, shapes, and what the file says of its network.</summary>
    [TestMethod]
    public void Networks_from_checkpoints()
    {
        var (headers, data) = FuzzSeeds.Networks();
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "x");
        byte[] Wrap(byte[] header) => [.. BitConverter.GetBytes((long)header.Length), .. header, .. data];
        Run("network", share: 0.02, headers, seed: 9, Wrap, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using var file = CheckpointFile.Open(path);
            var pretrained = Pretrained.Recognize(file);
            pretrained.Build(pretrained.Config with { CategoryCount = 1, TextInsertion = TextInsertion.None }, seed: 1).Dispose();
        });
    }

    private void OnDisk(string reader, double share, byte[][] seeds, int seed, Func<byte[], byte[]>? wrap = null)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "x");
        Run(reader, share, seeds, seed, wrap, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using var file = CheckpointFile.Open(path);
            CheckpointBytes.ReadAll(file);
        });
    }

    private void Run(string reader, double share, byte[][] seeds, int seed, Func<byte[], byte[]>? wrap, Action<byte[]> read) =>
        new FuzzRun(reader, share, seed).Feed(seeds, wrap ?? (bytes => bytes), read).Finish(context);
}
