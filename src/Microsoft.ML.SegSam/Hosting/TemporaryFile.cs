using System.Security.Cryptography;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Bytes on disk for the lifetime of the object, readable by this user only. Thread-safe.</summary>
internal sealed class TemporaryFile(string folder) : IDisposable
{
    private const int Buffer = 1 << 16;
    private readonly FileStream _file = Create(Path.Combine(folder, $"segsam-{Path.GetRandomFileName()}"));

    public string Folder => folder;

    /// <returns>The offset of the first byte.</returns>
    public long Append(ReadOnlySpan<byte> bytes)
    {
        lock (_file)
        {
            var offset = _file.Seek(0, SeekOrigin.End);
            _file.Write(bytes);
            return offset;
        }
    }

    public void Read(long offset, Span<byte> bytes)
    {
        lock (_file)
        {
            _file.Seek(offset, SeekOrigin.Begin);
            _file.ReadExactly(bytes);
        }
    }

    /// <summary>SHA-256 of all bytes.</summary>
    public byte[] Digest()
    {
        lock (_file)
        {
            _file.Seek(0, SeekOrigin.Begin);
            return SHA256.HashData(_file);
        }
    }

    public void Dispose() => _file.Dispose();

    // The file may hold pixels of patients. On Unix an open file needs no name, and a file without a name disappears with the process,
    // however that ends.
    private static FileStream Create(string path)
    {
        if (OperatingSystem.IsWindows())
            return new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, Buffer, FileOptions.DeleteOnClose);
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = Buffer,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.Delete(path);
        return file;
    }
}
