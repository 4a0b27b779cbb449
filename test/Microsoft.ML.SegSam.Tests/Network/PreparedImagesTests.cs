using Microsoft.ML.SegSam.Network;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Network;

[TestClass]
public sealed class PreparedImagesTests
{
    private readonly List<float[]> _prepared = [];
    private readonly List<ImageContext> _made = [];

    [TestMethod]
    public void An_image_is_prepared_once_while_it_is_among_the_last_two()
    {
        using var images = new PreparedImages(Prepare);
        float[][] embeddings = [[1], [2], [3]];
        foreach (var i in (int[])[0, 0, 1, 0, 2, 0, 2, 1])
            Assert.AreEqual(i + 1, images.Use(embeddings[i], image => image.Pixels.item<float>()));
        CollectionAssert.AreEqual(new[] { embeddings[0], embeddings[1], embeddings[2], embeddings[1] }, _prepared);
        CollectionAssert.AreEqual(new[] { false, false, true, true }, _made.ConvertAll(image => !image.Pixels.IsInvalid));
    }

    [TestMethod]
    public void What_is_in_use_is_freed_by_its_last_user()
    {
        using var images = new PreparedImages(Prepare);
        images.Use([1], first =>
        {
            images.Use([2], _ => images.Use([3], _ => 0));
            images.Dispose();
            Assert.AreEqual(1, first.Pixels.item<float>());
            return 0;
        });
        Assert.IsTrue(_made.TrueForAll(image => image.Pixels.IsInvalid));
    }

    [TestMethod]
    public void What_failed_is_tried_again()
    {
        var fails = true;
        using var images = new PreparedImages(embedding => fails ? throw new InvalidOperationException("once") : Prepare(embedding));
        float[] embedding = [5];
        Assert.ThrowsExactly<InvalidOperationException>(() => images.Use(embedding, _ => 0));
        fails = false;
        Assert.AreEqual(5, images.Use(embedding, image => image.Pixels.item<float>()));
    }

    [TestMethod]
    public void Many_threads_ask_at_once()
    {
        using var images = new PreparedImages(Prepare);
        float[][] embeddings = [.. Enumerable.Range(0, 4).Select(i => (float[])[i])];
        Parallel.For(0, 400, i => Assert.AreEqual(i % 4, images.Use(embeddings[i % 4], image => image.Pixels.item<float>())));
    }

    private ImageContext Prepare(float[] embedding)
    {
        var image = new ImageContext(tensor(embedding), tensor(embedding), Text: null, Fine: null);
        lock (_prepared)
        {
            _prepared.Add(embedding);
            _made.Add(image);
        }

        return image;
    }
}
