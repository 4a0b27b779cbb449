using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;


namespace Microsoft.ML.SegSam.Tests.Checkpoints;

/// <summary>Opens bytes as a checkpoint file.</summary>
internal static class CheckpointBytes
{
    /// <summary>What <paramref name="use"/> makes of an opened checkpoint.</summary>
    public static T Open<T>(byte[] bytes, Func<CheckpointFile, T> use)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "x.bin");
        File.WriteAllBytes(path, bytes);
        using var file = CheckpointFile.Open(path);
        return use(file);
    }

    /// <summary>The message of the one error that opening and reading everything ends in.</summary>
    public static string Refusal(byte[] bytes) => Assert.ThrowsExactly<InvalidDataException>(() => Open(bytes, ReadAll)).Message;

    /// <summary>Reads every tensor; the number of elements.</summary>
    public static long ReadAll(CheckpointFile file)
    {
        var elements = 0L;
        foreach (var tensor in file.Tensors)
        {
            using var value = tensor.Read();
            elements += value.numel();
        }

        return elements;
    }
}
