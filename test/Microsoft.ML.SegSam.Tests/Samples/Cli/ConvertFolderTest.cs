using SegSam.Cli.Tables;
using static Microsoft.ML.SegSam.Tests.Samples.Cli.CliRun;

namespace Microsoft.ML.SegSam.Tests.Samples.Cli;

/// <summary>Tests that convert a folder of images and masks, which they write first.</summary>
public abstract class ConvertFolderTest : IDisposable
{
    private protected CliRun Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Pictures(params string[] paths)
    {
        foreach (var path in paths)
            TinySources.Block(Folder.At(["set", .. path.Split('/')]), 4, 4, 40, 40);
    }

    private protected void Masks(params string[] paths)
    {
        foreach (var path in paths)
            TinySources.Block(Folder.At(["set", "masks", .. path.Split('/')]), 4, 4, 9, 9, 0);
    }

    private protected void Text(string path) => Put(path, "no picture"u8);

    private protected void Put(string path, ReadOnlySpan<byte> content)
    {
        var file = Folder.At(["set", .. path.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, content);
    }

    private protected string Converted(params string[] options)
    {
        var (code, _, error) = Segsam(["convert", "--force", Folder.At("set"), "--out", Folder.At("t.csv"), .. options]);
        Assert.AreEqual(0, code, error);
        return error;
    }

    private protected string Refused(int code, params string[] options) =>
        Fails(code, ["convert", "--force", Folder.At("set"), "--out", Folder.At("t.csv"), .. options]);

    private protected IReadOnlyList<TableRow> Rows() => TableReader.Read(Folder.At("t.csv"), split: null, note => Assert.Fail(note)).Rows;

    private protected void AssertCategories(params string[] expected) =>
        CollectionAssert.AreEquivalent(expected, Rows().Select(row => row.Category).ToArray());
}
