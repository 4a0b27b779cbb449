using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam.Evaluation;

/// <summary>Compares each row's prediction with its truth, one row at a time and with one set of buffers.</summary>
internal sealed class ScoredRowReader
{
    private readonly DataViewRow _row;
    private readonly ScoredColumns _columns;
    private readonly ImageReader _truth;
    private readonly VectorReader<bool> _binaryMask;
    private readonly VectorReader<uint> _semanticMask;
    private readonly VectorReader<int> _maskSize;
    private readonly VectorReader<float> _classScores;
    private readonly ValueGetter<uint> _predictedCategory;
    private readonly Func<string> _category;
    private readonly Func<PresenceClaim?> _presence;
    private readonly Dictionary<string, uint> _keys;
    private readonly SurfaceRuler _ruler;
    private readonly SheetCollector? _sheet;
    private readonly RowWarnings _warnings;
    private readonly DistinctImages? _images;
    private readonly Func<string>? _imageId;
    private bool[] _ofCategory = [];
    private bool[] _ofForeground = [];

    private ScoredRowReader(DataViewRow row, ScoredColumns columns, SurfaceRuler ruler, RowWarnings warnings, SheetCollector? sheet)
    {
        _row = row;
        _columns = columns;
        _ruler = ruler;
        _sheet = sheet;
        _warnings = warnings;
        if (columns is { Image: { } image, ImageId: { } id })
        {
            _images = new(row, image, id.Name);
            _imageId = RowText.Name(row, id);
        }

        _sheet?.Open(row);
        _truth = new ImageReader(row, columns.Mask);
        _binaryMask = new VectorReader<bool>(row, columns.BinaryMask);
        _semanticMask = new VectorReader<uint>(row, columns.SemanticMask);
        _maskSize = new VectorReader<int>(row, columns.MaskSize);
        _classScores = new VectorReader<float>(row, columns.ClassScores);
        _predictedCategory = row.GetGetter<uint>(columns.PredictedCategory);
        _category = RowText.Name(row, columns.Category);
        _presence = PresenceGetter.Create(row, columns);
        _keys = columns.CategoryNames.Index().ToDictionary(category => category.Item, category => (uint)category.Index + 1);
    }

    /// <summary>Reads all rows with one cursor over the needed columns, and keeps a few numbers of each instead of its masks.</summary>
    /// <param name="warnings">Receives what is suspicious about rows that can be read.</param>
    /// <param name="sheet">Also receives each row; null for none.</param>
    /// <exception cref="InvalidOperationException">
    /// There are no rows, a row's truth is missing or does not fit, or one image id stands for different images.
    /// </exception>
    public static IReadOnlyList<RowScore> ReadAll(
        IDataView scored, ScoredColumns columns, SurfaceRuler ruler, RowWarnings warnings, SheetCollector? sheet = null)
    {
        using var cursor = scored.GetRowCursor([.. columns.All, .. sheet?.Columns ?? []]);
        var reader = new ScoredRowReader(cursor, columns, ruler, warnings, sheet);
        var rows = new List<RowScore>();
        while (cursor.MoveNext())
            rows.Add(reader.Read());
        return rows.Count > 0 ? rows : throw new InvalidOperationException(
            "There are no rows to evaluate. Check the filter or the path of the test data; at least one row is needed.");
    }

    private RowScore Read()
    {
        var category = _category();
        var isKnown = _keys.TryGetValue(category, out var key);
        var truth = ReadTruth(out var height, out var width);
        _images?.Read(_imageId!());
        var binary = _binaryMask.Read();
        var scores = _classScores.Read();
        if (binary.IsEmpty || HasNaN(scores))
        {
            var missed = new RowScore(category, isKnown, IsScored: false) { Presence = _presence() };
            _sheet?.Add(missed, new(truth, [], [], height, width));
            return missed;
        }

        var semantic = _semanticMask.Read();
        CheckSizes(height, width, binary.Length, semantic.Length);
        var ofCategory = Buffer(ref _ofCategory, semantic.Length);
        var ofForeground = Buffer(ref _ofForeground, semantic.Length);
        for (var i = 0; i < semantic.Length; i++)
        {
            ofCategory[i] = isKnown && semantic[i] == key;
            ofForeground[i] = semantic[i] != 0;
        }

        var predicted = 0u;
        _predictedCategory(ref predicted);
        var (name, probability) = predicted == 0 ? (null, 0)
            : (_columns.CategoryNames[(int)predicted - 1], scores[(int)predicted - 1]);
        var masks = new PredictedMasks(binary, ofCategory, ofForeground, truth, width);
        var score = RowScore.Of(category, isKnown, name, probability, masks, _ruler) with { Presence = _presence() };
        _sheet?.Add(score, new(truth, binary, ofForeground, height, width));
        return score;
    }

    // H·W, row-major.
    private ReadOnlySpan<bool> ReadTruth(out int height, out int width)
    {
        var mask = _truth.ReadMask() ?? throw ColumnCheck.BadRow(_columns.Mask.Name, _row.Position,
            "there is no mask; every row to evaluate needs its true mask: filter out the rows that have none");
        if (mask is { IsEmpty: true, Highest: > 0 })
            throw ColumnCheck.BadRow(_columns.Mask.Name, _row.Position, $"the true mask {mask.WhyEmpty}");
        _warnings.AddRow();
        _warnings.Add(_columns.Mask.Name, _row.Position, mask);
        (height, width) = (mask.Height, mask.Width);
        return MemoryMarshal.Cast<byte, bool>(mask.Pixels); // bytes of 0 and 1 only
    }

    private void CheckSizes(int trueHeight, int trueWidth, int binaryPixels, int semanticPixels)
    {
        var size = _maskSize.Read();
        var (height, width) = (size[0], size[1]);
        if (height != trueHeight || width != trueWidth)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"Row {_row.Position} (counting from 0): the true mask is {trueHeight} x {trueWidth} pixels ")
                + FormattableString.Invariant($"(height x width), the predicted one {height} x {width}. ")
                + "Give the true mask at the size of the image.");
        }

        if ((long)height * width != binaryPixels || binaryPixels != semanticPixels)
        {
            throw new InvalidOperationException(
                FormattableString.Invariant($"Row {_row.Position} (counting from 0): {_columns.MaskSize.Name} says {height} x {width} ")
                + FormattableString.Invariant($"pixels, but {_columns.BinaryMask.Name} has {binaryPixels} and ")
                + FormattableString.Invariant($"{_columns.SemanticMask.Name} {semanticPixels}. ")
                + "Pass the model's output columns unchanged.");
        }
    }

    private static bool HasNaN(ReadOnlySpan<float> scores)
    {
        foreach (var score in scores)
        {
            if (float.IsNaN(score))
                return true;
        }

        return false;
    }

    private static Span<bool> Buffer(ref bool[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new bool[length];
        return buffer.AsSpan(0, length);
    }
}
