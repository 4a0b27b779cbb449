using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>
/// Reads scored rows in batches: one cursor of the source serves the columns passed through, another runs ahead and fills a
/// batch of questions, which are answered together when the first of their rows is asked for an output column.
/// </summary>
internal sealed class SegSamCursor : DataViewRowCursor
{
    private readonly SegSamMapper _mapper;
    private readonly SegSamTransformer _transformer;
    private readonly DataViewRowCursor _serving;
    private readonly DataViewRowCursor? _ahead;
    private readonly QuestionReader? _reader;
    private readonly HashSet<int> _active;
    private readonly EmbeddingCache _cache = new();
    private readonly AnswerSource _source;
    private SegSamAnswer?[] _batch = [];
    private long _batchStart;
    private AnswerView? _answer;
    private long _answeredPosition = -1;

    public SegSamCursor(SegSamMapper mapper, SegSamTransformer transformer, DataViewRowCursor serving, DataViewRowCursor? ahead, HashSet<int> active)
    {
        (_mapper, _transformer, _serving, _ahead, _active) = (mapper, transformer, serving, ahead, active);
        _source = new(Current);
        _reader = ahead is null ? null : new(ahead, transformer);
    }

    public override DataViewSchema Schema => _mapper.OutputSchema;

    public override long Position => _serving.Position;

    public override long Batch => _serving.Batch;

    public override bool MoveNext() => _serving.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => _serving.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _mapper.GetGetter<TValue>(this, _serving, column, _source);

    private AnswerView Current()
    {
        if (Position < 0)
            throw new InvalidOperationException("There is no current row to score.");
        if (_answer is null || _answeredPosition != Position)
        {
            if (Position >= _batchStart + _batch.Length)
                FillBatch();
            _answer = _transformer.View(_batch[Position - _batchStart]);
            _answeredPosition = Position;
        }

        return _answer;
    }

    // Rows that nobody asked about are skipped without being read.
    private void FillBatch()
    {
        while (_ahead!.Position < Position - 1 && _ahead.MoveNext())
        {
        }

        var questions = new List<SegSamQuestion?>();
        while (questions.Count < _transformer.Options.BatchSize && _ahead.MoveNext())
            questions.Add(_reader!.Read());
        var asked = Enumerable.Range(0, questions.Count).Where(i => questions[i] is not null).ToList();
        var answers = asked.Count == 0 ? [] : _transformer.Model.Answer([.. asked.Select(i => questions[i]!)], _cache);
        _batch = new SegSamAnswer?[questions.Count];
        for (var i = 0; i < asked.Count; i++)
            _batch[asked[i]] = answers[i];
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
