using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Prediction;

namespace Microsoft.ML.SegSam;

/// <summary>
/// Rows of images with the masks that a generator finds in them, in the columns of ML.NET's object detection; see
/// <see cref="SegmentationCatalog.DetectObjects"/>.
/// </summary>
internal sealed class DetectionView : IDataView
{
    public const string PredictedBoundingBoxes = nameof(PredictedBoundingBoxes);
    public const string Score = nameof(Score);
    public const string PredictedLabel = nameof(PredictedLabel);

    private readonly IDataView _source;

    /// <exception cref="ArgumentException">The image column is missing or of another type.</exception>
    public DetectionView(IDataView source, SegSamMaskGenerator generator, string imageColumn, CancellationToken cancellation)
    {
        _source = source;
        Generator = generator;
        Cancellation = cancellation;
        Keys = generator.Categories.Index().ToDictionary(category => category.Item, category => (uint)category.Index + 1);
        Image = ColumnCheck.Require(source.Schema, imageColumn, ColumnCheck.IsImage, ColumnCheck.ImageKind);
        var keys = new KeyDataViewType(typeof(uint), Keys.Count);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(source.Schema);
        builder.AddColumn(PredictedBoundingBoxes, new VectorDataViewType(NumberDataViewType.Single));
        builder.AddColumn(Score, new VectorDataViewType(NumberDataViewType.Single));
        builder.AddColumn(PredictedLabel, new VectorDataViewType(keys), OutputColumns.KeyNames(generator.Categories));
        Schema = builder.ToSchema();
    }

    public SegSamMaskGenerator Generator { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>The key of each category, counting from 1 in the order of the model's categories.</summary>
    public IReadOnlyDictionary<string, uint> Keys { get; }

    /// <summary>The image column of the source.</summary>
    public DataViewSchema.Column Image { get; }

    public bool CanShuffle => _source.CanShuffle;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = columnsNeeded.ToList();
        var needsMasks = active.Any(column => !IsPassed(column));
        var passed = active.Where(IsPassed).Select(column => _source.Schema[column.Index]);
        var needed = passed.Concat(needsMasks ? [Image] : []).DistinctBy(column => column.Index);
        return new DetectionCursor(this, _source.GetRowCursor(needed, rand), [.. active.Select(column => column.Index)], needsMasks);
    }

    /// <summary>One cursor: finding the masks of one image keeps all cores busy.</summary>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Whether a column of the source is passed through.</summary>
    public bool IsPassed(DataViewSchema.Column column) => column.Index < _source.Schema.Count;
}

/// <summary>Finds the masks of a row's image when the first of the added columns is read; all added columns share them.</summary>
internal sealed class DetectionCursor(
    DetectionView view, DataViewRowCursor source, HashSet<int> active, bool needsMasks) : DataViewRowCursor
{
    private readonly ImageReader? _image = needsMasks ? new(source, view.Image) : null;
    private List<GeneratedMask> _masks = [];
    private long _masksPosition = -1;

    public override DataViewSchema Schema => view.Schema;

    public override long Position => source.Position;

    public override long Batch => source.Batch;

    public override bool MoveNext() => source.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override ValueGetter<DataViewRowId> GetIdGetter() => source.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), column.Name, "The column is not active in this cursor.");
        if (view.IsPassed(column))
            return source.GetGetter<TValue>(source.Schema[column.Index]);
        Delegate getter = column.Name switch
        {
            DetectionView.PredictedBoundingBoxes => Vector<float>(mask => mask.Mask.Box is { } box ? [box.X0, box.Y0, box.X1, box.Y1] : []),
            DetectionView.Score => Vector<float>(mask => [mask.Score]),
            _ => Vector<uint>(mask => [view.Keys[mask.Category]]),
        };
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is {column.Type}; it cannot be read as {typeof(TValue)}.");
    }

    private ValueGetter<VBuffer<T>> Vector<T>(Func<GeneratedMask, T[]> values) => (ref VBuffer<T> into) =>
    {
        T[] all = [.. Masks().SelectMany(values)];
        var editor = VBufferEditor.Create(ref into, all.Length);
        all.CopyTo(editor.Values);
        into = editor.Commit();
    };

    private List<GeneratedMask> Masks()
    {
        if (Position < 0)
            throw new InvalidOperationException("There is no current row to find masks in.");
        if (_masksPosition != Position)
        {
            _masks = _image!.Read() is { } image ? view.Generator.Generate(image, progress: null, view.Cancellation) : [];
            _masksPosition = Position;
        }

        return _masks;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            source.Dispose();
        base.Dispose(disposing);
    }
}
