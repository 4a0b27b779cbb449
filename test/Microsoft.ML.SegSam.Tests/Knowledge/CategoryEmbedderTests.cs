using Microsoft.ML.SegSam.Knowledge;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class CategoryEmbedderTests
{
    [TestMethod]
    public void Every_category_is_asked_about_by_name_and_description_and_gets_the_mean()
    {
        using var embedder = new FixedEmbedder(text => [text.Length, 1]);
        var bank = Texts().ToBank(null, embedder, CancellationToken.None);
        CollectionAssert.AreEqual(new[] { "liver: large", "liver: smooth", "spleen" }, embedder.Asked);
        CollectionAssert.AreEqual(new[] { 12.5f, 1 }, bank[0]);
        CollectionAssert.AreEqual(new[] { 6f, 1 }, bank[1]);
    }

    [TestMethod]
    public void Ready_made_vectors_leave_the_embedder_unasked()
    {
        using var embedder = new FixedEmbedder(_ => throw new InvalidOperationException("not to be asked"));
        var texts = new CategoryTexts();
        texts.Describe(texts.IndexOf("liver"), [1f, 2]);
        CollectionAssert.AreEqual(new[] { 1f, 2 }, texts.ToBank(null, embedder, CancellationToken.None).Single());
    }

    public static IEnumerable<(string Name, Func<string, float[]> Embed, string Message)> BadVectors =>
    [
        ("shorter", text => new float[text == "spleen" ? 3 : 4], "it returned a vector of 3 numbers, expected 4 as for 'liver'."),
        ("NaN", text => [text == "spleen" ? float.NaN : 1], "it returned a vector that contains NaN or infinity."),
        ("infinite", text => [1, text == "spleen" ? float.NegativeInfinity : 1], "it returned a vector that contains NaN or infinity."),
        ("thrown", text => text == "spleen" ? throw new HttpRequestException("Service unavailable.") : [1], "Service unavailable."),
        ("timed out", text => text == "spleen" ? throw new TaskCanceledException("100 s are over.") : [1], "100 s are over."),
    ];

    [TestMethod]
    [DynamicData(nameof(BadVectors))]
    public void A_bad_vector_is_an_error_that_names_the_category(string name, Func<string, float[]> embed, string message)
    {
        using var embedder = new FixedEmbedder(embed);
        Assert.StartsWith("The text embedder FixedEmbedder gave no usable vector for the category 'spleen': " + message,
            Refusal(Texts(), embedder), name);
    }

    [TestMethod]
    public void Vectors_without_numbers_and_missing_vectors_are_refused()
    {
        using var empty = new FixedEmbedder(_ => []);
        Assert.Contains("'liver': it returned an empty vector", Refusal(Texts(), empty));
        using var few = new FixedEmbedder(_ => [1]) { Withheld = 1 };
        Assert.Contains("'liver': it returned 1 vectors for 2 texts", Refusal(Texts(), few));
    }

    [TestMethod]
    public void Canceling_while_the_embedder_works_is_no_failure_of_the_embedder()
    {
        using var stop = new CancellationTokenSource();
        using var embedder = new FixedEmbedder(_ =>
        {
            stop.Cancel();
            return [1];
        });
        Assert.Throws<OperationCanceledException>(() => Texts().ToBank(null, embedder, stop.Token));
        Assert.DoesNotContain("spleen", embedder.Asked);
    }

    private static string Refusal(CategoryTexts texts, FixedEmbedder embedder) =>
        Assert.ThrowsExactly<InvalidOperationException>(() => texts.ToBank(null, embedder, CancellationToken.None)).Message;

    private static CategoryTexts Texts()
    {
        var texts = new CategoryTexts();
        texts.Describe(texts.IndexOf("liver"), "large");
        texts.Describe(0, "smooth");
        texts.IndexOf("spleen");
        return texts;
    }
}
