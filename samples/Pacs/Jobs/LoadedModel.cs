using System.Security.Cryptography;
using Microsoft.ML.SegSam;
using SampleKit;

namespace Pacs.Jobs;

/// <summary>A loaded model.</summary>
/// <param name="Hash">Of its file, or of the files of an exported model.</param>
internal sealed record LoadedModel(SegSamTransformer Model, SegSamPredictor Predictor, string Hash) : IDisposable
{
    /// <param name="name">A model's file or folder, or mini.</param>
    /// <exception cref="IOException">It does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or something else.</exception>
    public static LoadedModel From(string name)
    {
        var path = ShippedModel.FileOf(name);
        var model = SegSamTransformer.Load(path);
        return new(model, new(model), HashOf(path));
    }

    public void Dispose()
    {
        Predictor.Dispose();
        Model.Dispose();
    }

    private static string HashOf(string path)
    {
        string[] files = Directory.Exists(path) ? [.. Directory.GetFiles(path).Order(StringComparer.Ordinal)] : [path];
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            using var content = File.OpenRead(file);
            all.AppendData(SHA256.HashData(content));
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }
}
