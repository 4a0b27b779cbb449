using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>Binds a transformer to an input schema and maps single rows (for prediction engines).</summary>
internal sealed class SegSamMapper : IRowToRowMapper
{
    private readonly SegSamTransformer _transformer;
    private readonly IReadOnlyList<DataViewSchema.Column> _needed;

    public SegSamMapper(SegSamTransformer transformer, DataViewSchema input)
    {
        (_transformer, InputSchema) = (transformer, input);
        _needed = transformer.InputColumns(input);
        Outputs = OutputColumns.All(transformer.Options, transformer.Categories, transformer.Model.Network.Config.MaskSide);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        foreach (var output in Outputs)
            builder.AddColumn(output.Name, output.Type, output.Annotations);
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>In the order of the schema, after all input columns.</summary>
    public IReadOnlyList<OutputColumn> Outputs { get; }

    /// <summary>Whether a column of the output schema is one of <see cref="Outputs"/>.</summary>
    public bool IsComputed(DataViewSchema.Column column) => column.Index >= InputSchema.Count;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var asked = dependingColumns.ToList();
        var passed = asked.Where(column => !IsComputed(column)).Select(column => InputSchema[column.Index]);
        return (asked.Any(IsComputed) ? passed.Concat(_needed) : passed).DistinctBy(column => column.Index);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new SegSamRow(this, _transformer, input, [.. activeColumns.Select(column => column.Index)]);

    /// <summary>A getter of a scored row: an output column's over its source of answers, any other's from the row that passes it on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The column is not active.</exception>
    /// <exception cref="InvalidOperationException">The column holds another type.</exception>
    public ValueGetter<TValue> GetGetter<TValue>(DataViewRow scored, DataViewRow passed, DataViewSchema.Column column, AnswerSource source)
    {
        if (!scored.IsColumnActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, $"The column is not active in this {(scored is DataViewRowCursor ? "cursor" : "row")}.");
        if (!IsComputed(column))
            return passed.GetGetter<TValue>(InputSchema[column.Index]);
        return Outputs[column.Index - InputSchema.Count].Getter(source) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
    }
}

/// <summary>One row at a time: the answer is computed when the first output column is read, and shared by all.</summary>
internal sealed class SegSamRow : DataViewRow
{
    private readonly SegSamMapper _mapper;
    private readonly SegSamTransformer _transformer;
    private readonly DataViewRow _input;
    private readonly HashSet<int> _active;
    private readonly QuestionReader? _reader;
    private readonly EmbeddingCache _cache = new();
    private readonly AnswerSource _source;
    private AnswerView? _answer;
    private long _answeredPosition = -1;

    public SegSamRow(SegSamMapper mapper, SegSamTransformer transformer, DataViewRow input, HashSet<int> active)
    {
        (_mapper, _transformer, _input, _active) = (mapper, transformer, input, active);
        _source = new(Current);
        if (active.Any(index => index >= mapper.InputSchema.Count))
            _reader = new(input, transformer);
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _input.Position;

    public override long Batch => _input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _mapper.GetGetter<TValue>(this, _input, column, _source);

    private AnswerView Current()
    {
        if (_input.Position < 0)
            throw new InvalidOperationException("There is no current row to score.");
        if (_answer is null || _answeredPosition != _input.Position)
        {
            var question = _reader!.Read();
            _answer = _transformer.View(question is null ? null : _transformer.Model.Answer([question], _cache)[0]);
            _answeredPosition = _input.Position;
        }

        return _answer;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _input.Dispose();
        base.Dispose(disposing);
    }
}
