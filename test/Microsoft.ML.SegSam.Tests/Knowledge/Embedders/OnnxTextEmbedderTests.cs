using Microsoft.Extensions.AI;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Knowledge.Embedders;

[TestClass]
public sealed class OnnxTextEmbedderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // [CLS] liver : large ##r [SEP] = 2 5 9 6 7 3; the model's vector of token i is (i, 1).
    [TestMethod]
    [DataRow("last_hidden_state", DisplayName = "tokens")]
    [DataRow("text_embeds", DisplayName = "pooled")]
    public async Task The_vector_is_the_mean_over_the_tokens_brought_to_norm_one(string output)
    {
        using var embedder =
            new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path, output), TinyTextEncoder.WriteBert(_folder.Path));
        AssertMean(32 / 6f, await Vector(embedder, "Liver: larger"));
        AssertMean(5 / 2f, await Vector(embedder, ""));
        Assert.AreEqual(2, embedder.Width);
        Assert.AreEqual(2, embedder.GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelDimensions);
    }

    [TestMethod]
    public async Task Several_texts_give_what_each_gives_alone()
    {
        using var embedder = new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path), TinyTextEncoder.WriteBert(_folder.Path));
        string[] texts = ["spleen", "large liver: larger spleen", "spleen"];
        var together = await embedder.GenerateAsync(texts);
        for (var i = 0; i < texts.Length; i++)
            CollectionAssert.AreEqual(await Vector(embedder, texts[i]), together[i].Vector.ToArray());
    }

    [TestMethod]
    [DataRow(4, null, DisplayName = "the model's length")]
    [DataRow(-1, 4, DisplayName = "the caller's limit")]
    public async Task A_text_that_is_too_long_loses_its_end_and_keeps_its_end_mark(int length, int? limit)
    {
        using var embedder = new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path, length: length),
            TinyTextEncoder.WriteBert(_folder.Path), maxTokens: limit);
        AssertMean((2 + 5 + 5 + 3) / 4f, await Vector(embedder, "liver liver spleen spleen"));
    }

    [TestMethod]
    public async Task What_fills_a_model_of_fixed_length_does_not_count()
    {
        using var embedder = new OnnxTextEmbedder(
            TinyTextEncoder.WriteModel(_folder.Path, "last_hidden_state", 10, 9, "attention_mask", "token_type_ids"),
            TinyTextEncoder.WriteBert(_folder.Path));
        AssertMean((2 + 8 + 3) / 3f, await Vector(embedder, "spleen"));
    }

    [TestMethod]
    public async Task A_mask_of_the_model_tells_text_from_filling()
    {
        // The "pooled output" is the mask itself: as many ones as tokens.
        var path = Path.Combine(_folder.Path, "mask.onnx");
        new TinyOnnx().Input("input_ids", 1, 5).Input("attention_mask", 1, 5).Table("table", [[0, 1], [1, 0]])
            .Node("Gather", ["table", "attention_mask"], "rows").Node("ReduceMean", ["rows"], "mean", ("axes", [1]))
            .Node("Flatten", ["mean"], "pooler_output").Output("pooler_output", 1, 2).Save(path);
        using var embedder = new OnnxTextEmbedder(path, TinyTextEncoder.WriteBert(_folder.Path));
        AssertMean(3 / 2f, await Vector(embedder, "spleen"));
    }

    [TestMethod]
    public async Task Clip_vocabularies_are_split_into_byte_pairs_that_end_words()
    {
        var (vocabulary, merges) = TinyTextEncoder.WriteClip(_folder.Path);
        using var embedder = new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path, rows: 16), vocabulary, merges);
        AssertMean((14 + 9 + 10 + 10 + 15) / 5f, await Vector(embedder, "Liver 11")); // digits stand alone
        AssertMean((14 + 6 + 5 + 13 + 15) / 5f, await Vector(embedder, "lir é"));     // half a word, and a letter of two bytes
    }

    [TestMethod]
    public async Task Cased_vocabularies_keep_capitals_and_accents_and_others_do_not()
    {
        var model = TinyTextEncoder.WriteModel(_folder.Path);
        using (var uncased = new OnnxTextEmbedder(model, TinyTextEncoder.WriteBert(_folder.Path)))
            AssertMean((2 + 5 + 3) / 3f, await Vector(uncased, "LÍVER"));
        using var cased = new OnnxTextEmbedder(model,
            TinyTextEncoder.WriteBert(_folder.Path, [.. TinyTextEncoder.BertTokens[..8], "Liver", ":"]));
        AssertMean((2 + 8 + 3) / 3f, await Vector(cased, "Liver"));
        AssertMean((2 + 1 + 3) / 3f, await Vector(cased, "Líver"));
    }

    // Vocabularies of lower-cased texts hold capitals in shape alone, and marks in capitals.
    [TestMethod]
    [DataRow("\u211D", DisplayName = "double-struck R")]
    [DataRow("##\u211D", DisplayName = "a piece of it")]
    [DataRow("[unused7]", DisplayName = "an unused mark")]
    [DataRow("[EMAIL]", DisplayName = "an own mark")]
    [DataRow("<URL>", DisplayName = "an own mark in angles")]
    public async Task A_capital_that_no_text_has_makes_no_vocabulary_cased(string token)
    {
        var vocabulary = TinyTextEncoder.WriteBert(_folder.Path, [.. TinyTextEncoder.BertTokens, token]);
        using var uncased = new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path, rows: 11), vocabulary);
        AssertMean((2 + 5 + 3) / 3f, await Vector(uncased, "LIVER"));
    }

    [TestMethod]
    public async Task A_vocabulary_with_accents_keeps_them_and_the_caller_can_decide_on_capitals()
    {
        var model = TinyTextEncoder.WriteModel(_folder.Path);
        var german = TinyTextEncoder.WriteBert(_folder.Path, [.. TinyTextEncoder.BertTokens[..8], "größe", ":"]);
        using (var accents = new OnnxTextEmbedder(model, german))
            AssertMean((2 + 8 + 3) / 3f, await Vector(accents, "GRO\u0308ßE"));
        var stray = TinyTextEncoder.WriteBert(_folder.Path, [.. TinyTextEncoder.BertTokens[..8], "COVID", ":"]);
        using (var cased = new OnnxTextEmbedder(model, stray))
            AssertMean((2 + 1 + 3) / 3f, await Vector(cased, "Liver"));
        using var forced = new OnnxTextEmbedder(model, stray, lowerCase: true);
        AssertMean((2 + 5 + 3) / 3f, await Vector(forced, "Líver"));
    }

    [TestMethod]
    public async Task Line_breaks_separate_words_and_symbols_are_words()
    {
        using var embedder = new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path), TinyTextEncoder.WriteBert(_folder.Path));
        AssertMean((2 + 5 + 6 + 3) / 4f, await Vector(embedder, "liver\nlarge"));
        AssertMean((2 + 5 + 1 + 6 + 3) / 5f, await Vector(embedder, "liver>large"));
        AssertMean((2 + 1 + 1 + 1 + 3) / 5f, await Vector(embedder, "[SEP]")); // no mark of the text's own
    }

    private static async Task<float[]> Vector(OnnxTextEmbedder embedder, string text) =>
        (await embedder.GenerateVectorAsync(text)).ToArray();

    private static void AssertMean(float expected, float[] vector)
    {
        Assert.HasCount(2, vector);
        Assert.AreEqual(1, vector.Sum(value => value * value), 1e-6f);
        Assert.AreEqual(expected, vector[0] / vector[1], 1e-5f);
    }
}
