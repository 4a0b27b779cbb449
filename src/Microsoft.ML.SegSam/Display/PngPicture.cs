using System.Xml.Linq;

namespace Microsoft.ML.SegSam.Display;

/// <summary>A picture, ready to be saved, sent, or shown in a notebook.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class PngPicture : INotebookView
{
    private readonly byte[] _bytes;
    private readonly string _content;

    internal PngPicture(byte[] bytes, string content, string key) => (_bytes, _content, Key) = (bytes, content, key);

    /// <summary>The bytes of a PNG file.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>What the numbers in the picture stand for, where names could not be drawn or looked alike, such as "#1 is 肝臓"; empty where all are there.</summary>
    public string Key { get; }

    /// <summary>Writes the file; one that is there is replaced.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        File.WriteAllBytes(path, _bytes);
    }

    /// <summary>What it shows, in words, with the <see cref="Key"/>.</summary>
    public override string ToString() => Key.Length == 0 ? _content : $"{_content}; {Key}";

    string INotebookView.ToHtml() => Markup.Print([Markup.Picture(_bytes, ToString()), .. Key.Length == 0 ? (XElement[])[] : [Markup.Tag("p", null, Key)]]);
}
