using System.Globalization;
using System.Text;
using nietras.SeparatedValues;
using SampleKit;
using SegSam.Cli.Tables;

namespace SegSam.Cli.Images;

/// <summary>The table of what was found: a line for each object, added image by image, so that a run that was stopped can go on.</summary>
/// <remarks>
/// Each line holds how many its image has (Objects), which tells an image that was written whole from one that was cut. With masks it is
/// a training table, too.
/// </remarks>
internal sealed class ResultTable
{
    private const string Object = nameof(Object), Objects = nameof(Objects), Prompt = nameof(Prompt), Score = nameof(Score);
    private const string Quality = "PredictedIoU", Area = nameof(Area);

    private static readonly string[] Columns =
    [
        TableColumns.ImagePath, Object, Objects, Prompt, TableColumns.Category, Score, Quality, Area, TableColumns.Box, TableColumns.MaskPath,
    ];

    private readonly string _path, _folder;
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    private ResultTable(string path) => (_path, _folder) = (path, Path.GetDirectoryName(Path.GetFullPath(path))!);

    /// <summary>How many images it holds that an earlier run has finished.</summary>
    public int Finished { get; private init; }

    /// <summary>Begins a table.</summary>
    public static ResultTable Create(string path)
    {
        OutputFile.Write(path, string.Join(',', Columns) + "\n");
        return new(path);
    }

    /// <summary>Goes on with a table of an earlier run; an image whose lines are not all there is taken out of it, to be answered again.</summary>
    /// <exception cref="InvalidDataException">It is another table.</exception>
    public static ResultTable Continue(string path)
    {
        var bytes = File.ReadAllBytes(path);
        // A run that was ended in the middle of a line has left a part of it.
        var text = Encoding.UTF8.GetString(bytes, 0, Array.LastIndexOf(bytes, (byte)'\n') + 1);
        using var reader = Sep.New(',').Reader(options => options with { Unescape = true, DisableColCountCheck = true }).FromText(text);
        if (reader.IsEmpty || !reader.Header.ColNames.SequenceEqual(Columns))
        {
            throw new InvalidDataException($"'{path}' is not a table of results that --resume can go on with; "
                + $"expected the columns {string.Join(", ", Columns)}.");
        }

        var lines = new List<(string Image, string Objects, string Text)>();
        foreach (var line in reader)
        {
            if (line.ColCount == Columns.Length)
                lines.Add((line[TableColumns.ImagePath].ToString(), line[Objects].ToString(), line.Span.ToString()));
        }

        var whole = lines.GroupBy(line => line.Image, StringComparer.Ordinal).Where(image => image.Count() == LinesOf(image.First().Objects)).ToList();
        var kept = whole.SelectMany(image => image).Select(line => line.Text.TrimEnd('\r', '\n')).Prepend(string.Join(',', Columns));
        OutputFile.Write(path, string.Concat(kept.Select(line => line + "\n")));
        var table = new ResultTable(path) { Finished = whole.Count };
        table._done.UnionWith(whole.Select(image => image.Key));
        return table;
    }

    /// <summary>Whether an image's lines are all there.</summary>
    public bool Has(ImageInput image) => _done.Contains(TableWriter.Relative(_folder, image.Path));

    /// <summary>Adds the lines of an image; one without an object gets one line that says so.</summary>
    /// <param name="masks">The files of the masks; null where none were written.</param>
    public void Add(ImageInput image, ImageAnswer answer, IReadOnlyList<string>? masks)
    {
        using var writer = Sep.New(',').Writer(options => options with { Escape = true, WriteHeader = false }).ToText();
        var objects = answer.Objects;
        for (var i = 0; i < Math.Max(1, objects.Count); i++)
        {
            var one = i < objects.Count ? objects[i] : null;
            using var line = writer.NewRow();
            line[TableColumns.ImagePath].Set(TableWriter.Relative(_folder, image.Path));
            line[Object].Set(Number(one is null ? 0 : i + 1));
            line[Objects].Set(Number(objects.Count));
            line[Prompt].Set(one?.Prompt ?? "");
            line[TableColumns.Category].Set(one?.Category ?? "");
            line[Score].Set(one?.Score.ToString(CultureInfo.InvariantCulture) ?? "");
            line[Quality].Set(one?.Quality.ToString(CultureInfo.InvariantCulture) ?? "");
            line[Area].Set(one?.Mask.Area.ToString(CultureInfo.InvariantCulture) ?? "");
            line[TableColumns.Box].Set(one?.Mask.Box is { } box ? FormattableString.Invariant($"{box.X0} {box.Y0} {box.X1} {box.Y1}") : "");
            line[TableColumns.MaskPath].Set(one is not null && masks is not null ? TableWriter.Relative(_folder, masks[i]) : "");
        }

        using var file = new FileStream(_path, FileMode.Append);
        file.Write(Encoding.UTF8.GetBytes(writer.ToString().ReplaceLineEndings("\n"))); // in one piece
    }

    // An image without an object has one line, which says so.
    private static int LinesOf(string objects) =>
        int.TryParse(objects, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? Math.Max(1, count) : int.MaxValue;

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
