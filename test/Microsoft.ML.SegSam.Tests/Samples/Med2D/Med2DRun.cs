using System.Text.Json;
using Med2D;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples.Med2D;

/// <summary>Runs the program in this process, on a table in a folder of its own.</summary>
internal sealed class Med2DRun : IDisposable
{
    public const string Header = "source,modality,image,mask,category,case,split";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The lines of the table, which <see cref="Table"/> writes.</summary>
    public List<string> Lines { get; } = [Header];

    /// <summary>A path in the folder.</summary>
    public string At(params string[] parts) => Path.Combine([_folder.Path, .. parts]);

    /// <summary>Images of a disc and a bar, two rows each.</summary>
    public void AddDiscs(string source, string split, int images, int seed, string modality = "ct")
    {
        var name = $"{source.Replace('/', '-')}-{split}";
        foreach (var row in TinyData.Rows(images, seed))
        {
            var image = Write($"{name}-{row.ImageId}.png", row.File!);
            var mask = Write($"{name}-{row.ImageId}-{row.Category}.png", row.MaskFile!);
            Lines.Add($"{source},{modality},{image},{mask},{row.Category},,{split}");
        }
    }

    /// <summary>An image of one gray with masks of rectangles.</summary>
    /// <param name="boxes">Category, and x0, y0, x1, y1 of each rectangle.</param>
    public void AddRectangles(string source, string split, int width, int height, params (string Category, int[] Box)[] boxes)
    {
        var name = FormattableString.Invariant($"{source}-{Lines.Count}"); // unique, as lines only grow
        var image = Write($"{name}.png", PngEncoder.Gray(new byte[width * height], height, width));
        foreach (var (i, (category, box)) in boxes.Index())
        {
            var mask = Write(FormattableString.Invariant($"{name}-{i}.png"), PngEncoder.Of(Rectangle(box, width, height)));
            Lines.Add($"{source},mr,{image},{mask},{category},,{split}");
        }
    }

    /// <summary>Writes a file into the folder.</summary>
    /// <returns>Its name.</returns>
    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(At(name), content);
        return name;
    }

    /// <summary>Writes the table.</summary>
    /// <returns>Its path.</returns>
    public string Table()
    {
        File.WriteAllLines(At("table.csv"), Lines);
        return At("table.csv");
    }

    public static SegmentationMask Rectangle(int[] box, int width, int height) => SegmentationMask.FromPixels(
        [.. Enumerable.Range(0, width * height).Select(i =>
            i % width >= box[0] && i % width < box[2] && i / width >= box[1] && i / width < box[3])], height, width);

    public static (int Code, string Output, string Error) Run(params string[] args) =>
        Run(new StringWriter(), CancellationToken.None, args);

    public static (int Code, string Output, string Error) Run(StringWriter error, CancellationToken cancel, params string[] args)
    {
        var output = new StringWriter();
        var code = Med2DCommand.Run(args, output, error, cancel);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must do its work.</summary>
    public static void Done(params string[] args)
    {
        var (code, _, error) = Run(args);
        Assert.AreEqual(0, code, error);
    }

    /// <summary>Runs a command that must fail.</summary>
    /// <returns>What it says.</returns>
    public static string Fails(int expected, params string[] args)
    {
        var (code, output, error) = Run(args);
        Assert.AreEqual(expected, code, error);
        Assert.AreEqual("", output);
        return error;
    }

    /// <summary>Scores the test rows of the table.</summary>
    /// <returns>The report.</returns>
    public JsonElement Report(params string[] args)
    {
        Done(["evaluate", "--data", Table(), "--out", At("report"), .. args]);
        return JsonDocument.Parse(File.ReadAllText(At("report", "report.json"))).RootElement;
    }
}
