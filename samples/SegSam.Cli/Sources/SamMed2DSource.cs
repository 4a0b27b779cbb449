using System.Globalization;
using Microsoft.ML.SegSam.Slices;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Sources;

/// <summary>Reads a folder in SAM-Med2D's or SA-Med2D-20M's layout; SAM-Med2D's two lists become the splits train and test.</summary>
internal static class SamMed2DSource
{
    public static string UnnamedClasses => $"Categories are class numbers, because there is no {ClassNames.FileName} beside images/ " +
        "to name them; a number may have different meanings in different data sets.";

    public static bool Fits(string folder) => SliceFiles.AreIn(folder);

    /// <exception cref="IOException">Strict: a file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A list is invalid; strict: or a mask is.</exception>
    public static IReadOnlyList<TableRow> Read(string folder, SourceReading reading)
    {
        var rows = SamMed2DFolder.Read(folder, reading.LeftOut, (done, count) => reading.Done(done, count, "masks"), reading.Cancel);
        if (rows.Any(row => row.Dataset.Length > 0 && int.TryParse(row.Category, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            reading.Note(UnnamedClasses);
        return
        [
            .. rows.Select(row => new TableRow
            {
                ImagePath = row.ImagePath, MaskPath = row.MaskPath, Category = row.Category, ImageId = row.ImageId, Box = row.Box,
                Split = row.Split, Dataset = row.Dataset, CaseId = row.CaseId, Modality = row.Modality,
            }),
        ];
    }
}
