using Microsoft.ML;
using Phantoms;

namespace Ablation;

/// <summary>Phantoms for training and testing; those of one seed are the same for every variant.</summary>
internal sealed class AblationData
{
    private readonly List<PromptedObject> _train, _test;
    private readonly Dictionary<string, string> _shuffled;

    public AblationData(int seed, AblationSettings settings)
    {
        var phantoms = new PhantomSettings { Modalities = PhantomSettings.AllModalities, GrayOverlap = settings.GrayOverlap };
        var few = PhantomGenerator.FewShotCategories.ToDictionary(name => name, _ => AblationSettings.FewShot);
        _train = Objects(PhantomGenerator.Create(seed, settings.TrainSlices, settings: phantoms with { FewShot = few }), seed);
        _test = Objects(PhantomGenerator.Create(seed + 1_000_003, settings.TestSlices, settings: phantoms), seed);
        _shuffled = Shuffle(PhantomGenerator.Categories, seed);
    }

    public string Summary =>
        $"{_train.DistinctBy(item => item.Slice.Id).Count()} training slices with {_train.Count} objects, {_test.Count} test objects";

    /// <summary>Training rows, with box and point.</summary>
    public IDataView Train(MLContext ml, Texts texts) => Load(ml, _train, texts, box: true, point: true);

    /// <summary>Test rows of the rare or of the other categories, prompted by box or by one point.</summary>
    public IDataView Test(MLContext ml, Prompting prompting, bool fewShot) => Load(ml,
        _test.Where(item => PhantomGenerator.FewShotCategories.Contains(item.Object.Category) == fewShot), Texts.Descriptions,
        prompting == Prompting.Box, prompting == Prompting.Point);

    private IDataView Load(MLContext ml, IEnumerable<PromptedObject> objects, Texts texts, bool box, bool point) =>
        ml.Data.LoadFromEnumerable(objects.Select(item =>
        {
            var row = new PhantomRow(item.Slice, item.Object);
            return new ObjectRow(row)
            {
                PresentCategories = [.. item.Slice.Objects.Select(other => other.Category)],
                Box = box ? row.Box : [],
                Points = point ? item.Point : [],
                Description = texts == Texts.Shuffled ? _shuffled[row.Category] : row.Description,
            };
        }));

    // One point for each object, on a random pixel of it.
    private static List<PromptedObject> Objects(IEnumerable<PhantomSlice> slices, int seed)
    {
        var random = new Random(seed);
        return [.. slices.SelectMany(slice => slice.Objects.Select(inside =>
        {
            int[] pixels = [.. Enumerable.Range(0, inside.Mask.Length).Where(i => inside.Mask[i])];
            var pixel = pixels[random.Next(pixels.Length)];
            return new PromptedObject(slice, inside, [pixel % slice.Width, pixel / slice.Width]);
        }))];
    }

    // Every category gets the text of the next one in a random cycle, so that none keeps its own.
    private static Dictionary<string, string> Shuffle(IReadOnlyDictionary<string, string> texts, int seed)
    {
        var names = texts.Keys.ToArray();
        new Random(seed).Shuffle(names);
        return names.Index().ToDictionary(name => name.Item, name => texts[names[(name.Index + 1) % names.Length]]);
    }

    private sealed record PromptedObject(PhantomSlice Slice, PhantomObject Object, float[] Point);
}
