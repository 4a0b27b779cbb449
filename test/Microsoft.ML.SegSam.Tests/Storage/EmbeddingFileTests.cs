using System.Security.Cryptography;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Storage;

[TestClass]
public sealed class EmbeddingFileTests
{
    [TestMethod]
    [DataRow("", 0)]
    [DataRow("what it is of: ä", 3)]
    public void What_is_written_is_read(string description, int count)
    {
        using var folder = new TemporaryFolder();
        float[] embedding = [.. Enumerable.Range(0, count).Select(i => i - 0.5f)];
        var path = Write(folder, description, embedding);
        var (text, numbers) = EmbeddingFile.Read(path);
        Assert.AreEqual(description, text);
        CollectionAssert.AreEqual(embedding, numbers);
    }

    [TestMethod]
    public void Every_changed_byte_and_every_cut_is_noticed()
    {
        using var folder = new TemporaryFolder();
        var path = Write(folder, "text", [1, 2]);
        var whole = File.ReadAllBytes(path);
        for (var i = 0; i < whole.Length; i++)
        {
            File.WriteAllBytes(path, [.. whole[..i], (byte)(whole[i] ^ 1), .. whole[(i + 1)..]]);
            Assert.ThrowsExactly<InvalidDataException>(() => EmbeddingFile.Read(path), $"byte {i}");
            File.WriteAllBytes(path, whole[..i]);
            Assert.ThrowsExactly<InvalidDataException>(() => EmbeddingFile.Read(path), $"cut at {i}");
        }
    }

    [TestMethod]
    public void Files_of_an_embedding_folder_are_refused_as_images_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        using var predictor = new SegSamPredictor(FittedModel.Shared);
        var path = Write(folder, "a key", [1, 2]);
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => predictor.LoadImage(path)).Message,
            "was written by training, as part of SegSamOptions.EmbeddingFolder");
        var numbers = new byte[8];
        File.WriteAllBytes(path, [.. numbers, .. SHA256.HashData(numbers)]); // as earlier versions wrote them
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => predictor.LoadImage(path)).Message,
            "is not an encoded image. Expected a file that EncodedImage.Save wrote");
    }

    private static string Write(TemporaryFolder folder, string description, float[] embedding)
    {
        var path = Path.Combine(folder.Path, "an.embedding");
        using var file = File.Create(path);
        EmbeddingFile.Write(file, description, embedding);
        return path;
    }
}
