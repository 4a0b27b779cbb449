using System.Text;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>Opens the JSON files that describe data sets. The lists of SA-Med2D-20M are longer than a string can be.</summary>
internal static class JsonFile
{
    /// <summary>Opens a file in UTF-8, or in UTF-16 with a byte order mark, as UTF-8.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        Encoding? encoding = (file.ReadByte(), file.ReadByte()) switch
        {
            (0xFF, 0xFE) => new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
            (0xFE, 0xFF) => new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
            _ => null,
        };
        if (encoding is not null)
            return Encoding.CreateTranscodingStream(file, encoding, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        file.Position = 0;
        return file;
    }
}
