using Med2D.Tables;
using Microsoft.ML;
using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Imaging;

namespace Med2D.Scoring;

/// <summary>The drawn objects of one image, with their prompts.</summary>
/// <param name="Source">Where the image is from.</param>
/// <param name="ImagePath">Its file.</param>
/// <param name="All">All objects of the image, drawn or not.</param>
/// <param name="Categories">Categories of all images of the source.</param>
/// <param name="Objects">Row and prompts of each object.</param>
internal sealed record ImageObjects(string Source, string ImagePath, IReadOnlyList<ObjectRow> All, IReadOnlyList<string> Categories,
    IReadOnlyList<(ObjectRow Row, EvaluationPrompt Prompt)> Objects)
{
    public string ImageId => Objects[0].Row.ImageId;

    /// <summary>Reads the true masks of the objects: Height·Width pixels each, row-major.</summary>
    public IReadOnlyList<bool[]> ReadTruths() => [.. Objects.Select(item => ImageFile.ReadMask(item.Row.MaskPath, out _).ToPixels())];

    /// <summary>Pairs of score and truth for the other categories of the source, as the presence of each is asked.</summary>
    /// <param name="own">The object's own category, which says nothing about the others.</param>
    /// <param name="scoreOf">The score of a category; null if the model does not know it.</param>
    public IReadOnlyList<(double Score, bool IsPresent)> Presence(string own, Func<string, double?> scoreOf) =>
    [
        .. from category in Categories
           where category != own
           let score = scoreOf(category)
           where score is not null
           select (score.Value, All.Any(row => row.Category == category)),
    ];

    /// <summary>Draws at most so many objects of each image and makes their prompts, by the library's protocol.</summary>
    /// <param name="table">All rows give the categories of the sources.</param>
    /// <param name="rows">The rows to draw from; none has an empty mask.</param>
    public static IReadOnlyList<ImageObjects> Draw(ObjectTable table, IReadOnlyList<ObjectRow> rows, int most, int seed)
    {
        var ml = new MLContext(seed);
        var categories = table.All.GroupBy(row => row.Source)
            .ToDictionary(source => source.Key, source => (IReadOnlyList<string>)[.. source.Select(row => row.Category).Distinct()]);
        var images = rows.GroupBy(row => (row.Source, row.ImageId)).Select(image => image.ToList())
            .Select(all => (All: all, Drawn: HashRules.Draw(all, most, seed))).ToList();
        var prompts = EvaluationPrompts.Create(
            ml.Data.LoadFromEnumerable(images.SelectMany(image => image.Drawn).Select(row => new PromptRow(row))), seed).Prompts;
        var (drawn, at) = (new List<ImageObjects>(), 0);
        foreach (var (all, chosen) in images)
        {
            var start = at;
            at += chosen.Count;
            drawn.Add(new(all[0].Source, all[0].ImagePath, all, categories[all[0].Source],
                [.. chosen.Select((row, i) => (row, prompts[start + i]))]));
        }

        return drawn;
    }

    /// <summary>What the library makes prompts from; a mask is read when its row is.</summary>
    private sealed class PromptRow(ObjectRow row)
    {
        public string ImageId => row.ImageId;

        public string Category => row.Category;

        public byte[] Mask => File.ReadAllBytes(row.MaskPath);
    }
}
