using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

/// <summary>What ML.NET expects of any estimator and its transformer, checked on the public interfaces alone.</summary>
internal static class EstimatorWorkout
{
    /// <param name="training">Rows to fit on.</param>
    /// <param name="scoring">Rows with the same columns to transform.</param>
    /// <param name="invalid">Data that lack what both fitting and scoring need.</param>
    public static void Run(MLContext ml, IEstimator<ITransformer> estimator, IDataView training, IDataView scoring, IDataView invalid)
    {
        var promised = estimator.GetOutputSchema(SchemaCheck.ShapeOf(training.Schema));
        Assert.ThrowsExactly<ArgumentException>(() => estimator.GetOutputSchema(SchemaCheck.ShapeOf(invalid.Schema)));
        Assert.ThrowsExactly<ArgumentException>(() => estimator.Fit(invalid));

        var fitted = estimator.Fit(training);
        var (loaded, schema) = Reload(ml, fitted, training.Schema);
        // ML.NET saves no image columns in the schema of a model.
        CollectionAssert.AreEqual(Columns(training.Schema, withImages: false), Columns(schema, withImages: true));

        foreach (var model in (ITransformer[])[fitted, loaded])
        {
            SchemaCheck.AssertKept(promised, model.GetOutputSchema(training.Schema));
            CheckSchemas(model, scoring);
            Assert.ThrowsExactly<ArgumentException>(() => model.GetOutputSchema(invalid.Schema));
            Assert.ThrowsExactly<ArgumentException>(() => model.Transform(invalid));
        }

        SchemaCheck.AssertEqual(fitted.GetOutputSchema(scoring.Schema), loaded.GetOutputSchema(scoring.Schema));
        CheckValues(fitted.Transform(scoring), loaded.Transform(scoring), scoring);

        var alive = fitted.Transform(scoring);
        ((IDisposable)loaded).Dispose();
        Table.Read(alive); // the other model has weights of its own
        ((IDisposable)fitted).Dispose();
        ((IDisposable)fitted).Dispose();
    }

    public static (ITransformer Model, DataViewSchema Schema) Reload(MLContext ml, ITransformer model, DataViewSchema schema)
    {
        using var zip = new MemoryStream();
        ml.Model.Save(model, schema, zip);
        zip.Position = 0;
        return (ml.Model.Load(zip, out var loaded), loaded);
    }

    private static void CheckSchemas(ITransformer model, IDataView data)
    {
        Assert.IsTrue(model.IsRowToRowMapper);
        var mapper = model.GetRowToRowMapper(data.Schema);
        Assert.AreSame(data.Schema, mapper.InputSchema);
        SchemaCheck.AssertEqual(model.GetOutputSchema(data.Schema), mapper.OutputSchema);
        SchemaCheck.AssertEqual(mapper.OutputSchema, model.Transform(data).Schema);
    }

    // Subsets of the columns show getters that depend on others being active.
    private static void CheckValues(IDataView expected, IDataView actual, IDataView source)
    {
        var all = Table.Read(expected);
        Assert.HasCount(all.Count, all.DistinctBy(row => row[0]).ToList(), "Row ids are unique.");
        CollectionAssert.AreEqual(Table.Read(source).Select(row => row[0]).ToList(), all.Select(row => row[0]).ToList(),
            "Row ids are the source's.");
        Assert.AreEqual(source.GetRowCount(), expected.GetRowCount());
        Assert.AreEqual(expected.GetRowCount(), actual.GetRowCount());
        Table.AssertEqual(all, Table.Read(actual), "all columns");

        List<Func<int, bool>> subsets = [index => index % 2 == 0, index => index % 2 == 1];
        subsets.AddRange(expected.Schema.Select(column => (Func<int, bool>)(index => index == column.Index)));
        foreach (var (number, subset) in subsets.Index())
        {
            var part = all.Select(row => (string[])[row[0], .. row.Skip(1).Where((_, index) => subset(index))]).ToList();
            foreach (var view in (IDataView[])[expected, actual])
                Table.AssertEqual(part, Table.Read(view, column => subset(column.Index)), $"subset {number}");
        }
    }

    private static List<string> Columns(DataViewSchema schema, bool withImages) =>
        [.. schema.Where(column => withImages || column.Type is not Transforms.Image.ImageDataViewType)
            .Select(column => $"{column.Name}: {column.Type}")];
}
