using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>How a number is stored.</summary>
internal enum VoxelType
{
    UInt8,
    Int8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float32,
    Float64,

    /// <summary>Red, green, blue.</summary>
    Rgb24,

    /// <summary>Red, green, blue, 16 bits each.</summary>
    Rgb48,
}

internal static class VoxelTypes
{
    /// <summary>Bytes of a voxel.</summary>
    public static int Bytes(this VoxelType type) => type switch
    {
        VoxelType.UInt8 or VoxelType.Int8 => 1,
        VoxelType.Int16 or VoxelType.UInt16 => 2,
        VoxelType.Rgb24 => 3,
        VoxelType.Rgb48 => 6,
        VoxelType.Int64 or VoxelType.UInt64 or VoxelType.Float64 => 8,
        _ => 4,
    };

    /// <summary>Numbers of a voxel: 3 for colors, else 1.</summary>
    public static int Samples(this VoxelType type) => type is VoxelType.Rgb24 or VoxelType.Rgb48 ? 3 : 1;

    /// <summary>The type of a voxel of several numbers of this type; null where such voxels are not read.</summary>
    public static VoxelType? Of(this VoxelType number, long samples) => (number, samples) switch
    {
        (_, 1) => number,
        (VoxelType.UInt8, 3) => VoxelType.Rgb24,
        (VoxelType.UInt16, 3) => VoxelType.Rgb48,
        _ => null,
    };

    /// <summary>Turns the bytes of each number round.</summary>
    /// <param name="bytes">Whole voxels.</param>
    public static void Reverse(this VoxelType type, Span<byte> bytes)
    {
        switch (type.Bytes() / type.Samples())
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var integers = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(integers, integers);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    /// <summary>Numbers from their bytes, little end first.</summary>
    /// <param name="bytes">Whole voxels.</param>
    /// <param name="numbers">As many as <see cref="Samples"/> for each voxel.</param>
    public static void Decode(this VoxelType type, ReadOnlySpan<byte> bytes, Span<double> numbers)
    {
        switch (type)
        {
            case VoxelType.Int8: Convert<sbyte>(bytes, numbers); break;
            case VoxelType.Int16: Convert<short>(bytes, numbers); break;
            case VoxelType.UInt16 or VoxelType.Rgb48: Convert<ushort>(bytes, numbers); break;
            case VoxelType.Int32: Convert<int>(bytes, numbers); break;
            case VoxelType.UInt32: Convert<uint>(bytes, numbers); break;
            case VoxelType.Int64: Convert<long>(bytes, numbers); break;
            case VoxelType.UInt64: Convert<ulong>(bytes, numbers); break;
            case VoxelType.Float32: Convert<float>(bytes, numbers); break;
            case VoxelType.Float64: Convert<double>(bytes, numbers); break;
            default: Convert<byte>(bytes, numbers); break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> bytes, Span<double> numbers) where T : unmanaged, INumber<T>
    {
        var stored = MemoryMarshal.Cast<byte, T>(bytes);
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = double.CreateTruncating(stored[i]);
    }
}
