using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>A folder in SAM-Med2D's layout; its two lists become the splits train and test.</summary>
internal static class SamMed2DSource
{
    public static bool Fits(string folder) => SamMed2DFolder.IsOne(folder);

    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A list or a mask makes no sense.</exception>
    public static IReadOnlyList<TableRow> Read(string folder, SourceReading reading)
    {
        var rows = SamMed2DFolder.Read(folder);
        reading.Cancel.ThrowIfCancellationRequested();
        return
        [
            .. rows.Select(row => new TableRow
            {
                ImagePath = row.ImagePath, MaskPath = row.MaskPath, Category = row.Category, ImageId = row.ImageId, Box = row.Box, Split = row.Split,
            }),
        ];
    }
}
