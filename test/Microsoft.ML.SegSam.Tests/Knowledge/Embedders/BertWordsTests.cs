using Microsoft.ML.SegSam.Knowledge.Embedders;


namespace Microsoft.ML.SegSam.Tests.Knowledge.Embedders;

[TestClass]
public sealed class BertWordsTests
{
    // The first five are the cases of BERT's own tests of its BasicTokenizer.
    [TestMethod]
    [DataRow(" \tHeLLo!how  \n Are yoU?  ", "hello ! how are you ?")]
    [DataRow("H\u00E9llo", "hello")]
    [DataRow("ah\u535A\u63A8zz", "ah \u535A \u63A8 zz")]
    [DataRow("unwanted,\u0000running\uFFFD", "unwanted , running")]
    [DataRow("a\u00A0b\u2028c", "a b c")]
    [DataRow("Right upper lobe\nof the lung\r\n", "right upper lobe of the lung")]
    [DataRow("CD4+ cells, > 3 cm (T1=bright)", "cd4 + cells , > 3 cm ( t1 = bright )")]
    [DataRow("left_kidney ~11 cm\u00B2 5\u00D76", "left _ kidney ~ 11 cm\u00B2 5\u00D76")]
    [DataRow("soft\u00ADhyphen zero\u200Bwidth", "softhyphen zerowidth")]
    [DataRow("Gro\u0308\u00DFe \u0130 \u212B \u2163", "gro\u00DFe i a \u2173")]
    [DataRow("ab\uD83D \uFFFEc", "ab c")]
    [DataRow("", "")]
    public void Uncased_words_are_those_of_the_published_tokenizer(string text, string expected) =>
        Assert.AreEqual(expected, Words(text, lowerCase: true, dropAccents: true));

    [TestMethod]
    public void Cased_words_keep_capitals_and_accents_however_they_are_written()
    {
        Assert.AreEqual("HeLLo ! how", Words(" \tHeLLo!how ", lowerCase: false, dropAccents: false));
        Assert.AreEqual("Größe", Words("Gro\u0308ße", lowerCase: false, dropAccents: false));
        Assert.AreEqual("größe", Words("Gro\u0308ße", lowerCase: true, dropAccents: false));
    }

    private static string Words(string text, bool lowerCase, bool dropAccents) =>
        string.Join(' ', BertWords.Split(text, lowerCase, dropAccents).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
