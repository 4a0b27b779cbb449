namespace Microsoft.ML.SegSam.Knowledge.Embedders;

/// <summary>A file of a published text encoder: on disk, or read from a stream.</summary>
internal sealed class EncoderFile
{
    private readonly byte[]? _bytes;

    private EncoderFile(string name, byte[]? bytes) => (Name, _bytes) = (name, bytes);

    /// <summary>Its name in messages: the path, or the stream that it came from.</summary>
    public string Name { get; }

    /// <summary>The file on disk; null if it came from a stream.</summary>
    public string? Path => _bytes is null ? Name : null;

    /// <summary>A file on disk, to be read later.</summary>
    public static EncoderFile At(string path, string parameter)
    {
        ArgumentNullException.ThrowIfNull(path, parameter);
        return new(path, null);
    }

    /// <summary>The rest of a stream, which need not be seekable and is not disposed.</summary>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="InvalidDataException">The stream has no bytes left.</exception>
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
            : throw new InvalidDataException($"The stream '{name}' has no bytes left: it is empty, or was already read to its end. "
                + "Set its Position to 0, or open it again.");
    }

    /// <exception cref="FileNotFoundException">The file does not exist; the message ends with the advice.</exception>
    public EncoderFile Require(string advice) => _bytes is not null || File.Exists(Name)
        ? this
        : throw new FileNotFoundException($"There is no file '{Name}'. {advice}, or correct the path.", Name);

    public byte[] ReadBytes() => _bytes ?? File.ReadAllBytes(Name);
}
