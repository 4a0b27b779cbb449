using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Storage;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>A named tensor of a checkpoint; its values stay in the file until they are read.</summary>
internal sealed class CheckpointTensor
{
    private delegate void ReadBytes(long at, Span<byte> into);

    private readonly ReadBytes _read;
    private readonly long _begin;       // of the first element, in bytes
    private readonly long _span;        // from the first to the last element, in elements
    private readonly long[] _shape;
    private readonly long[]? _strides;  // in elements; null = row-major

    private CheckpointTensor(string name, ScalarType type, long[] shape, long[]? strides, long span, ReadBytes read, long begin)
    {
        Name = name;
        Type = type;
        _shape = shape;
        _strides = strides;
        _span = span;
        _read = read;
        _begin = begin;
        if ((Int128)span * StorageTypes.SizeOf(type) > int.MaxValue)
        {
            throw CheckpointError.Invalid(
                $"the tensor {CheckpointError.Quote(name)} spans {span} elements of {StorageTypes.SizeOf(type)} bytes; the limit is 2 GiB");
        }

        // A side of 0 makes the product 0, so the other sides are checked without it.
        if (shape.Aggregate(Int128.One, (product, side) => product > int.MaxValue ? product : product * Math.Max(1, side)) > int.MaxValue)
            throw CheckpointError.Invalid($"the tensor {CheckpointError.Quote(name)} has the impossible shape "
                + $"[{CheckpointError.List(shape)}]");
    }

    public string Name { get; }

    public ScalarType Type { get; }

    public IReadOnlyList<long> Shape => _shape;

    /// <summary>A tensor of row-major values that begin at <paramref name="begin"/>; the caller has checked where they end.</summary>
    public static CheckpointTensor Of(SafetensorsEntry entry, FileBytes bytes, long begin) =>
        new(entry.Name, entry.Type, entry.Shape, null, (entry.End - entry.Begin) / StorageTypes.SizeOf(entry.Type), bytes.Read, begin);

    /// <summary>A tensor of row-major float32 numbers that are computed when they are read, as many as the shape has.</summary>
    public static CheckpointTensor Of(string name, long[] shape, Func<float[]> compute) =>
        new(name, ScalarType.Float32, shape, null, shape.Aggregate(1L, (product, side) => product * side),
            (at, into) => MemoryMarshal.AsBytes(compute().AsSpan()).Slice((int)at, into.Length).CopyTo(into), begin: 0);

    /// <exception cref="InvalidDataException">Shape, strides and offset do not fit the storage, or the storage its bytes.</exception>
    public static CheckpointTensor Of(string name, PickleTensor tensor, Func<PickleStorage, FileBytes> find)
    {
        var (storage, offset, shape, strides) = tensor;
        var (type, size) = StorageTypes.Of(storage);
        InvalidDataException Invalid(string problem) => CheckpointError.Invalid(
            $"the tensor {CheckpointError.Quote(name)} of shape [{CheckpointError.List(shape)}], strides "
                + $"[{CheckpointError.List(strides)}], "
            + $"offset {CheckpointError.List(offset)} {problem}");

        if (shape.Length != strides.Length || shape.Any(side => side < 0) || strides.Any(stride => stride < 0) || offset < 0)
            throw Invalid("is impossible: shape and strides must have equal length, and no number may be negative");
        Int128 count = 1, last = offset;
        for (var i = 0; i < shape.Length && last <= storage.Count; i++)
        {
            // stays above the limit once it is above, unless there is a 0
            count = count <= storage.Count || shape[i] == 0 ? count * shape[i] : count;
            last += (Int128)Math.Max(0, shape[i] - 1) * strides[i];
        }

        if (shape.Contains(0))
            return new(name, type, shape, null, 0, find(storage).Read, 0);
        if (last >= storage.Count)
            throw Invalid($"extends beyond its storage of {storage.Count} elements");
        if (count > storage.Count)
            throw Invalid($"has more elements than its storage of {storage.Count}; clone an expanded tensor before saving it");
        var bytes = find(storage);
        if ((Int128)storage.Count * size > bytes.Length)
            throw Invalid($"has a storage that claims {storage.Count} elements of {size} bytes, but the file holds {bytes.Length} bytes "
                + "of it");
        return new(name, type, shape, IsRowMajor(shape, strides) ? null : strides, (long)last - offset + 1, bytes.Read, offset * size);
    }

    /// <summary>Fills a tensor of the same shape, on any device and of any type; values are converted.</summary>
    /// <exception cref="InvalidDataException">The shapes differ, or this part of the file is damaged.</exception>
    public void ReadInto(Tensor target)
    {
        if (!target.shape.AsSpan().SequenceEqual(_shape))
        {
            throw new InvalidDataException($"Tensor {CheckpointError.Quote(Name)} has the shape [{string.Join(',', _shape)}] in the "
                + $"checkpoint, expected [{string.Join(',', target.shape)}].");
        }

        if (_span == 0)
            return;
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        // A bool must be 0 or 1 in memory; a file may hold any byte.
        var stored = Type == ScalarType.Bool ? ScalarType.Byte : Type;
        if (_strides is null && target.dtype == stored && target.device_type == TorchSharp.DeviceType.CPU && target.is_contiguous()
            && Type == stored)
        {
            _read(_begin, target.bytes);
            return;
        }

        var buffer = empty(_span, stored);
        _read(_begin, buffer.bytes);
        var values = _strides is null ? buffer.reshape(_shape) : buffer.as_strided(_shape, _strides, 0);
        target.copy_(Type == stored ? values : values.to(Type));
    }

    /// <summary>A new tensor on the CPU with the type in the file. The caller disposes it.</summary>
    public Tensor Read()
    {
        var tensor = empty(_shape, Type);
        try
        {
            ReadInto(tensor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    // The stride of a side of length 1 does not matter.
    private static bool IsRowMajor(long[] shape, long[] strides)
    {
        Int128 expected = 1;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] != 1 && strides[i] != expected)
                return false;
            expected *= shape[i];
        }

        return true;
    }
}
