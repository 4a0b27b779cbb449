using System.Globalization;
using System.Text;
using nietras.SeparatedValues;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Images;

/// <summary>The table of results: a line for each object, appended image by image, so that an interrupted run can continue.</summary>
/// <remarks>
/// Each line contains the number of objects of its image (Objects), which distinguishes complete images from those cut off. With masks, it
/// is also a training table.
/// </remarks>
internal sealed class ResultTable
{
    private const string Object = nameof(Object), Objects = nameof(Objects), Prompt = nameof(Prompt), Score = nameof(Score);
    private const string PredictedIoU = nameof(PredictedIoU), Area = nameof(Area);

    private static readonly string[] Columns =
    [
        TableColumns.ImagePath, Object, Objects, Prompt, TableColumns.Category, Score, PredictedIoU, Area, TableColumns.Box,
        TableColumns.MaskPath,
    ];

    private readonly string _path, _folder;
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    private ResultTable(string path) => (_path, _folder) = (path, Path.GetDirectoryName(Path.GetFullPath(path))!);

    /// <summary>The number of complete images of an earlier run.</summary>
    public int Finished { get; private init; }

    /// <summary>Starts a table.</summary>
    public static ResultTable Create(string path)
    {
        OutputFile.Write(path, string.Join(',', Columns) + "\n");
        return new(path);
    }

    /// <summary>Continues a table of an earlier run; incomplete images are removed from it, to be predicted again.</summary>
    /// <exception cref="InvalidDataException">The file is another table.</exception>
    public static ResultTable Continue(string path)
    {
        var bytes = File.ReadAllBytes(path);
        // A run that was killed in the middle of a line has left a part of it.
        var text = Encoding.UTF8.GetString(bytes, 0, Array.LastIndexOf(bytes, (byte)'\n') + 1);
        using var reader = Sep.New(',').Reader(options => options with { Unescape = true, DisableColCountCheck = true }).FromText(text);
        if (reader.IsEmpty || !reader.Header.ColNames.SequenceEqual(Columns))
        {
            throw new InvalidDataException($"'{path}' is not a table of results that --resume can continue; "
                + $"expected the columns {string.Join(", ", Columns)}.");
        }

        var lines = new List<(string Image, string Objects, string Text)>();
        foreach (var line in reader)
        {
            if (line.ColCount == Columns.Length)
                lines.Add((line[TableColumns.ImagePath].ToString(), line[Objects].ToString(), line.Span.ToString()));
        }

        var whole = lines.GroupBy(line => line.Image, StringComparer.Ordinal)
            .Where(image => image.Count() == LinesOf(image.First().Objects)).ToList();
        var kept = whole.SelectMany(image => image).Select(line => line.Text.TrimEnd('\r', '\n')).Prepend(string.Join(',', Columns));
        OutputFile.Write(path, string.Concat(kept.Select(line => line + "\n")));
        var table = new ResultTable(path) { Finished = whole.Count };
        table._done.UnionWith(whole.Select(image => image.Key));
        return table;
    }

    /// <summary>Whether an image is complete.</summary>
    public bool Has(ImageInput image) => _done.Contains(TableWriter.Relative(_folder, image.Path));

    /// <summary>Appends the lines of an image; an image without objects gets one line that says so.</summary>
    /// <param name="masks">The files of the masks; null where none were written.</param>
    public void Add(ImageInput image, ImageResult result, IReadOnlyList<string>? masks)
    {
        using var writer = Sep.New(',').Writer(options => options with { Escape = true, WriteHeader = false }).ToText();
        var objects = result.Objects;
        for (var i = 0; i < Math.Max(1, objects.Count); i++)
        {
            var item = i < objects.Count ? objects[i] : null;
            using var line = writer.NewRow();
            line[TableColumns.ImagePath].Set(TableWriter.Relative(_folder, image.Path));
            line[Object].Set(Number(item is null ? 0 : i + 1));
            line[Objects].Set(Number(objects.Count));
            line[Prompt].Set(item?.Prompt ?? "");
            line[TableColumns.Category].Set(item?.Category ?? "");
            line[Score].Set(item?.Score.ToString(CultureInfo.InvariantCulture) ?? "");
            line[PredictedIoU].Set(item?.PredictedIoU.ToString(CultureInfo.InvariantCulture) ?? "");
            line[Area].Set(item?.Mask.Area.ToString(CultureInfo.InvariantCulture) ?? "");
            var box = item?.Mask.Box is { } at ? FormattableString.Invariant($"{at.X0} {at.Y0} {at.X1} {at.Y1}") : "";
            line[TableColumns.Box].Set(box);
            line[TableColumns.MaskPath].Set(item is not null && masks is not null ? TableWriter.Relative(_folder, masks[i]) : "");
        }

        using var file = new FileStream(_path, FileMode.Append);
        file.Write(Encoding.UTF8.GetBytes(writer.ToString().ReplaceLineEndings("\n"))); // in one write
    }

    // An image without objects has one line, which says so.
    private static int LinesOf(string objects) =>
        int.TryParse(objects, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? Math.Max(1, count) : int.MaxValue;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
