using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Knowledge.Embedders;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class CategoryTextsTests
{
    [TestMethod]
    public void Names_keep_the_order_of_their_first_appearance()
    {
        var texts = new CategoryTexts();
        CollectionAssert.AreEqual(new[] { 0, 1, 0, 2 }, ((string[])["spleen", "liver", "spleen", "Liver"]).Select(texts.IndexOf).ToArray());
        CollectionAssert.AreEqual(new[] { "spleen", "liver", "Liver" }, texts.Names.ToArray());
        Assert.IsFalse(texts.TryIndexOf("aorta", out _));
        Assert.HasCount(3, texts.Names, "Asking adds nothing.");
    }

    [TestMethod]
    public void A_category_without_a_description_is_its_name()
    {
        var texts = new CategoryTexts();
        texts.Describe(texts.IndexOf("liver"), "  ");
        CollectionAssert.AreEqual(HashedTextEmbedder.Embed("liver"), Bank(texts).Single());
    }

    [TestMethod]
    public void The_glossary_describes_what_no_row_describes_and_nothing_else()
    {
        var texts = new CategoryTexts();
        foreach (var name in new[] { "liver", "disc" })
            texts.IndexOf(name);
        texts.Describe(texts.IndexOf("spleen"), "own words");
        var (with, without) = (Bank(texts, CategoryGlossary.Default), Bank(texts));
        Assert.IsTrue(CategoryGlossary.Default.TryFind("liver", out var liver));
        CollectionAssert.AreEqual(HashedTextEmbedder.Embed("liver: " + liver.Describe()), with[0]);
        CollectionAssert.AreNotEqual(without[0], with[0]);
        CollectionAssert.AreEqual(without[1], with[1], "Unknown to the glossary.");
        CollectionAssert.AreEqual(without[2], with[2], "Described by a row.");
    }

    [TestMethod]
    public void A_digest_tells_whether_texts_or_vectors_are_others()
    {
        var texts = new CategoryTexts();
        texts.IndexOf("liver");
        var (with, without) = (texts.Digest(CategoryGlossary.Default), texts.Digest(null));
        Assert.AreNotEqual(with, without);
        Assert.AreEqual(with, texts.Digest(CategoryGlossary.Default));
        texts.Describe(0, "own words");
        var described = texts.Digest(null);
        Assert.AreEqual(described, texts.Digest(CategoryGlossary.Default), "The glossary is not asked.");
        texts.Describe(0, [1f, 2]);
        var vector = texts.Digest(null);
        texts.Describe(0, [1f, 2]);
        Assert.HasCount(4, new HashSet<string> { without, described, vector, texts.Digest(null) });
    }

    [TestMethod]
    public void Several_descriptions_count_once_each_and_are_averaged()
    {
        var texts = new CategoryTexts();
        foreach (var description in new[] { "large organ", "smooth border ", "smooth border" })
            texts.Describe(texts.IndexOf("liver"), description);
        var (one, other) = (HashedTextEmbedder.Embed("liver: large organ"), HashedTextEmbedder.Embed("liver: smooth border"));
        var bank = Bank(texts).Single();
        for (var i = 0; i < bank.Length; i++)
            Assert.AreEqual((one[i] + other[i]) / 2, bank[i], 1e-6f);
    }

    [TestMethod]
    public void Ready_made_vectors_are_averaged_and_go_before_texts()
    {
        var texts = new CategoryTexts();
        texts.Describe(texts.IndexOf("liver"), "large organ");
        texts.Describe(0, [1f, 2, 3]);
        texts.Describe(0, [3f, 2, 1]);
        texts.Describe(texts.IndexOf("spleen"), [5f, 5, 6]);
        var bank = Bank(texts);
        CollectionAssert.AreEqual(new[] { 2f, 2, 2 }, bank[0]);
        CollectionAssert.AreEqual(new[] { 5f, 5, 6 }, bank[1]);
    }

    [TestMethod]
    public void Categories_without_a_vector_among_others_with_one_are_named()
    {
        var texts = new CategoryTexts();
        texts.Describe(texts.IndexOf("liver"), [1f, 2]);
        texts.IndexOf("spleen");
        texts.IndexOf("aorta");
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Bank(texts));
        StringAssert.Contains(failure.Message, "spleen, aorta");
        Assert.DoesNotContain("liver", failure.Message);
    }

    [TestMethod]
    public void A_vector_of_another_length_is_refused_in_numbers()
    {
        var texts = new CategoryTexts();
        texts.Describe(texts.IndexOf("liver"), [1f, 2, 3]);
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => texts.Describe(texts.IndexOf("spleen"), [1f, 2]));
        foreach (var word in new[] { "spleen", "2 numbers", "expected 3" })
            StringAssert.Contains(failure.Message, word);
    }

    [TestMethod]
    public void A_vector_of_no_numbers_is_refused()
    {
        var texts = new CategoryTexts();
        Assert.ThrowsExactly<InvalidOperationException>(() => texts.Describe(texts.IndexOf("liver"), ReadOnlySpan<float>.Empty));
    }

    private static float[][] Bank(CategoryTexts texts, CategoryGlossary? glossary = null)
    {
        using var embedder = new HashedTextEmbedder();
        return texts.ToBank(glossary, embedder, CancellationToken.None);
    }
}
