using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>
/// Reads scored rows in batches. One cursor of the source serves the columns that are passed through; another runs ahead and fills a
/// batch of prompted images, which are predicted together when an output column of the first of their rows is read.
/// </summary>
internal sealed class SegSamCursor : DataViewRowCursor
{
    private readonly SegSamMapper _mapper;
    private readonly DataViewRowCursor _serving;
    private readonly DataViewRowCursor? _ahead;
    private readonly PromptedImageReader? _reader;
    private readonly HashSet<int> _active;
    private readonly EmbeddingCache _cache = new();
    private readonly ScoredRow _row;
    private MaskPrediction?[] _batch = [];
    private long _batchStart;

    /// <param name="ahead">Null if no output column is active.</param>
    public SegSamCursor(SegSamMapper mapper, DataViewRowCursor serving, DataViewRowCursor? ahead, HashSet<int> active)
    {
        _mapper = mapper;
        _serving = serving;
        _ahead = ahead;
        _reader = ahead is null ? null : new(ahead, mapper.Model);
        _active = active;
        _row = new(() => Position, Predict, mapper.Model.Categories.Count);
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _serving.Position;

    public override long Batch => _serving.Batch;

    public override bool MoveNext() => _serving.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _serving.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        _mapper.GetGetter<TValue>(this, _serving, column, _row);

    private MaskPrediction? Predict()
    {
        if (Position >= _batchStart + _batch.Length)
            FillBatch();
        return _batch[Position - _batchStart];
    }

    // Rows whose output columns nobody reads are skipped.
    private void FillBatch()
    {
        while (_ahead!.Position < Position - 1 && _ahead.MoveNext())
        {
        }

        var images = new List<PromptedImage?>();
        while (images.Count < _mapper.Model.Options.BatchSize && _ahead.MoveNext())
            images.Add(_reader!.Read());
        var usable = Enumerable.Range(0, images.Count).Where(i => images[i] is not null).ToList();
        var predictions = usable.Count == 0 ? [] : _mapper.Model.Predict([.. usable.Select(i => images[i]!)], _cache);
        _batch = new MaskPrediction?[images.Count];
        foreach (var (i, prediction) in usable.Zip(predictions))
            _batch[i] = prediction;
        _batchStart = Position;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _serving.Dispose();
            _ahead?.Dispose();
        }

        base.Dispose(disposing);
    }
}
