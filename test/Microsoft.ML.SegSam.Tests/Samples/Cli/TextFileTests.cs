using System.Text;
using SampleKit;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

[TestClass]
public sealed class TextFileTests : IDisposable
{
    private const string Text = "Nierenbecken größe, 肝臓, 🫀\nzweite\n";
    private readonly CliRun _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IEnumerable<object[]> Encodings =>
    [
        [new UTF8Encoding(false)], [new UTF8Encoding(true)], [new UnicodeEncoding(bigEndian: false, byteOrderMark: true)],
            [new UnicodeEncoding(bigEndian: true, byteOrderMark: true)],
    ];

    [TestMethod]
    [DynamicData(nameof(Encodings))]
    public void Texts_of_these_encodings_are_read_as_they_are(Encoding encoding)
    {
        File.WriteAllText(_folder.At("t.txt"), Text, encoding);
        Assert.AreEqual(Text, TextFile.Read(_folder.At("t.txt")));
    }

    [TestMethod]
    public void Other_encodings_are_refused_with_file_line_and_what_to_do()
    {
        foreach (var (bytes, line) in ((byte[], int)[])
        [
            (Encoding.Latin1.GetBytes("a\nb\nNierenbecken größe\n"), 3),
            (Encoding.Latin1.GetBytes("größe"), 1),
            ([.. Encoding.UTF8.GetBytes("ok\n"), 0xC3], 2), // cut in the middle of a letter
            (new UnicodeEncoding(false, false).GetBytes("ab"), 1), // UTF-16 without its mark
            ([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a\nb\n"), 0x00, 0xD8], 3), // half of a pair
        ])
        {
            File.WriteAllBytes(_folder.At("t.txt"), bytes);
            var message = Assert.ThrowsExactly<InvalidDataException>(() => TextFile.Read(_folder.At("t.txt"))).Message;
            StringAssert.Contains(message, $"t.txt, line {line}: the text ");
            StringAssert.Contains(message, "Save the file as UTF-8 (in Excel: \"CSV UTF-8\")");
        }
    }

    [TestMethod]
    public void Tables_descriptions_labels_and_annotations_are_refused_alike()
    {
        TinySources.Block(_folder.At("set", "images", "a.png"), 4, 4, 40, 40);
        TinySources.Block(_folder.At("set", "masks", "a.png"), 4, 4, 40, 40, 0);
        string Ansi(string name, string text)
        {
            File.WriteAllBytes(_folder.At(name), Encoding.Latin1.GetBytes(text));
            return _folder.At(name);
        }

        var json = Ansi("t.json", "{\"1\":\n \"größe\"}");
        foreach (var args in (string[][])
        [
            ["convert", _folder.At("set"), "--category", "x", "--descriptions", json, "--out", _folder.At("t.csv")],
            ["convert", _folder.At("set"), "--labels", json, "--out", _folder.At("t.csv")],
            ["convert", json, "--out", _folder.At("t.csv")],
            ["train", Ansi("l1.csv", "ImagePath,MaskPath,Category\nset/images/a.png,set/masks/a.png,größe\n"), "--out",
                _folder.At("m.zip")],
            ["predict", _folder.Model(), Ansi("p.csv", "ImagePath,Box\ngröße.png,1 2 3 4\n")],
        ])
            StringAssert.Contains(Fails(1, args), ", line 2: the text is not valid UTF-8. Save the file as UTF-8");
    }
}
