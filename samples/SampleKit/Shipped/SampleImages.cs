using System.Globalization;
using Microsoft.ML.SegSam.Prediction;

namespace SampleKit;

/// <summary>An object of a sample image.</summary>
/// <param name="Category">Its true name.</param>
/// <param name="X0">Left edge of the tight box around its true mask, in pixels of the image.</param>
/// <param name="Y0">Top edge.</param>
/// <param name="X1">Right edge.</param>
/// <param name="Y1">Bottom edge.</param>
public sealed record SampleObject(string Category, float X0, float Y0, float X1, float Y1)
{
    /// <summary>The box as a prompt.</summary>
    public SegSamPrompt Box => SegSamPrompt.Box(X0, Y0, X1, Y1);
}

/// <summary>A real image that comes with the samples; images/ATTRIBUTION.md says whose it is.</summary>
/// <param name="Path">The file.</param>
/// <param name="Modality">How it was taken.</param>
/// <param name="Objects">Objects in it; there may be more.</param>
public sealed record SampleImage(string Path, string Modality, IReadOnlyList<SampleObject> Objects)
{
    /// <summary>The file's name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);
}

/// <summary>The real images that come with the samples. Builds copy their folder beside this assembly.</summary>
public static class SampleImages
{
    /// <summary>Their folder.</summary>
    public static string Folder { get; } = Path.Combine(Path.GetDirectoryName(typeof(SampleImages).Assembly.Location)!, "images");

    /// <summary>Their authors and licenses, as text.</summary>
    public static string Attribution => File.ReadAllText(Path.Combine(Folder, "ATTRIBUTION.md"));

    /// <summary>In the order of objects.csv, the table of their objects.</summary>
    public static IReadOnlyList<SampleImage> All { get; } =
    [
        .. File.ReadLines(Path.Combine(Folder, "objects.csv")).Skip(1).Select(line => line.Split(','))
            .GroupBy(row => (File: row[0], Modality: row[3]), row => ObjectOf(row[1], row[2]))
            .Select(image => new SampleImage(Path.Combine(Folder, image.Key.File), image.Key.Modality, [.. image])),
    ];

    /// <summary>The image of a file name.</summary>
    public static SampleImage Of(string name) => All.Single(image => image.Name == name);

    private static SampleObject ObjectOf(string category, string box) =>
        Array.ConvertAll(box.Split(' '), number => float.Parse(number, CultureInfo.InvariantCulture)) is [var x0, var y0, var x1, var y1]
            ? new(category, x0, y0, x1, y1) : throw new InvalidDataException($"'{box}' has not four numbers.");
}
