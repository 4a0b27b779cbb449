using Microsoft.ML.SegSam.Imaging;
using SampleKit;

namespace Med2D.Tables;

/// <summary>Opens every image and mask once, so that a wrong file ends the command before hours of work.</summary>
internal static class TableCheck
{
    /// <summary>The rows with a mask that has a pixel; nothing can point at the others.</summary>
    /// <exception cref="InvalidDataException">
    /// An image or a mask is unreadable, or a mask is of another size than its image; the message names file and line.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static IReadOnlyList<ObjectRow> Keep(
        ObjectTable table, IReadOnlyList<ObjectRow> rows, Messages messages, CancellationToken cancel)
    {
        var progress = messages.Progress("Checking masks", rows.Count);
        var sizes = new Dictionary<string, (int Width, int Height)>(StringComparer.Ordinal);
        var (kept, leftOut) = (new List<ObjectRow>(), new LeftOut(isStrict: false));
        foreach (var (i, row) in rows.Index())
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                if (!sizes.TryGetValue(row.ImageId, out var size))
                    sizes[row.ImageId] = size = Size(row.ImagePath);
                if (MaskFile.TightBox(row.MaskPath, size, leftOut) is not null)
                    kept.Add(row);
            }
            catch (Exception wrong) when (wrong is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw new InvalidDataException($"{table.Path}, line {row.Line}: {wrong.Message}", wrong);
            }

            progress(i + 1);
        }

        foreach (var line in leftOut.Lines)
            messages.Note(line);
        return kept.Count > 0 ? kept : throw leftOut.Nothing(table.Path);
    }

    private static (int Width, int Height) Size(string path)
    {
        using var image = ImageFile.Read(path);
        return (image.Width, image.Height);
    }
}
