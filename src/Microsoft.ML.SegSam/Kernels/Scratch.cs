using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>Memory for one part of a loop; it stays with the thread for the next part. Its numbers are whatever was there before.</summary>
internal sealed unsafe class Scratch
{
    private const int Alignment = 64;
    [ThreadStatic] private static Scratch? _ofThread;
    private readonly List<nint> _outgrown = [];
    private byte* _block;
    private long _size, _used, _needed;

    ~Scratch() => Free();

    /// <summary>This thread's, empty: what was taken before is taken back.</summary>
    public static Scratch Empty()
    {
        var scratch = _ofThread ??= new Scratch();
        scratch.Clear();
        return scratch;
    }

    /// <summary>Room for so many numbers, until this thread calls <see cref="Empty"/> again.</summary>
    public T* Take<T>(long count)
        where T : unmanaged
    {
        var bytes = (count * sizeof(T) + Alignment - 1) / Alignment * Alignment;
        _needed += bytes;
        if (_used + bytes > _size)
            Grow(Math.Max(bytes, _needed));
        var taken = _block + _used;
        _used += bytes;
        return (T*)taken;
    }

    private void Grow(long size)
    {
        if (_block is not null)
            _outgrown.Add((nint)_block); // still in use
        _block = (byte*)NativeMemory.AlignedAlloc((nuint)size, Alignment);
        (_size, _used) = (size, 0);
    }

    private void Clear()
    {
        _outgrown.ForEach(block => NativeMemory.AlignedFree((void*)block));
        _outgrown.Clear();
        if (_needed > _size)
        {
            NativeMemory.AlignedFree(_block);
            _block = null;
            Grow(_needed);
        }

        (_used, _needed) = (0, 0);
    }

    private void Free()
    {
        _outgrown.ForEach(block => NativeMemory.AlignedFree((void*)block));
        NativeMemory.AlignedFree(_block);
    }
}
