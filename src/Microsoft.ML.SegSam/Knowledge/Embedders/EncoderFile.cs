namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>A file that was published with a text encoder: on disk, or read from a stream.</summary>
internal sealed class EncoderFile
{
    private readonly byte[]? _bytes;

    private EncoderFile(string name, byte[]? bytes) => (Name, _bytes) = (name, bytes);

    /// <summary>What messages call it: its path, or which stream it came from.</summary>
    public string Name { get; }

    /// <summary>The file on disk; null where it came from a stream.</summary>
    public string? Path => _bytes is null ? Name : null;

    /// <summary>A file on disk, which is read later.</summary>
    public static EncoderFile At(string path, string parameter)
    {
        ArgumentNullException.ThrowIfNull(path, parameter);
        return new(path, null);
    }

    /// <summary>All that a stream still gives. It need not be seekable, and is not disposed of.</summary>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">It gives no bytes.</exception>
    public static EncoderFile Read(Stream stream, string parameter)
    {
        ArgumentNullException.ThrowIfNull(stream, parameter);
        var name = stream is FileStream file ? file.Name : $"{parameter} stream";
        if (!stream.CanRead)
            throw new ArgumentException($"The stream '{name}' cannot be read: it is closed, or open for writing only.", parameter);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.Length > 0
            ? new(name, copy.ToArray())
            : throw new InvalidDataException($"The stream '{name}' gives no bytes: it is empty, or was read to its end before. "
                + "Set its Position to 0, or open it again.");
    }

    /// <exception cref="FileNotFoundException">It is not there; the message ends with the advice.</exception>
    public EncoderFile Require(string advice) => _bytes is not null || File.Exists(Name)
        ? this
        : throw new FileNotFoundException($"There is no file '{Name}'. {advice}, or correct the path.", Name);

    public byte[] ReadBytes() => _bytes ?? File.ReadAllBytes(Name);
}
