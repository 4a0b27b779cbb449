using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>Reads one vector column of the cursor's current row, dense or sparse, and reuses its buffers.</summary>
internal sealed class VectorReader<T>(DataViewRow row, DataViewSchema.Column column)
{
    private readonly ValueGetter<VBuffer<T>> _get = row.GetGetter<VBuffer<T>>(column);
    private VBuffer<T> _buffer;
    private T[] _dense = [];

    /// <summary>
    /// All values of the vector; those that a sparse vector leaves out are the type's default. Valid until the next call.
    /// </summary>
    public ReadOnlySpan<T> Read()
    {
        _get(ref _buffer);
        if (_buffer.IsDense)
            return _buffer.GetValues();
        if (_dense.Length < _buffer.Length)
            _dense = new T[_buffer.Length];
        _buffer.CopyTo(_dense);
        return _dense.AsSpan(0, _buffer.Length);
    }
}
