using Microsoft.ML.SegSam.Options;

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

/// <summary>Prefers objects of rare categories: an object weighs 1 / (objects of its category)^power (method, 6.4; our choice).</summary>
/// <param name="power">Above 0, where nothing is preferred, to 1.</param>
internal sealed class RareCategories(TrainingSet set, double power)
{
    private readonly Dictionary<int, double> _weights = set.Objects.CountBy(one => one.Category).ToDictionary(pair => pair.Key, pair => Math.Pow(pair.Value, -power));

    /// <summary>
    /// As many images as before, each as often as the weight of its rarest object asks for, rounded up or down at random: less chance than
    /// independent draws, and with equal weights every image once.
    /// </summary>
    public int[] Repeat(int[] images, Random random)
    {
        var sums = new double[images.Length];
        var sum = 0.0;
        for (var i = 0; i < images.Length; i++)
            sums[i] = sum += set.ObjectsOf(images[i]).Max(WeightOf);
        var (drawn, phase) = (new List<int>(images.Length), random.NextDouble());
        for (var i = 0; i < images.Length; i++)
        {
            for (var end = (int)(sums[i] / sum * images.Length + phase); drawn.Count < end;)
                drawn.Add(images[i]);
        }

        var shuffled = drawn.ToArray();
        random.Shuffle(shuffled); // so that the copies of an image do not stand together
        return shuffled;
    }

    /// <summary>The objects in random order, those of larger weight rather in front.</summary>
    /// <remarks>The largest u^(1/w) first draws in proportion to w without repeating (Efraimidis and Spirakis 2006).</remarks>
    public int[] Order(IEnumerable<int> objects, Random random) =>
        [.. objects.OrderByDescending(one => Math.Log(1 - random.NextDouble()) / WeightOf(one))];

    private double WeightOf(int one) => _weights[set.Objects[one].Category];
}
