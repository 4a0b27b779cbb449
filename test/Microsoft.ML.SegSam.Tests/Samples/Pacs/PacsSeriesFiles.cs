using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes.Segmentation;

namespace Microsoft.ML.SegSam.Tests.Samples.Pacs;

/// <summary>A small series with something to segment, of a patient with a name.</summary>
internal static class PacsSeriesFiles
{
    public const int Side = 48, Slices = 4;

    /// <summary>A box around what is to be found.</summary>
    public static readonly float[] Box = [10, 12, 34, 36];

    /// <summary>What must not be in a log or a message.</summary>
    public static readonly string[] Secrets =
        ["ller^", "nne", "Secret7", "19500607", "Referrer", "20200102", "Accession7", OrthancServer.User, OrthancServer.Password];

    public static void Write(string folder) => TinyDicom.WriteSeries(folder, [.. Enumerable.Range(0, Slices).Select(i => 2.0 * i)],
        elements => elements.Numbers(ElementKind.Rows, Side).Numbers(ElementKind.Columns, Side)
            .Bytes(ElementKind.Pixels, [.. Enumerable.Range(0, Side * Side).Select(i => Pixel(i % Side, i / Side))]));

    private static byte Pixel(int x, int y) => (byte)((x - 22) * (x - 22) + (y - 24) * (y - 24) < 121 ? 200 : 30 + (7 * x + 5 * y) % 20);
}
