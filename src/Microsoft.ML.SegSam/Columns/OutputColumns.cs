using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;

namespace Microsoft.ML.SegSam.Columns;

/// <summary>One output column: its promise before fitting, its type and annotations after, and its getter.</summary>
internal sealed record OutputColumn(string Name, SchemaShape.Column Shape, DataViewType Type, DataViewSchema.Annotations? Annotations, Func<AnswerSource, Delegate> Getter);

/// <summary>The one table that schema shapes, schemas and getters of the output columns are all made from.</summary>
internal static class OutputColumns
{
    public const string BinaryMask = nameof(BinaryMask), SemanticMask = nameof(SemanticMask), MaskSize = nameof(MaskSize),
        ClassScores = nameof(ClassScores), PredictedCategory = nameof(PredictedCategory), PresentScores = nameof(PresentScores),
        MaskQuality = nameof(MaskQuality), LowResLogits = nameof(LowResLogits);

    private const string SlotNames = "SlotNames", KeyValues = "KeyValues";

    /// <param name="categories">Names of the K categories; empty before fitting, when only shapes are known.</param>
    /// <param name="maskSide">Side of the low-resolution logits.</param>
    public static IReadOnlyList<OutputColumn> All(SegSamOptions options, IReadOnlyList<string> categories, int maskSide = 0)
    {
        var key = new KeyDataViewType(typeof(uint), Math.Max(1, categories.Count));
        List<OutputColumn> columns =
        [
            Column(BinaryMask, new VectorDataViewType(BooleanDataViewType.Instance), null, source => source.Pixels<bool>((answer, into) => answer.BinaryMask(into))),
            Column(SemanticMask, new VectorDataViewType(key), KeyValues, source => source.Pixels<uint>((answer, into) => answer.SemanticMask(into))),
            Column(MaskSize, new VectorDataViewType(NumberDataViewType.Int32, 2), null, source => source.Vector(answer => answer.MaskSize)),
            Column(ClassScores, Scores(), SlotNames, source => source.Vector(answer => answer.ClassScores)),
            Column(PredictedCategory, key, KeyValues, source => source.Scalar(answer => answer.PredictedCategory)),
            Column(PresentScores, Scores(), SlotNames, source => source.Vector(answer => answer.PresentScores)),
            Column(MaskQuality, NumberDataViewType.Single, null, source => source.Scalar(answer => answer.MaskQuality)),
        ];
        if (options.OutputLowResLogits)
            columns.Add(Column(LowResLogits, new VectorDataViewType(NumberDataViewType.Single), null, source => source.Vector(answer => answer.LowResLogits)));
        return columns;

        VectorDataViewType Scores() => new(NumberDataViewType.Single, Math.Max(1, categories.Count));

        OutputColumn Column(string name, DataViewType type, string? annotation, Func<AnswerSource, Delegate> getter) =>
            new(name, ShapeOf(name, type, annotation), type, annotation is null ? null : Annotate(annotation, categories), getter);
    }

    /// <summary>Annotations of keys that stand for categories.</summary>
    public static DataViewSchema.Annotations KeyNames(IReadOnlyList<string> categories) => Annotate(KeyValues, categories);

    private static SchemaShape.Column ShapeOf(string name, DataViewType type, string? annotation)
    {
        var vector = type as VectorDataViewType;
        var item = vector?.ItemType ?? type;
        var kind = vector is null ? SchemaShape.Column.VectorKind.Scalar
            : vector.IsKnownSize ? SchemaShape.Column.VectorKind.Vector : SchemaShape.Column.VectorKind.VariableVector;
        var annotations = annotation is null ? null
            : new SchemaShape([new SchemaShape.Column(annotation, SchemaShape.Column.VectorKind.Vector, TextDataViewType.Instance, false)]);
        return item is KeyDataViewType
            ? new(name, kind, NumberDataViewType.UInt32, true, annotations)
            : new(name, kind, item, false, annotations);
    }

    private static DataViewSchema.Annotations Annotate(string kind, IReadOnlyList<string> categories)
    {
        var names = categories.Select(name => name.AsMemory()).ToArray();
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(kind, new VectorDataViewType(TextDataViewType.Instance, Math.Max(1, names.Length)),
            (ref VBuffer<ReadOnlyMemory<char>> into) => names.AsSpan().CopyTo(Editor(ref into, names.Length).Values));
        return builder.ToAnnotations();

        static VBufferEditor<ReadOnlyMemory<char>> Editor(ref VBuffer<ReadOnlyMemory<char>> into, int length)
        {
            into = new VBuffer<ReadOnlyMemory<char>>(length, new ReadOnlyMemory<char>[length]);
            return VBufferEditor.CreateFromBuffer(ref into);
        }
    }
}
