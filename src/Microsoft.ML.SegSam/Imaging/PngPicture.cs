using Microsoft.ML.SegSam.Display;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>A picture, ready to be saved, sent, or shown in a notebook.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class PngPicture : INotebookView
{
    private readonly byte[] _bytes;
    private readonly string _content;

    internal PngPicture(byte[] bytes, string content) => (_bytes, _content) = (bytes, content);

    /// <summary>The bytes of a PNG file.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>Writes the file; one that is there is replaced.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        File.WriteAllBytes(path, _bytes);
    }

    /// <summary>What it shows, in words.</summary>
    public override string ToString() => _content;

    string INotebookView.ToHtml() => Markup.Print(Markup.Picture(_bytes, _content));
}
