using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Tests.Knowledge.Embedders;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Knowledge;

[TestClass]
public sealed class TextVectorTests : IDisposable
{
    private static readonly MLContext Ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Vectors_of_FeaturizeText_train_and_answer_the_same_after_loading() =>
        AssertTrainsAndLoads(Ml.Transforms.Text.FeaturizeText("Vector", "Description"), bank =>
            CollectionAssert.AreNotEqual(bank[0], bank[1]));

    [TestMethod]
    public void Vectors_of_an_ONNX_model_train_and_answer_the_same_after_loading()
    {
        var file = Path.Combine(_folder.Path, "projection.onnx");
        new TinyOnnx().FloatInput("DescriptionVector", -1, 3).Table("weights", [[1, 2], [3, 4], [10, 20]])
            .Node("MatMul", ["DescriptionVector", "weights"], "Vector").Output("Vector", -1, 2).Save(file);
        var onnx = Ml.Transforms.ApplyOnnxModel("Vector", "DescriptionVector", file);
        AssertTrainsAndLoads(onnx, bank => // of (1, 0, 0.5) and (0, 1, 0.5)
        {
            CollectionAssert.AreEqual(new[] { 6f, 12 }, bank[0]);
            CollectionAssert.AreEqual(new[] { 8f, 14 }, bank[1]);
        });
    }

    [TestMethod]
    public void Vectors_of_an_embedder_are_in_the_model_which_then_needs_no_embedder()
    {
        var data = Data();
        var embedder = new FixedEmbedder(text => text.StartsWith("disc: round", StringComparison.Ordinal) ? [1, 2, 3] : [4, 5, 6]);
        using var model = Ml.Transforms.SegSam(TinyData.Options() with { DescriptionColumnName = "Description", TextEmbedder = embedder })
            .Fit(data);
        var asked = embedder.Asked.Count;
        CollectionAssert.AreEqual(new[] { 1f, 2, 3, 4, 5, 6 }, model.Model.Network.TextBank.data<float>().ToArray());
        AssertSameAfterLoading(model, data);
        Assert.HasCount(asked, embedder.Asked);
    }

    [TestMethod]
    public void Without_an_embedder_the_hashed_one_makes_the_vectors()
    {
        using var model = Ml.Transforms.SegSam(TinyData.Options()).Fit(Data());
        CollectionAssert.AreEqual((float[])[.. HashedTextEmbedder.Embed("disc"), .. HashedTextEmbedder.Embed("bar")],
            model.Model.Network.TextBank.data<float>().ToArray());
    }

    [TestMethod]
    public void An_embedder_that_fails_ends_Fit_with_the_category()
    {
        var embedder = new FixedEmbedder(text => text == "bar" ? throw new HttpRequestException("No such host.") : [1]);
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() =>
            Ml.Transforms.SegSam(TinyData.Options() with { TextEmbedder = embedder }).Fit(Data()));
        Assert.StartsWith("The text embedder FixedEmbedder gave no usable vector for the category 'bar': No such host.", failure.Message);
    }

    [TestMethod]
    public void An_ONNX_embedder_trains()
    {
        using var embedder = new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path),
            TinyTextEncoder.WriteBert(_folder.Path, [.. TinyTextEncoder.BertTokens[..8], "disc", "bar"]));
        using var model = Ml.Transforms.SegSam(TinyData.Options() with { TextEmbedder = embedder }).Fit(Data());
        var bank = model.Model.Network.TextBank.data<float>().ToArray();
        Assert.AreEqual((2 + 8 + 3) / 3f, bank[0] / bank[1], 1e-5f);
        Assert.AreEqual((2 + 9 + 3) / 3f, bank[2] / bank[3], 1e-5f);
    }

    [TestMethod]
    [DataRow(3, "The text encoder reads 3 tokens of a text; the ends of longer texts were left out, for these categories: disc, bar. "
        + "Shorten their descriptions.")]
    [DataRow(512, null)]
    public void Descriptions_of_which_the_encoder_reads_the_beginning_only_are_named(int maxTokens, string? expected)
    {
        using var embedder =
            new OnnxTextEmbedder(TinyTextEncoder.WriteModel(_folder.Path), TinyTextEncoder.WriteBert(_folder.Path), maxTokens: maxTokens);
        var ml = new MLContext(seed: 1);
        var lines = new List<string>();
        ml.Log += (_, line) => lines.Add(line.Message);
        ml.Transforms.SegSam(TinyData.Options() with { DescriptionColumnName = "Description", TextEmbedder = embedder }).Fit(Data())
            .Dispose();
        var found = lines.Where(line => line.Contains("tokens of a text", StringComparison.Ordinal)).ToList();
        Assert.HasCount(expected is null ? 0 : 1, found);
        Assert.IsTrue(expected is null || found[0].EndsWith(expected, StringComparison.Ordinal), found.FirstOrDefault());
    }

    [TestMethod]
    public void A_run_goes_on_with_the_vectors_it_began_with_only()
    {
        var options = TinyData.Options() with { StateFile = Path.Combine(_folder.Path, "state") };
        void Fit(float bar)
        {
            using var embedder = new FixedEmbedder(text => text.StartsWith("disc", StringComparison.Ordinal) ? [1, 2, 3] : [4, 5, bar]);
            Ml.Transforms.SegSam(options with { TextEmbedder = embedder }).Fit(Data()).Dispose();
        }

        Fit(6);
        Fit(6.0001f); // a service's last digits
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => Fit(-6));
        Assert.Contains("belongs to another run: its text vectors differ from the embedder's for 1 of 2 categories. To continue, call Fit "
            + "with the TextEmbedder that the run began with", failure.Message);
    }

    private static void AssertTrainsAndLoads(IEstimator<ITransformer> vectors, Action<float[][]> check)
    {
        var data = Data();
        var model = vectors.Append(Ml.Transforms.SegSam(TinyData.Options() with { DescriptionColumnName = "Vector" })).Fit(data);
        var bank = model.LastTransformer.Model.Network.TextBank;
        check([.. bank.data<float>().ToArray().Chunk((int)bank.shape[1])]);
        AssertSameAfterLoading(model, data);
    }

    private static void AssertSameAfterLoading(ITransformer model, IDataView data)
    {
        var (again, _) = EstimatorWorkout.Reload(Ml, model, data.Schema);
        using var disposable = again as IDisposable;
        bool Answers(DataViewSchema.Column column) => data.Schema.GetColumnOrNull(column.Name) is null;
        Table.AssertEqual(Table.Read(model.Transform(data), Answers), Table.Read(again.Transform(data), Answers), "loaded");
    }

    // ONNX models take vectors of known length only.
    private static IDataView Data()
    {
        var rows = TinyData.Rows(images: 2); // first: it makes ML.NET know images
        var schema = SchemaDefinition.Create(typeof(TinyRow));
        schema[nameof(TinyRow.DescriptionVector)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 3);
        return Ml.Data.LoadFromEnumerable(rows, schema);
    }
}
