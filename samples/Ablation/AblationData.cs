using Microsoft.ML;
using Phantoms;

namespace Ablation;

/// <summary>Phantoms to train and to test on; those of one seed are the same for every variant.</summary>
internal sealed class AblationData
{
    private readonly List<PhantomObjectWithClick> _train, _test;
    private readonly Dictionary<string, string> _shuffled;

    public AblationData(int seed, AblationSettings settings)
    {
        var looks = new PhantomSettings { Modalities = PhantomSettings.AllModalities, GreyOverlap = settings.GreyOverlap };
        var few = PhantomGenerator.FewShotCategories.ToDictionary(name => name, _ => AblationSettings.FewShot);
        _train = Objects(PhantomGenerator.Create(seed, settings.TrainSlices, settings: looks with { FewShot = few }), seed);
        _test = Objects(PhantomGenerator.Create(seed + 1_000_003, settings.TestSlices, settings: looks), seed);
        _shuffled = Shuffle(PhantomGenerator.Categories, seed);
    }

    public string Summary =>
        $"{_train.DistinctBy(one => one.Slice.Id).Count()} training slices with {_train.Count} objects, {_test.Count} test objects";

    /// <summary>Training rows, with box and click.</summary>
    public IDataView Train(MLContext ml, Texts texts) => Load(ml, _train, texts, box: true, click: true);

    /// <summary>Test rows of the rare or of the other categories, which ask by box or by one click.</summary>
    public IDataView Test(MLContext ml, Prompting prompting, bool fewShot) => Load(ml,
        _test.Where(one => PhantomGenerator.FewShotCategories.Contains(one.Object.Category) == fewShot), Texts.Descriptions,
        prompting == Prompting.Box, prompting == Prompting.Point);

    private IDataView Load(MLContext ml, IEnumerable<PhantomObjectWithClick> objects, Texts texts, bool box, bool click) =>
        ml.Data.LoadFromEnumerable(objects.Select(one =>
        {
            var row = new PhantomRow(one.Slice, one.Object);
            return new ObjectRow(row)
            {
                PresentCategories = [.. one.Slice.Objects.Select(other => other.Category)],
                Box = box ? row.Box : [],
                Points = click ? one.Click : [],
                Description = texts == Texts.Shuffled ? _shuffled[row.Category] : row.Description,
            };
        }));

    // One click for each object: on any of its pixels, as a user in a hurry would.
    private static List<PhantomObjectWithClick> Objects(IEnumerable<PhantomSlice> slices, int seed)
    {
        var random = new Random(seed);
        return [.. slices.SelectMany(slice => slice.Objects.Select(inside =>
        {
            int[] pixels = [.. Enumerable.Range(0, inside.Mask.Length).Where(i => inside.Mask[i])];
            var pixel = pixels[random.Next(pixels.Length)];
            return new PhantomObjectWithClick(slice, inside, [pixel % slice.Width, pixel / slice.Width]);
        }))];
    }

    // Every category gets the text of the next one in a random circle: none keeps its own.
    private static Dictionary<string, string> Shuffle(IReadOnlyDictionary<string, string> texts, int seed)
    {
        var names = texts.Keys.ToArray();
        new Random(seed).Shuffle(names);
        return names.Index().ToDictionary(one => one.Item, one => texts[names[(one.Index + 1) % names.Length]]);
    }

    private sealed record PhantomObjectWithClick(PhantomSlice Slice, PhantomObject Object, float[] Click);
}
