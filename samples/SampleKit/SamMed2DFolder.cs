using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Slices;

namespace SampleKit;

/// <summary>Reads a folder in the layout of SAM-Med2D or SA-Med2D-20M with its masks, which it checks.</summary>
public static class SamMed2DFolder
{
    /// <summary>One row per listed mask, training list first, in the order of the lists.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">There is no list, or a listed file is missing.</exception>
    /// <exception cref="InvalidDataException">A list is not such JSON, a name does not fit, or a mask is empty or has another size than
    /// its image.</exception>
    public static IReadOnlyList<SliceRow> Read(string folder) =>
        Read(folder, new LeftOut(isStrict: true), (_, _) => { }, CancellationToken.None);

    /// <summary>The same, leaving out what cannot be used.</summary>
    /// <param name="leftOut">Receives what is left out; strict: it is an error.</param>
    /// <param name="report">Receives how many masks have been read, and of how many.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">There is no list.</exception>
    /// <exception cref="InvalidDataException">A list is not such JSON.</exception>
    public static IReadOnlyList<SliceRow> Read(string folder, LeftOut leftOut, Action<int, int> report, CancellationToken cancel)
    {
        var files = SliceFiles.Find(folder, failure => leftOut.Try<SliceFiles>(() => throw failure, "masks whose names do not fit"));
        var (done, sizes, rows) = (0, new Dictionary<string, (int, int)>(), new List<SliceRow>());
        foreach (var file in files)
        {
            cancel.ThrowIfCancellationRequested();
            report(++done, files.Count);
            if (leftOut.Try(() => Row(file, sizes, leftOut)) is { } row)
                rows.Add(row);
        }

        return rows;
    }

    private static SliceRow? Row(SliceFiles file, Dictionary<string, (int, int)> sizes, LeftOut leftOut)
    {
        if (!sizes.TryGetValue(file.ImagePath, out var size))
        {
            using var pixels = ImageFile.Read(file.ImagePath);
            sizes[file.ImagePath] = size = (pixels.Width, pixels.Height);
        }

        return MaskFile.TightBox(file.MaskPath, size, leftOut) is not { } box ? null : new()
        {
            ImageId = file.ImageId,
            ImagePath = file.ImagePath,
            MaskPath = file.MaskPath,
            Box = box,
            Category = file.Category,
            Split = file.Split,
            Modality = file.Name.Modality,
            Dataset = file.Name.Dataset,
            CaseId = file.Name.CaseId,
        };
    }
}
