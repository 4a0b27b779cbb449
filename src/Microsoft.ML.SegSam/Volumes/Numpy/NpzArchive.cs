using System.IO.Compression;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Numpy;

/// <summary>A zip archive of NumPy arrays, .npz.</summary>
internal sealed class NpzArchive : IDisposable
{
    private const int MostArrays = 10_000;
    private const string End = ".npy";
    private readonly FileStream _file;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or holds no arrays.</exception>
    public NpzArchive(string path)
    {
        _file = File.OpenRead(path);
        try
        {
            _zip = Guarded(() => new ZipArchive(_file, ZipArchiveMode.Read, leaveOpen: true));
            var entries = Guarded(() => _zip.Entries);
            if (entries.Count > MostArrays)
                throw new InvalidDataException($"The archive has {entries.Count} entries; expected at most {MostArrays}.");
            foreach (var entry in entries.Where(entry => entry.FullName.EndsWith(End, StringComparison.Ordinal)))
            {
                if (!_entries.TryAdd(entry.FullName[..^End.Length], entry))
                    throw new InvalidDataException($"The archive holds '{entry.FullName}' twice.");
            }

            if (_entries.Count == 0)
                throw new InvalidDataException("The zip archive holds no NumPy array (.npy). Unpack other archives first.");
        }
        catch
        {
            _zip?.Dispose();
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Names of the arrays.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <returns>Null where there is no such array.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="NotSupportedException">It is no array of numbers.</exception>
    public NpyHeader? Header(string name) => _entries.TryGetValue(name, out var entry) ? Read(entry, NpyHeader.Read) : null;

    /// <summary>The numbers of a small array, the last index fastest; null where there is none.</summary>
    /// <param name="most">Arrays with more are refused.</param>
    /// <inheritdoc cref="Header" path="/exception"/>
    public double[]? Numbers(string name, int most)
    {
        if (Header(name) is not { } header)
            return null;
        if (header.Count > most || (header.IsFortran && header.Shape.Count > 1))
            throw new InvalidDataException($"The array '{name}' has {header.Count} numbers; expected at most {most}, in C order.");
        var stored = Read(_entries[name], stream =>
        {
            _ = NpyHeader.Take(stream, header.DataAt);
            return NpyHeader.Take(stream, (int)header.Count * header.Type.Bytes());
        });
        if (header.IsBigEndian)
            header.Type.Reverse(stored);
        var numbers = new double[header.Count];
        header.Type.Decode(stored, numbers);
        return numbers;
    }

    /// <summary>The unpacked array, with its header.</summary>
    /// <param name="needed">Bytes of it that are needed.</param>
    /// <inheritdoc cref="Header" path="/exception"/>
    public VoxelBytes Unpack(string name, long needed, string temporaryFolder)
    {
        var entry = _entries[name];
        return Read(entry, stream =>
        {
            using var checkedStream = new ChecksumStream(stream, entry.Crc32);
            return PackedFile.Unpack(checkedStream, needed, Math.Min(entry.CompressedLength, _file.Length), "zip", temporaryFolder);
        });
    }

    public void Dispose()
    {
        _zip.Dispose();
        _file.Dispose();
    }

    private static T Read<T>(ZipArchiveEntry entry, Func<Stream, T> read)
    {
        using var stream = Guarded(entry.Open);
        return Guarded(() => read(stream));
    }

    // ZipArchive has many ways to stumble over a damaged file.
    private static T Guarded<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception failure) when (failure is ArgumentException or EndOfStreamException or OverflowException)
        {
            throw new InvalidDataException($"The zip archive is damaged: {failure.Message}", failure);
        }
    }
}
