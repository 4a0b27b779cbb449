using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Training.Data;

/// <summary>Which objects are trained together.</summary>
internal static class EpochPlan
{
    /// <summary>One epoch: the images in random order, each with up to a number of its objects, drawn without replacement.</summary>
    /// <param name="rarity">
    /// See <see cref="SegSamOptions.RareCategorySampling"/>; above 0, an image may come several times in an epoch, or not at all.
    /// </param>
    /// <param name="datasetRarity">Likewise <see cref="SegSamOptions.RareDatasetSampling"/>.</param>
    /// <returns>For each group of images the indices of its objects; those of one image follow each other.</returns>
    public static IEnumerable<IReadOnlyList<int>> Shuffled(
        TrainingSet set, int imagesPerStep, int objectsPerImage, Random random, double rarity = 0, double datasetRarity = 0)
    {
        var images = Enumerable.Range(0, set.ImageCount).ToArray();
        random.Shuffle(images);
        var rare = rarity > 0 || datasetRarity > 0 ? new RareFirst(set, rarity, datasetRarity) : null;
        images = rare?.Repeat(images, random) ?? images;
        return images.Chunk(imagesPerStep).Select(chunk => (IReadOnlyList<int>)[.. chunk.SelectMany(Draw)]);

        IEnumerable<int> Draw(int image)
        {
            var objects = set.ObjectsOf(image).ToArray();
            random.Shuffle(objects);
            return (rare?.Order(objects, random) ?? objects).Take(objectsPerImage);
        }
    }

    /// <summary>
    /// Splits the objects of a group into micro-batches, image by image in turn; with fewer images than micro-batches, into fewer.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<int>> Share(TrainingSet set, IReadOnlyList<int> objects, int microBatches) =>
    [
        .. objects.GroupBy(index => set.Objects[index].Image).Index().GroupBy(image => image.Index % microBatches, image => image.Item)
            .Select(images => (IReadOnlyList<int>)[.. images.SelectMany(image => image)]),
    ];

    /// <summary>Every object once, image by image, in the order of the data.</summary>
    public static IEnumerable<IReadOnlyList<int>> InOrder(TrainingSet set, int imagesPerStep) =>
        Enumerable.Range(0, set.ImageCount).Chunk(imagesPerStep).Select(chunk => (IReadOnlyList<int>)[.. chunk.SelectMany(set.ObjectsOf)]);
}

/// <summary>
/// Prefers objects of rare categories, and images of small data sets: the weight of an object is (objects of its category)^-power, that
/// of an image (images of its data set)^-datasetPower (method, 6.4; our choice).
/// </summary>
/// <param name="power">0 to 1.</param>
/// <param name="datasetPower">0 to 1.</param>
internal sealed class RareFirst(TrainingSet set, double power, double datasetPower)
{
    private readonly Dictionary<int, double> _datasets = Enumerable.Range(0, set.ImageCount).CountBy(image => DatasetOf(set, image))
        .ToDictionary(pair => pair.Key, pair => Math.Pow(pair.Value, -datasetPower));
    private readonly Dictionary<int, double> _weights = set.Objects.CountBy(item => item.Category)
        .ToDictionary(pair => pair.Key, pair => Math.Pow(pair.Value, -power));

    /// <summary>
    /// Resamples the images in proportion to the weights of their rarest objects and data sets, without changing their number. Each comes
    /// its share of times, rounded up or down at random: that varies less than independent draws, and with equal weights every image comes
    /// once.
    /// </summary>
    public int[] Repeat(int[] images, Random random)
    {
        var sums = new double[images.Length];
        var sum = 0.0;
        for (var i = 0; i < images.Length; i++)
            sums[i] = sum += set.ObjectsOf(images[i]).Max(WeightOf) * _datasets[DatasetOf(set, images[i])];
        var (drawn, phase) = (new List<int>(images.Length), random.NextDouble());
        for (var i = 0; i < images.Length; i++)
        {
            for (var end = (int)(sums[i] / sum * images.Length + phase); drawn.Count < end;)
                drawn.Add(images[i]);
        }

        var shuffled = drawn.ToArray();
        random.Shuffle(shuffled); // so that the copies of an image do not follow each other
        return shuffled;
    }

    /// <summary>The objects in random order; those of larger weight tend to come first.</summary>
    /// <remarks>Descending order of u^(1/w) draws in proportion to w without replacement (Efraimidis and Spirakis 2006).</remarks>
    public int[] Order(IEnumerable<int> objects, Random random) =>
        [.. objects.OrderByDescending(index => Math.Log(1 - random.NextDouble()) / WeightOf(index))];

    private static int DatasetOf(TrainingSet set, int image) => set.Objects[set.ObjectsOf(image)[0]].Dataset;

    private double WeightOf(int index) => _weights[set.Objects[index].Category];
}
