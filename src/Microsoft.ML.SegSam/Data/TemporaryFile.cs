using System.Security.Cryptography;

namespace Microsoft.ML.SegSam.Data;

/// <summary>Bytes on disk for as long as the object lives. Threads may read and append side by side.</summary>
internal sealed class TemporaryFile(string folder) : IDisposable
{
    private readonly FileStream _file = new(Path.Combine(folder, $"segsam-{Path.GetRandomFileName()}"), FileMode.CreateNew,
        FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16, FileOptions.DeleteOnClose);

    public string Folder => folder;

    /// <returns>Where the bytes begin.</returns>
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
}
