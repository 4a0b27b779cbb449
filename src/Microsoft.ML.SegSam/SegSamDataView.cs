using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>The scored rows, computed as a cursor reads them.</summary>
internal sealed class SegSamDataView(SegSamModel model, IDataView source) : IDataView
{
    private readonly SegSamMapper _mapper = new(model, source.Schema);

    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => _mapper.OutputSchema;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = columnsNeeded.ToList();
        var passed = active.Where(column => !_mapper.IsComputed(column)).Select(column => source.Schema[column.Index]).ToList();
        // Two cursors over one shuffled source must see the same order.
        var seed = rand?.Next();
        var serving = source.GetRowCursor(passed, Shuffle());
        var ahead = active.Any(_mapper.IsComputed) ? source.GetRowCursor(_mapper.Needed, Shuffle()) : null;
        return new SegSamCursor(_mapper, serving, ahead, [.. active.Select(column => column.Index)]);

        Random? Shuffle() => seed is { } value ? new Random(value) : null;
    }

    /// <summary>One cursor: its batches keep the device busy, and parallel cursors would run as many networks at once.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
