using Microsoft.Extensions.AI;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Knowledge.Embedders;

/// <summary>Which vector is taken of what a model gives, and that streams do as well as files.</summary>
[TestClass]
public sealed class OnnxTextPoolingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Of [CLS] spleen [SEP] = 2 8 3: per token (i, 1), their mean; the pooler's mean of (1, i).
    [TestMethod]
    [DataRow(null, 13 / 3f, DisplayName = "BERT's default: the mean, not the pooler")]
    [DataRow(TextPooling.Mean, 13 / 3f)]
    [DataRow(TextPooling.FirstToken, 2f)]
    [DataRow(TextPooling.Pooled, 3 / 13f)]
    public async Task The_caller_chooses_the_pooling(TextPooling? pooling, float expected)
    {
        using var embedder = new OnnxTextEmbedder(Both(), TinyTextEncoder.WriteBert(_folder.Path), pooling: pooling);
        Assert.AreEqual(expected, await Ratio(embedder, "spleen"), 1e-5f);
    }

    [TestMethod]
    public async Task Clips_default_is_the_pooler()
    {
        var (vocabulary, merges) = TinyTextEncoder.WriteClip(_folder.Path);
        using var embedder = new OnnxTextEmbedder(Both(), vocabulary, merges);
        Assert.AreEqual(3 / (14 + 9 + 15f), await Ratio(embedder, "liver"), 1e-5f);
    }

    [TestMethod]
    [DataRow("last_hidden_state", TextPooling.Pooled, "text_embeds, sentence_embedding, pooler_output")]
    [DataRow("text_embeds", TextPooling.Mean, "last_hidden_state, token_embeddings")]
    [DataRow("sentence_embedding", TextPooling.FirstToken, "last_hidden_state, token_embeddings")]
    public void A_model_without_an_output_for_the_pooling_is_refused_with_those_it_has(string output, TextPooling pooling, string expected)
    {
        var message = Assert.ThrowsExactly<InvalidDataException>(() =>
            new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path, output), TinyTextEncoder.WriteBert(_folder.Path),
                pooling: pooling)).Message;
        Assert.Contains($"are {output} (Float -1 x ", message);
        Assert.EndsWith($"; expected one of {expected}, of floats, for the pooling {pooling}.", message);
    }

    [TestMethod]
    public void A_pooling_that_is_none_is_refused() => Assert.Contains("one of Mean, FirstToken, Pooled",
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            new OnnxTextEmbedder(Both(), TinyTextEncoder.WriteBert(_folder.Path), pooling: (TextPooling)7)).Message);

    [TestMethod]
    public async Task Streams_give_what_files_give()
    {
        var (model, vocabulary) = (Both(), TinyTextEncoder.WriteBert(_folder.Path));
        using var ofFiles = new OnnxTextEmbedder(model, vocabulary);
        using var weights = new MemoryStream(File.ReadAllBytes(model));
        using var tokens = new MemoryStream(File.ReadAllBytes(vocabulary));
        using var ofStreams = new OnnxTextEmbedder(weights, tokens);
        Assert.AreEqual(await Ratio(ofFiles, "large liver"), await Ratio(ofStreams, "large liver"));
        Assert.IsTrue(weights.CanRead, "left open");

        var (numbers, merges) = TinyTextEncoder.WriteClip(_folder.Path);
        using var clipOfFiles = new OnnxTextEmbedder(model, numbers, merges);
        using Stream modelFile = File.OpenRead(model), numbersFile = File.OpenRead(numbers), mergesFile = File.OpenRead(merges);
        using var clipOfStreams = new OnnxTextEmbedder(modelFile, numbersFile, mergesFile);
        Assert.AreEqual(await Ratio(clipOfFiles, "liver 1"), await Ratio(clipOfStreams, "liver 1"));
    }

    [TestMethod]
    public void Streams_that_give_nothing_or_the_other_file_are_refused()
    {
        byte[] model = File.ReadAllBytes(Both()), vocabulary = File.ReadAllBytes(TinyTextEncoder.WriteBert(_folder.Path));
        using var read = new MemoryStream(model) { Position = model.Length };
        string Refusal(Stream first, byte[] second) =>
            Assert.ThrowsExactly<InvalidDataException>(() => new OnnxTextEmbedder(first, new MemoryStream(second))).Message;
        Assert.Contains("The stream 'model stream' has no bytes left: it is empty, or was already read to its end.",
            Refusal(read, vocabulary));
        Assert.Contains("The vocabulary 'vocabulary stream' cannot be used: ", Refusal(new MemoryStream(vocabulary), model));
        Assert.Contains("'model stream' cannot be read as an ONNX model", Refusal(new MemoryStream(vocabulary), vocabulary));
        var closed = new MemoryStream(model);
        closed.Dispose();
        Assert.Contains("cannot be read: it is closed",
            Assert.ThrowsExactly<ArgumentException>(() => new OnnxTextEmbedder(closed, read)).Message);
    }

    // 16 tokens, so that both tiny vocabularies fit.
    private string Both()
    {
        var path = Path.Combine(_folder.Path, "both.onnx");
        new TinyOnnx().Input("input_ids", -1, -1)
            .Table("table", [.. Enumerable.Range(0, 16).Select(i => new float[] { i, 1 })])
                .Table("turned", [.. Enumerable.Range(0, 16).Select(i => new float[] { 1, i })])
            .Node("Gather", ["table", "input_ids"], "last_hidden_state").Output("last_hidden_state", -1, -1, 2)
            .Node("Gather", ["turned", "input_ids"], "rows").Node("ReduceMean", ["rows"], "mean", ("axes", [1]))
            .Node("Flatten", ["mean"], "pooler_output").Output("pooler_output", -1, 2).Save(path);
        return path;
    }

    private static async Task<float> Ratio(OnnxTextEmbedder embedder, string text)
    {
        var vector = (await embedder.GenerateVectorAsync(text)).ToArray();
        return vector[0] / vector[1];
    }
}
