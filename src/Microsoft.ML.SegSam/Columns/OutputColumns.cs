using Microsoft.ML.Data;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>One output column: its shape before fitting, its type and annotations after, and its getter.</summary>
internal sealed record OutputColumn(
    string Name, SchemaShape.Column Shape, DataViewType Type, DataViewSchema.Annotations Annotations, Func<ScoredRow, Delegate> Getter);

/// <summary>The one table from which schema shapes, schemas and getters of the output columns are made.</summary>
internal static class OutputColumns
{
    public const string BinaryMask = nameof(BinaryMask), SemanticMask = nameof(SemanticMask), MaskSize = nameof(MaskSize),
        ClassScores = nameof(ClassScores), PredictedCategory = nameof(PredictedCategory), PresenceScores = nameof(PresenceScores),
        PredictedIoU = nameof(PredictedIoU), LowResLogits = nameof(LowResLogits);

    // ML.NET's annotations: its evaluators recognize the score columns of a classifier by the last four.
    private const string SlotNames = nameof(SlotNames), KeyValues = nameof(KeyValues), TrainingLabelValues = nameof(TrainingLabelValues),
        ScoreColumnSetId = nameof(ScoreColumnSetId), ScoreColumnKind = nameof(ScoreColumnKind), ScoreValueKind = nameof(ScoreValueKind);

    /// <param name="prefix">Precedes the names.</param>
    /// <param name="hasLowResLogits">Whether the low-resolution logits are among them.</param>
    /// <param name="categories">Names of the K categories; empty before fitting, when only shapes are known.</param>
    /// <param name="scoreSet">The id that the class scores and the predicted category share: see <see cref="NextScoreSet"/>.</param>
    public static IReadOnlyList<OutputColumn> All(
        string prefix, bool hasLowResLogits, IReadOnlyList<string> categories, uint scoreSet = 1)
    {
        var key = new KeyDataViewType(typeof(uint), Math.Max(1, categories.Count));
        var scores = new VectorDataViewType(NumberDataViewType.Single, Math.Max(1, categories.Count));
        List<OutputColumn> columns =
        [
            Column<VBuffer<bool>>(BinaryMask, new VectorDataViewType(BooleanDataViewType.Instance), row => row.BinaryMask),
            Column<VBuffer<uint>>(SemanticMask, new VectorDataViewType(key), row => row.SemanticMask, Names(KeyValues)),
            Column<VBuffer<int>>(MaskSize, new VectorDataViewType(NumberDataViewType.Int32, 2), row => row.MaskSize),
            Column<VBuffer<float>>(ClassScores, scores, row => row.ClassScores,
                [Names(SlotNames), Names(TrainingLabelValues), .. Classifier("Score")]),
            Column<uint>(PredictedCategory, key, row => row.PredictedCategory, [Names(KeyValues), .. Classifier("PredictedLabel")]),
            Column<VBuffer<float>>(PresenceScores, scores, row => row.PresenceScores, Names(SlotNames)),
            Column<float>(PredictedIoU, NumberDataViewType.Single, row => row.PredictedIoU),
        ];
        if (hasLowResLogits)
            columns.Add(Column<VBuffer<float>>(LowResLogits, new VectorDataViewType(NumberDataViewType.Single), row => row.LowResLogits));
        return columns;

        OutputColumn Column<T>(string name, DataViewType type, Func<ScoredRow, ValueGetter<T>> getter, params Annotation[] annotations)
        {
            var builder = new DataViewSchema.Annotations.Builder();
            foreach (var annotation in annotations)
                annotation.AddTo(builder);
            name = prefix + name;
            return new(name, Shape(name, type, annotations), type, builder.ToAnnotations(), getter);
        }

        Annotation Names(string kind) => Annotation.Texts(kind, categories);

        Annotation[] Classifier(string valueKind) =>
        [
            Annotation.Set(scoreSet),
            Annotation.Text(ScoreColumnKind, "MulticlassClassification"),
            Annotation.Text(ScoreValueKind, valueKind),
        ];
    }

    /// <summary>An id that no score column of the schema has, so that two scorers in one pipeline are not confused.</summary>
    public static uint NextScoreSet(DataViewSchema schema)
    {
        var largest = 0u;
        foreach (var column in schema)
        {
            var type = column.Annotations.Schema.GetColumnOrNull(ScoreColumnSetId)?.Type as KeyDataViewType;
            if (type?.RawType != typeof(uint))
                continue;
            var id = 0u;
            column.Annotations.GetValue(ScoreColumnSetId, ref id);
            largest = Math.Max(largest, id);
        }

        return largest + 1;
    }

    /// <summary>Annotations of a key column whose values are categories.</summary>
    public static DataViewSchema.Annotations KeyNames(IReadOnlyList<string> categories)
    {
        var builder = new DataViewSchema.Annotations.Builder();
        Annotation.Texts(KeyValues, categories).AddTo(builder);
        return builder.ToAnnotations();
    }

    /// <summary>What is known of a column without annotations before fitting.</summary>
    public static SchemaShape.Column Shape(string name, DataViewType type) => Shape(name, type, []);

    private static SchemaShape.Column Shape(string name, DataViewType type, IReadOnlyList<Annotation> annotations)
    {
        var shape = annotations.Count == 0 ? null
            : new SchemaShape(annotations.Select(annotation => Shape(annotation.Kind, annotation.Type, [])));
        var vector = type as VectorDataViewType;
        var item = vector?.ItemType ?? type;
        var kind = vector is null ? SchemaShape.Column.VectorKind.Scalar
            : vector.IsKnownSize ? SchemaShape.Column.VectorKind.Vector : SchemaShape.Column.VectorKind.VariableVector;
        return item is KeyDataViewType
            ? new(name, kind, NumberDataViewType.UInt32, true, shape)
            : new(name, kind, item, false, shape);
    }

    /// <summary>One annotation of a column.</summary>
    private sealed record Annotation(string Kind, DataViewType Type, Action<DataViewSchema.Annotations.Builder> AddTo)
    {
        private static readonly KeyDataViewType SetType = new(typeof(uint), int.MaxValue);

        public static Annotation Set(uint id) => Of(ScoreColumnSetId, SetType, (ref uint into) => into = id);

        public static Annotation Text(string kind, string text) =>
            Of(kind, TextDataViewType.Instance, (ref ReadOnlyMemory<char> into) => into = text.AsMemory());

        public static Annotation Texts(string kind, IReadOnlyList<string> texts) =>
            Of(kind, new VectorDataViewType(TextDataViewType.Instance, Math.Max(1, texts.Count)),
                (ref VBuffer<ReadOnlyMemory<char>> into) => into = new(texts.Count, [.. texts.Select(text => text.AsMemory())]));

        private static Annotation Of<T>(string kind, DataViewType type, ValueGetter<T> getter) =>
            new(kind, type, builder => builder.Add(kind, type, getter));
    }
}
