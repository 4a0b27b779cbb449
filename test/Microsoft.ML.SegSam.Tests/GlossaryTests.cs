using System.Text;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

/// <summary>What the glossary says goes through Fit into the model, and stays there.</summary>
[TestClass]
public sealed class GlossaryTests
{
    private const string Custom = """
        { "version": 1, "entries": [ {
            "name": "disc", "location": "upper left", "shape": "round", "intensity": { "CT": "bright" },
            "texture": "even", "border": "sharp", "differs": "rounder than a bar"
        } ] }
        """;

    private static readonly MLContext Ml = new(seed: 1);

    [TestMethod]
    public void Spelling_variants_have_the_vector_of_their_entry_and_without_a_glossary_that_of_their_name()
    {
        var rows = Rows("brain tumor", "spleen", "Tumours_of_the_Brain", "brain neoplasm");
        var (with, without) = (Bank(TinyData.Options(), rows), Bank(TinyData.Options() with { Glossary = null }, rows));
        CollectionAssert.AreEqual(with["brain tumor"], with["Tumours_of_the_Brain"]);
        CollectionAssert.AreNotEqual(without["brain tumor"], without["Tumours_of_the_Brain"]);
        CollectionAssert.AreNotEqual(with["brain tumor"], with["brain neoplasm"],
            "A synonym may be another category of the data: its vector tells it apart.");
        foreach (var (name, vector) in with)
            CollectionAssert.AreNotEqual(without[name], vector);
        Assert.IsGreaterThan(0.9f, Cosine(with["brain tumor"], with["brain neoplasm"]));
        Assert.IsLessThan(0.5f, Cosine(without["brain tumor"], without["brain neoplasm"]));
    }

    [TestMethod]
    public void A_loaded_model_has_what_its_glossary_said()
    {
        var data = TinyData.Load(Ml, TinyData.Rows(images: 2));
        using var model = Ml.Transforms.SegSam(TinyData.Options() with { Glossary = Own() }).Fit(data);
        var (again, _) = EstimatorWorkout.Reload(Ml, model, data.Schema);
        using var loaded = (SegSamTransformer)((again as IEnumerable<ITransformer>)?.Single() ?? again);
        var bank = loaded.Model.Network.TextBank.data<float>().ToArray();
        CollectionAssert.AreEqual(HashedTextEmbedder.Embed(
            "disc: disc. Location: upper left. Shape: round. Intensity: CT: bright. Texture: even. "
            + "Border: sharp. Told apart: rounder than a bar."), bank[..HashedTextEmbedder.Width]);
        CollectionAssert.AreEqual(HashedTextEmbedder.Embed("bar"), bank[HashedTextEmbedder.Width..]);
        bool Answers(DataViewSchema.Column column) => data.Schema.GetColumnOrNull(column.Name) is null;
        Table.AssertEqual(Table.Read(model.Transform(data), Answers), Table.Read(loaded.Transform(data), Answers), "loaded");
    }

    [TestMethod]
    public void A_run_goes_on_with_no_other_glossary_unless_that_says_the_same_of_its_categories()
    {
        using var folder = new TemporaryFolder();
        var options = TinyData.Options() with { StateFile = Path.Combine(folder.Path, "state"), Glossary = null };
        void Fit(CategoryGlossary? glossary) =>
            Ml.Transforms.SegSam(options with { Glossary = glossary }).Fit(TinyData.Load(Ml, TinyData.Rows(images: 1))).Dispose();
        Fit(null);
        Fit(CategoryGlossary.Default); // knows neither disc nor bar
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => Fit(Own())).Message,
            "belongs to another run: category texts is '2 categories, ");
    }

    private static CategoryGlossary Own()
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(Custom));
        return CategoryGlossary.Load(json);
    }

    private static List<TinyRow> Rows(params string[] categories) =>
        [.. TinyData.Rows(images: 2).Zip(categories, (row, category) => row with { Category = category })];

    private static Dictionary<string, float[]> Bank(SegSamOptions options, List<TinyRow> rows)
    {
        using var model = Ml.Transforms.SegSam(options).Fit(TinyData.Load(Ml, rows));
        var vectors = model.Model.Network.TextBank.data<float>().ToArray().Chunk(HashedTextEmbedder.Width);
        return model.Categories.Zip(vectors).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private static float Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => a * b).Sum();
}
