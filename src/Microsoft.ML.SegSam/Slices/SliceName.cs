using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SegSam.Slices;

/// <summary>What the path of an image says within its data set.</summary>
/// <remarks>
/// SA-Med2D-20M calls an image MODALITY--DATASET--CASE--SLICE.png, such as ct_00--LITS--case001--x_0006.png. Source: its description
/// (arXiv 2311.11969) and its files. Of other names only folders say something: images/p1/a.png is of the case p1.
/// </remarks>
/// <param name="Modality">As spelled, without a number: ct, or mr_t1; empty where it is not known, as are the next two.</param>
/// <param name="Dataset">The source of the image, such as LITS.</param>
/// <param name="CaseId">The case in the name, else the patient's folder.</param>
/// <param name="SliceIndex">The number at the end of the name, such as 6; 0 where there is none.</param>
public sealed partial record SliceName(string Modality, string Dataset, string CaseId, int SliceIndex)
{
    private static readonly string[] Splits = ["train", "training", "val", "valid", "validation", "test", "testing"];

    /// <summary>Reads a path; folders that name a split, such as train, are no patients.</summary>
    /// <param name="imageId">The image's path within the data set, such as images/p1/a.png.</param>
    public static SliceName Of(string imageId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(imageId);
        var parts = imageId.Normalize().Split('/');
        if (Parts(Path.GetFileNameWithoutExtension(parts[^1])) is [var modality, var dataset, var id, var slice])
            return new(WithoutNumber(modality), dataset, id, IndexOf(slice));
        var folders = parts.Skip(1).SkipLast(1).SkipWhile(folder => Splits.Contains(folder, StringComparer.OrdinalIgnoreCase));
        return new("", "", folders.FirstOrDefault(""), 0);
    }

    /// <summary>The parts of a name; four in SA-Med2D-20M.</summary>
    internal static string[] Parts(string name) => name.Split(ClassNames.Separator);

    /// <summary>The modality of ct_00 is ct.</summary>
    internal static string WithoutNumber(string modality) => NumberAtEnd().Replace(modality, "");

    private static int IndexOf(string slice) => NumberAtEnd().Match(slice) is { Success: true, Value: var number }
        && int.TryParse(number.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : 0;

    [GeneratedRegex("_[0-9]+$")]
    private static partial Regex NumberAtEnd();
}
