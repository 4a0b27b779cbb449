using CsCheck;
using Microsoft.Extensions.AI;
using Microsoft.ML.SegSam.Knowledge.Embedders;

namespace Microsoft.ML.SegSam.Tests.Knowledge.Embedders;

[TestClass]
public sealed class HashedTextEmbedderTests
{
    private const string Liver = "Liver: large, homogeneous organ in the right upper abdomen";

    [TestMethod]
    public void The_same_text_gives_the_same_vector_on_every_machine_and_in_every_run()
    {
        // Computed once by a separate implementation of the description, in double precision.
        var vector = HashedTextEmbedder.Embed(Liver);
        Assert.AreEqual(268.529538, vector.Select((value, i) => (double)i * value).Sum(), 1e-3);
        Assert.AreEqual(61, vector.Count(value => value != 0));
        CollectionAssert.AreEqual(vector, HashedTextEmbedder.Embed(Liver));
    }

    [TestMethod]
    public void Every_text_with_a_letter_or_digit_has_length_one() =>
        Gen.String.Where(text => text.Any(char.IsLetterOrDigit)).Sample(text =>
    {
        var vector = HashedTextEmbedder.Embed(text);
        return vector.Length == HashedTextEmbedder.Width && Math.Abs(Dot(vector, vector) - 1) < 1e-4;
    }, iter: 200, threads: 1);

    [TestMethod]
    [DataRow("")]
    [DataRow(" -- ;")]
    public void A_text_without_words_is_the_zero_vector(string text) =>
        Assert.IsTrue(HashedTextEmbedder.Embed(text).All(value => value == 0));

    [TestMethod]
    public void Case_and_punctuation_do_not_matter() =>
        CollectionAssert.AreEqual(HashedTextEmbedder.Embed("left kidney, bright"), HashedTextEmbedder.Embed("Left  KIDNEY (bright)"));

    [TestMethod]
    public void Letters_and_marks_may_be_one_character_or_two_and_broken_pairs_do_no_harm()
    {
        CollectionAssert.AreEqual(HashedTextEmbedder.Embed("gr\u00F6\u00DFe"), HashedTextEmbedder.Embed("gro\u0308\u00DFe"));
        CollectionAssert.AreEqual(HashedTextEmbedder.Embed("liver"), HashedTextEmbedder.Embed("liver \uD83D"));
    }

    [TestMethod]
    [DataRow("left kidney", "right kidney", "aortic valve")]
    [DataRow("bright round lesion", "dark round lesions", "trachea")]
    [DataRow("hepatic vein", "hepatocellular tumour", "skull")]
    public void Related_texts_lie_closer_than_unrelated_ones(string text, string related, string unrelated)
    {
        var vector = HashedTextEmbedder.Embed(text);
        Assert.IsGreaterThan(0.05 + Dot(vector, HashedTextEmbedder.Embed(unrelated)), Dot(vector, HashedTextEmbedder.Embed(related)));
    }

    [TestMethod]
    public async Task As_a_generator_it_gives_the_vectors_of_all_texts_in_order()
    {
        using var embedder = new HashedTextEmbedder();
        var vectors = await embedder.GenerateAsync(["spleen", "", Liver]);
        Assert.HasCount(3, vectors);
        foreach (var (vector, text) in vectors.Zip(["spleen", "", Liver]))
            CollectionAssert.AreEqual(HashedTextEmbedder.Embed(text), vector.Vector.ToArray());
        Assert.AreEqual(HashedTextEmbedder.Width, embedder.GetRequiredService<EmbeddingGeneratorMetadata>().DefaultModelDimensions);
        Assert.AreSame(embedder, embedder.GetService<HashedTextEmbedder>());
        Assert.IsNull(embedder.GetService(typeof(HashedTextEmbedder), "a key"));
    }

    [TestMethod]
    public async Task Requests_that_make_no_sense_are_refused()
    {
        using var embedder = new HashedTextEmbedder();
        var missing = await Assert.ThrowsExactlyAsync<ArgumentException>(() => embedder.GenerateAsync(["liver", null!]));
        Assert.StartsWith("Text 1 (counting from 0) is null", missing.Message);
        var shorter = await Assert.ThrowsExactlyAsync<ArgumentException>(() =>
            embedder.GenerateAsync(["liver"], new() { Dimensions = 128 }));
        Assert.StartsWith("EmbeddingGenerationOptions.Dimensions is '128'; it must be null or 512", shorter.Message);
    }

    [TestMethod]
    public async Task A_canceled_request_ends_as_such() =>
        await Assert.ThrowsAsync<OperationCanceledException>(() => new HashedTextEmbedder()
            .GenerateAsync(["liver"], null, new CancellationToken(canceled: true)));

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
