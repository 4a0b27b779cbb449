using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Columns;

namespace Microsoft.ML.SegSam.Pipeline;

/// <summary>A column that a step adds.</summary>
/// <param name="Shape">Its name, and what is known before fitting.</param>
/// <param name="Getter">Its getter, of what <see cref="RowStep{TRow}.Open"/> made of a row.</param>
internal sealed record AddedColumn<TRow>(
    SchemaShape.Column Shape, DataViewType Type, DataViewSchema.Annotations? Annotations, Func<TRow, Delegate> Getter)
{
    public string Name => Shape.Name;

    /// <summary>A column without annotations.</summary>
    public static AddedColumn<TRow> Plain(string name, DataViewType type, Func<TRow, Delegate> getter) =>
        new(OutputColumns.Shape(name, type), type, null, getter);
}

/// <summary>A transformer that adds columns to rows, each computed from its row alone.</summary>
internal abstract class RowStep<TRow> : ITransformer
{
    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The columns that it reads.</summary>
    public abstract IEnumerable<ColumnNeed> Needs { get; }

    /// <summary>The columns that it adds to those of a schema.</summary>
    public abstract IReadOnlyList<AddedColumn<TRow>> Adds(DataViewSchema input);

    /// <summary>What the getters of the added columns read, whatever row <paramref name="input"/> stands at.</summary>
    public abstract TRow Open(DataViewRow input);

    public abstract void Save(ModelSaveContext ctx);

    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new StepMapper<TRow>(this, inputSchema).OutputSchema;

    /// <inheritdoc cref="GetOutputSchema" path="/exception"/>
    public IDataView Transform(IDataView input) => new StepView<TRow>(new(this, input.Schema), input);

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => new StepMapper<TRow>(this, inputSchema);
}

/// <summary>A step bound to the columns of a schema.</summary>
internal sealed class StepMapper<TRow> : IRowToRowMapper
{
    private readonly RowStep<TRow> _step;
    private readonly IReadOnlyList<DataViewSchema.Column> _needed;
    private readonly IReadOnlyList<AddedColumn<TRow>> _added;

    public StepMapper(RowStep<TRow> step, DataViewSchema input)
    {
        (_step, InputSchema) = (step, input);
        _needed = [.. step.Needs.Select(need => ColumnCheck.Require(input, need))];
        _added = step.Adds(input);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        foreach (var column in _added)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var depending = dependingColumns.ToList();
        var passed = depending.Where(column => column.Index < InputSchema.Count).Select(column => InputSchema[column.Index]);
        return (depending.Any(column => column.Index >= InputSchema.Count) ? passed.Concat(_needed) : passed)
            .DistinctBy(column => column.Index);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new StepRow<TRow>(Bind(input, activeColumns), input);

    /// <summary>The getters of a row or cursor.</summary>
    public StepGetters<TRow> Bind(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
        new(OutputSchema, InputSchema.Count, input, _added, () => _step.Open(input), [.. activeColumns.Select(column => column.Index)]);
}

/// <summary>The getters of a row's columns: those of the input, and the added ones.</summary>
internal sealed class StepGetters<TRow>(
    DataViewSchema schema, int passed, DataViewRow input, IReadOnlyList<AddedColumn<TRow>> added, Func<TRow> open, HashSet<int> active)
{
    private readonly Lazy<TRow> _row = new(open);

    public DataViewSchema Schema => schema;

    public bool IsActive(DataViewSchema.Column column) => active.Contains(column.Index);

    /// <exception cref="ArgumentOutOfRangeException">The column is not active.</exception>
    /// <exception cref="InvalidOperationException">The column has another type.</exception>
    public ValueGetter<TValue> Of<TValue>(DataViewSchema.Column column)
    {
        if (!IsActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, "The column is not active.");
        if (column.Index < passed)
            return input.GetGetter<TValue>(input.Schema[column.Index]);
        return added[column.Index - passed].Getter(_row.Value) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
    }
}

/// <summary>The rows with the added columns, computed as a cursor reads them.</summary>
internal sealed class StepView<TRow>(StepMapper<TRow> mapper, IDataView source) : IDataView
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => mapper.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = columnsNeeded.ToList();
        var cursor = source.GetRowCursor(mapper.GetDependencies(active), rand);
        return new StepCursor<TRow>(mapper.Bind(cursor, active), cursor);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        var active = columnsNeeded.ToList();
        return [.. source.GetRowCursorSet(mapper.GetDependencies(active), n, rand)
            .Select(cursor => new StepCursor<TRow>(mapper.Bind(cursor, active), cursor))];
    }
}

internal sealed class StepRow<TRow>(StepGetters<TRow> getters, DataViewRow input) : DataViewRow
{
    public override DataViewSchema Schema => getters.Schema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool IsColumnActive(DataViewSchema.Column column) => getters.IsActive(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => getters.Of<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}

internal sealed class StepCursor<TRow>(StepGetters<TRow> getters, DataViewRowCursor input) : DataViewRowCursor
{
    public override DataViewSchema Schema => getters.Schema;

    public override long Position => input.Position;

    public override long Batch => input.Batch;

    public override bool MoveNext() => input.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => getters.IsActive(column);

    public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => getters.Of<TValue>(column);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input.Dispose();
        base.Dispose(disposing);
    }
}
