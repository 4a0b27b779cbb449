using Microsoft.ML.SegSam.Hosting;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SegSam.Volumes.Voxels;

/// <summary>The bytes of a file, or what was unpacked of one, read by position. Many threads may read at once.</summary>
internal abstract class VoxelBytes : IDisposable
{
    private const int Block = 1 << 20;

    public abstract long Length { get; }

    /// <summary>Fills a span.</summary>
    /// <exception cref="EndOfStreamException">The bytes end before.</exception>
    public abstract void Read(long position, Span<byte> into);

    public abstract void Dispose();

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static VoxelBytes Open(string path) => new OfFile(File.OpenHandle(path));

    /// <summary>Bytes that are in memory already.</summary>
    public static VoxelBytes Of(byte[] bytes) => new InMemory(bytes, bytes.Length);

    /// <summary>Unpacks a stream up to a number of bytes: into memory, or, where they are many, into a temporary file.</summary>
    /// <param name="most">Bytes that are needed; the rest stays in the stream.</param>
    /// <param name="packed">Bytes of the packed file.</param>
    /// <exception cref="InvalidDataException">It is damaged, or unpacks to more than any image does.</exception>
    public static VoxelBytes Unpack(Stream stream, long most, long packed, string temporaryFolder)
    {
        using var first = new MemoryStream();
        var buffer = new byte[Block];
        TemporaryFile? file = null;
        try
        {
            var written = 0L;
            while (written < most && stream.Read(buffer, 0, (int)Math.Min(Block, most - written)) is > 0 and var count)
            {
                if (file is null && written + count > VolumeLimits.BytesInMemory)
                {
                    file = new(temporaryFolder);
                    file.Append(first.GetBuffer().AsSpan(0, (int)first.Length));
                }

                if (file is null)
                    first.Write(buffer, 0, count);
                else
                    file.Append(buffer.AsSpan(0, count));
                written += count;
                if (written > VolumeLimits.BytesAfterVoxels && written / VolumeLimits.PackingRatio > packed)
                {
                    throw new InvalidDataException(
                        $"{packed} bytes unpack to more than {VolumeLimits.PackingRatio} times as many, which no image does.");
                }
            }

            return file is null ? new InMemory(first.GetBuffer(), written) : new Temporary(file, written);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    private sealed class OfFile(SafeFileHandle handle) : VoxelBytes
    {
        public override long Length => RandomAccess.GetLength(handle);

        public override void Read(long position, Span<byte> into)
        {
            while (into.Length > 0)
            {
                var count = RandomAccess.Read(handle, into, position);
                if (count == 0)
                    throw new EndOfStreamException("The file became shorter while it was read.");
                position += count;
                into = into[count..];
            }
        }

        public override void Dispose() => handle.Dispose();
    }

    private sealed class Temporary(TemporaryFile file, long length) : VoxelBytes
    {
        public override long Length => length;

        public override void Read(long position, Span<byte> into) => file.Read(position, into);

        public override void Dispose() => file.Dispose();
    }

    private sealed class InMemory(byte[] bytes, long length) : VoxelBytes
    {
        public override long Length => length;

        public override void Read(long position, Span<byte> into) => bytes.AsSpan((int)position, into.Length).CopyTo(into);

        public override void Dispose()
        {
        }
    }
}
