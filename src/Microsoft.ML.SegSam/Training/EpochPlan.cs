using Microsoft.ML.SegSam.Data;

namespace Microsoft.ML.SegSam.Training;

/// <summary>Which objects are trained together.</summary>
internal static class EpochPlan
{
    /// <summary>One epoch: the images in random order, and of each at most so many objects, drawn without repeating.</summary>
    /// <param name="rarity">See <see cref="SegSamOptions.RareCategorySampling"/>; above 0 images come more or less often than once.</param>
    /// <returns>Indices of objects for each step; objects of one image stand together where it comes once.</returns>
    public static IEnumerable<IReadOnlyList<int>> Shuffled(TrainingSet set, int imagesPerStep, int objectsPerImage, Random random, double rarity = 0)
    {
        var images = Enumerable.Range(0, set.ImageCount).ToArray();
        random.Shuffle(images);
        var rare = rarity > 0 ? new RareCategories(set, rarity) : null;
        images = rare?.Repeat(images, random) ?? images;
        return images.Chunk(imagesPerStep).Select(chunk => (IReadOnlyList<int>)[.. chunk.SelectMany(Draw)]);

        IEnumerable<int> Draw(int image)
        {
            var objects = set.ObjectsOf(image).ToArray();
            random.Shuffle(objects);
            return (rare?.Order(objects, random) ?? objects).Take(objectsPerImage);
        }
    }

    /// <summary>Shares a step's objects out, image by image in turn, to at most so many pieces.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Share(TrainingSet set, IReadOnlyList<int> objects, int pieces) =>
    [
        .. objects.GroupBy(index => set.Objects[index].Image).Index().GroupBy(image => image.Index % pieces, image => image.Item)
            .Select(images => (IReadOnlyList<int>)[.. images.SelectMany(image => image)]),
    ];

    /// <summary>Every object once, image by image, in the order of the data.</summary>
    public static IEnumerable<IReadOnlyList<int>> InOrder(TrainingSet set, int imagesPerStep) =>
        Enumerable.Range(0, set.ImageCount).Chunk(imagesPerStep).Select(chunk => (IReadOnlyList<int>)[.. chunk.SelectMany(set.ObjectsOf)]);
}
