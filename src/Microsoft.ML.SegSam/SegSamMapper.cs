using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>Binds a model to an input schema, and maps single rows (for prediction engines).</summary>
internal sealed class SegSamMapper : IRowToRowMapper
{
    private readonly IReadOnlyList<OutputColumn> _outputs; // in the order of the schema, after all input columns

    /// <exception cref="ArgumentException">The image or a prompt column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">The model's options name no prompt column.</exception>
    public SegSamMapper(SegSamModel model, DataViewSchema input)
    {
        Model = model;
        InputSchema = input;
        Needed = InputColumns(model.Options, input);
        _outputs = model.Options.OutputColumns(model.Categories, Columns.OutputColumns.NextScoreSet(input));
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        foreach (var output in _outputs)
            builder.AddColumn(output.Name, output.Type, output.Annotations);
        OutputSchema = builder.ToSchema();
    }

    public SegSamModel Model { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>The input columns that scoring reads.</summary>
    public IReadOnlyList<DataViewSchema.Column> Needed { get; }

    /// <summary>Whether a column of the output schema is computed here, and not passed through.</summary>
    public bool IsComputed(DataViewSchema.Column column) => column.Index >= InputSchema.Count;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var depending = dependingColumns.ToList();
        var passed = depending.Where(column => !IsComputed(column)).Select(column => InputSchema[column.Index]);
        return (depending.Any(IsComputed) ? passed.Concat(Needed) : passed).DistinctBy(column => column.Index);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new SegSamRow(this, input, [.. activeColumns.Select(column => column.Index)]);

    /// <summary>
    /// A getter of a scored row: for an output column from <paramref name="row"/>, for any other from the row that passes it through.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is not active.</exception>
    /// <exception cref="InvalidOperationException">The column has another type.</exception>
    public ValueGetter<TValue> GetGetter<TValue>(DataViewRow scored, DataViewRow passed, DataViewSchema.Column column, ScoredRow row)
    {
        if (!scored.IsColumnActive(column))
        {
            throw new ArgumentOutOfRangeException(nameof(column), column.Name,
                $"The column is not active in this {(scored is DataViewRowCursor ? "cursor" : "row")}.");
        }

        if (!IsComputed(column))
            return passed.GetGetter<TValue>(InputSchema[column.Index]);
        return _outputs[column.Index - InputSchema.Count].Getter(row) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
    }

    private static IReadOnlyList<DataViewSchema.Column> InputColumns(SegSamOptions options, DataViewSchema schema)
    {
        if (!options.HasPrompt)
        {
            throw new InvalidOperationException("The model names no prompt column, so it cannot score rows; it was made by "
                + $"{nameof(SegSamTransformer)}.{nameof(SegSamTransformer.FromCheckpoint)} for a {nameof(SegSamPredictor)}. To score rows, "
                + $"fit ml.Transforms.SegSam with {nameof(SegSamOptions)} that name a prompt column, such as "
                + $"{nameof(SegSamOptions.BoxColumnName)}, and {nameof(SegSamOptions.Checkpoint)} and {nameof(SegSamOptions.Epochs)} = 0.");
        }

        return
        [
            .. TrainingColumns.ScoringNeeds(options.ImageColumnName, options.PromptColumns())
                .Select(need => ColumnCheck.Require(schema, need)),
        ];
    }
}

/// <summary>A single row: the prediction is made when the first output column is read, and shared by all.</summary>
internal sealed class SegSamRow : DataViewRow
{
    private readonly SegSamMapper _mapper;
    private readonly DataViewRow _input;
    private readonly HashSet<int> _active;
    private readonly PromptedImageReader? _reader;
    private readonly EmbeddingCache _cache = new();
    private readonly ScoredRow _row;

    public SegSamRow(SegSamMapper mapper, DataViewRow input, HashSet<int> active)
    {
        _mapper = mapper;
        _input = input;
        _active = active;
        _reader = active.Any(index => index >= mapper.InputSchema.Count) ? new(input, mapper.Model) : null;
        _row = new(() => Position, Predict, mapper.Model.Categories.Count);
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        _mapper.GetGetter<TValue>(this, _input, column, _row);

    private MaskPrediction? Predict() => _reader!.Read() is { } image ? _mapper.Model.Predict([image], _cache)[0] : null;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }
}
