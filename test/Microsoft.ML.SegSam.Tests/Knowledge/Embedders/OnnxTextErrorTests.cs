using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Tests.Support;


namespace Microsoft.ML.SegSam.Tests.Knowledge.Embedders;

[TestClass]
public sealed class OnnxTextErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("model")]
    [DataRow("vocabulary")]
    [DataRow("merges")]
    public void A_missing_file_is_named(string which)
    {
        var (vocabulary, merges) = TinyTextEncoder.WriteClip(_folder.Path);
        var model = TinyTextEncoder.WriteModel(_folder.Path, rows: 16);
        File.Delete(which switch { "model" => model, "vocabulary" => vocabulary, _ => merges });
        var failure = Assert.ThrowsExactly<FileNotFoundException>(() => new OnnxTextEmbedder(model, vocabulary, merges));
        Assert.StartsWith($"There is no file '{failure.FileName}'.", failure.Message);
    }

    [TestMethod]
    public void A_vocabulary_with_more_tokens_than_the_model_is_another_models()
    {
        var message = Refusal(TinyTextEncoder.WriteModel(_folder.Path, rows: 9), TinyTextEncoder.WriteBert(_folder.Path));
        Assert.Contains("has tokens up to number 9, which the model does not accept", message);
        Assert.EndsWith("Use the vocabulary that was published with the model.", message);
    }

    [TestMethod]
    public void Empty_lines_at_the_end_of_a_vocabulary_are_no_tokens()
    {
        using var embedder = new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path),
            TinyTextEncoder.WriteBert(_folder.Path, [.. TinyTextEncoder.BertTokens, "", ""]));
        Assert.AreEqual(2, embedder.Width);
    }

    [TestMethod]
    public async Task A_text_longer_than_the_model_takes_says_how_to_limit_it()
    {
        // A table of 4 positions, as long as the text.
        var path = Path.Combine(_folder.Path, "positions.onnx");
        new TinyOnnx().Input("input_ids", 1, -1).Input("attention_mask", 1, -1)
            .Table("table", [.. Enumerable.Repeat(new float[] { 1, 2 }, 10)]).Table("positions", [[1, 1], [1, 1], [1, 1], [1, 1]])
            .Node("Gather", ["table", "input_ids"], "tokens").Node("CumSum", ["attention_mask", "axis"], "places").Index("axis", 1)
            .Node("Gather", ["positions", "places"], "at").Node("Add", ["tokens", "at"], "last_hidden_state")
                .Output("last_hidden_state", 1, -1, 2).Save(path);
        var vocabulary = TinyTextEncoder.WriteBert(_folder.Path);
        using (var unlimited = new OnnxTextEmbedder(path, vocabulary))
        {
            var failure = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => unlimited.GenerateAsync(["liver liver liver"]));
            Assert.EndsWith("If the model accepts fewer than 5 tokens, set maxTokens.", failure.Message);
        }

        using var limited = new OnnxTextEmbedder(path, vocabulary, maxTokens: 3);
        Assert.HasCount(1, await limited.GenerateAsync(["liver liver liver"]));
    }

    [TestMethod]
    public void A_vocabulary_without_its_marks_is_refused()
    {
        Assert.Contains("'[SEP]' is not in the vocabulary; expected BERT's vocab.txt",
            Refusal(TinyTextEncoder.WriteModel(_folder.Path),
                TinyTextEncoder.WriteBert(_folder.Path, TinyTextEncoder.BertTokens.Where(token => token != "[SEP]"))));
        var (vocabulary, merges) = TinyTextEncoder.WriteClip(_folder.Path, start: "<start>");
        Assert.Contains("'<|startoftext|>' is not in the vocabulary; expected CLIP's vocab.json",
            Refusal(TinyTextEncoder.WriteModel(_folder.Path, rows: 16), vocabulary, merges));
    }

    [TestMethod]
    public void A_vocabulary_that_is_no_text_or_holds_a_token_twice_is_refused()
    {
        var model = TinyTextEncoder.WriteModel(_folder.Path);
        Assert.EndsWith("The model is the first argument, the vocabulary the second.",
            Refusal(TinyTextEncoder.WriteBert(_folder.Path), model));
        var twice = TinyTextEncoder.WriteBert(_folder.Path, [.. TinyTextEncoder.BertTokens, "liver"]);
        Assert.Contains("The token 'liver' occurs twice", Refusal(model, twice));
        var latin = TinyTextEncoder.WriteBert(_folder.Path);
        File.WriteAllLines(latin, [.. TinyTextEncoder.BertTokens[..9], "größe"], System.Text.Encoding.Latin1);
        Assert.Contains("cannot be used", Refusal(model, latin));
    }

    [TestMethod]
    public void A_clip_vocabulary_without_or_with_wrong_merges_is_refused()
    {
        var (vocabulary, merges) = TinyTextEncoder.WriteClip(_folder.Path);
        var model = TinyTextEncoder.WriteModel(_folder.Path, rows: 16);
        Assert.Contains("needs its merges.txt too", Refusal(model, vocabulary));
        Assert.Contains("expected CLIP's vocab.json", Refusal(model, vocabulary, vocabulary));
        Assert.Contains("expected CLIP's vocab.json", Refusal(model, merges, merges));
        Assert.StartsWith("CLIP's texts are always lower-cased",
            Assert.ThrowsExactly<ArgumentException>(() => new OnnxTextEmbedder(model, vocabulary, merges, lowerCase: false)).Message);
        File.AppendAllText(merges, "q q\n");
        Assert.Contains("the merges.txt of the same model", Refusal(model, vocabulary, merges));
    }

    [TestMethod]
    public void Inputs_that_are_not_known_are_listed() =>
        Assert.Contains("input_ids (Int64 -1 x -1), pixel_values (Int64 -1 x -1); expected input_ids, and at most attention_mask and "
            + "token_type_ids",
            Refusal(TinyTextEncoder.WriteModel(_folder.Path, "last_hidden_state", 10, -1, "pixel_values"),
                TinyTextEncoder.WriteBert(_folder.Path)));

    [TestMethod]
    public void Outputs_that_are_not_known_are_listed() =>
        Assert.Contains("logits (Float -1 x 2); expected one of text_embeds, sentence_embedding, pooler_output, last_hidden_state",
            Refusal(TinyTextEncoder.WriteModel(_folder.Path, "logits"), TinyTextEncoder.WriteBert(_folder.Path)));

    [TestMethod]
    public void An_output_of_another_shape_than_its_name_tells_is_refused()
    {
        var path = Path.Combine(_folder.Path, "odd.onnx");
        new TinyOnnx().Input("input_ids", 1, -1).Table("table", [.. Enumerable.Repeat(new float[] { 1, 2 }, 10)])
            .Node("Gather", ["table", "input_ids"], "text_embeds").Output("text_embeds", 1, -1, 2).Save(path);
        Assert.Contains("is 1 x 3 x 2 for 3 tokens; expected 1 x width", Refusal(path, TinyTextEncoder.WriteBert(_folder.Path)));
    }

    [TestMethod]
    public void A_file_that_is_no_model_is_refused()
    {
        var vocabulary = TinyTextEncoder.WriteBert(_folder.Path);
        Assert.Contains("cannot be read as an ONNX model", Refusal(vocabulary, vocabulary));
    }

    [TestMethod]
    [DataRow(-1, 2, "any number of tokens")]
    [DataRow(8, 9, "accepts 8 tokens")]
    public void A_limit_that_the_model_does_not_take_is_refused(int length, int limit, string message)
    {
        var (model, vocabulary) = (TinyTextEncoder.WriteModel(_folder.Path, length: length), TinyTextEncoder.WriteBert(_folder.Path));
        Assert.Contains(message,
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new OnnxTextEmbedder(model, vocabulary, maxTokens: limit)).Message);
    }

    private static string Refusal(string model, string vocabulary, string? merges = null) =>
        Assert.ThrowsExactly<InvalidDataException>(() => new OnnxTextEmbedder(model, vocabulary, merges)).Message;
}
