using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Kernels;

/// <summary>Memory outside the garbage collector's, for vectors; freed when this is disposed.</summary>
internal sealed unsafe class AlignedMemory : IDisposable
{
    private const int Alignment = 64; // a cache line, and a vector of AVX-512
    private readonly List<nint> _blocks = [];

    ~AlignedMemory() => Free();

    /// <summary>So many numbers, all zero.</summary>
    public T* Take<T>(long count)
        where T : unmanaged
    {
        var block = TakeUnset<T>(count);
        NativeMemory.Clear(block, (nuint)(count * sizeof(T)));
        return block;
    }

    /// <summary>So many numbers, whatever they are.</summary>
    public T* TakeUnset<T>(long count)
        where T : unmanaged
    {
        var block = NativeMemory.AlignedAlloc((nuint)Math.Max(count * sizeof(T), Alignment), Alignment);
        _blocks.Add((nint)block);
        return (T*)block;
    }

    /// <summary>A copy of the numbers.</summary>
    public float* Copy(ReadOnlySpan<float> numbers)
    {
        var copy = TakeUnset<float>(numbers.Length);
        numbers.CopyTo(new(copy, numbers.Length));
        return copy;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        _blocks.ForEach(block => NativeMemory.AlignedFree((void*)block));
        _blocks.Clear();
    }
}
