using Microsoft.ML.SegSam.Columns;

namespace Microsoft.ML.SegSam.Pipeline;

/// <summary>An estimator whose transformer is there already.</summary>
internal sealed class StepEstimator<TRow>(RowStep<TRow> step) : IEstimator<ITransformer>
{
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public ITransformer Fit(IDataView input)
    {
        step.GetOutputSchema(input.Schema);
        return step;
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        foreach (var need in step.Needs)
            ColumnCheck.Require(inputSchema, need);
        var columns = inputSchema.ToDictionary(column => column.Name);
        foreach (var added in step.Adds(new DataViewSchema.Builder().ToSchema()))
            columns[added.Name] = added.Shape;
        return new(columns.Values);
    }
}
