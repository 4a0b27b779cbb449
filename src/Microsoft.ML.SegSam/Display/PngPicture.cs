using System.Xml.Linq;

namespace Microsoft.ML.SegSam.Display;

/// <summary>A picture to save, send, or display in a notebook.</summary>
[TypeFormatterSource(typeof(NotebookFormatters))]
public sealed class PngPicture : INotebookView
{
    private readonly byte[] _bytes;
    private readonly string _content;

    internal PngPicture(byte[] bytes, string content, string key)
    {
        _bytes = bytes;
        _content = content;
        Key = key;
    }

    /// <summary>The bytes of a PNG file.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>
    /// What the numbers in the picture mean, if names could not be drawn or looked the same, such as "#1 is 肝臓"; empty if there are none.
    /// </summary>
    public string Key { get; }

    /// <summary>Writes the picture to a file; an existing file is replaced.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Access to the file is denied.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        File.WriteAllBytes(path, _bytes);
    }

    /// <summary>A description of the picture, with its <see cref="Key"/>.</summary>
    /// <returns>The description.</returns>
    public override string ToString() => Key.Length == 0 ? _content : $"{_content}; {Key}";

    string INotebookView.ToHtml() =>
        Markup.Print([Markup.Picture(_bytes, ToString()), .. Key.Length == 0 ? (XElement[])[] : [Markup.Tag("p", null, Key)]]);
}
