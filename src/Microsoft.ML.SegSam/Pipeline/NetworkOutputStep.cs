using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Pipeline;
using Microsoft.ML.SegSam.Prediction;

[assembly: LoadableClass(typeof(NetworkOutputStep), null, typeof(SignatureLoadModel), "SEG-SAM output", NetworkOutputStep.LoaderSignature)]

namespace Microsoft.ML.SegSam.Pipeline;

/// <summary>After the exported network: its outputs become the columns of <see cref="OutputColumns"/>.</summary>
internal sealed class NetworkOutputStep(ModelDescription model) : RowStep<ScoredRow>
{
    internal const string LoaderSignature = "SegSamNetworkOutput";

    private static readonly VersionInfo Version = StepModel.VersionOf("SEGSAMOU", LoaderSignature);

    public override IEnumerable<ColumnNeed> Needs =>
    [
        .. OnnxModels.Answers.Select(output => new ColumnNeed(output, type => ColumnCheck.IsFloats(type), "a vector of floats")),
        new(NetworkInputStep.GeometryColumn, type => ColumnCheck.IsVectorOf(type, NumberDataViewType.Int32), "a vector of integers"),
    ];

    public override IReadOnlyList<AddedColumn<ScoredRow>> Adds(DataViewSchema input) =>
    [
        .. OutputColumns.All("", hasLowResLogits: false, model.Categories, OutputColumns.NextScoreSet(input))
            .Select(column => new AddedColumn<ScoredRow>(column.Shape, column.Type, column.Annotations, column.Getter)),
    ];

    public override ScoredRow Open(DataViewRow input)
    {
        var getters = OnnxModels.Answers.Select(output => input.GetGetter<VBuffer<float>>(input.Schema[output])).ToArray();
        var geometry = input.GetGetter<VBuffer<int>>(input.Schema[NetworkInputStep.GeometryColumn]);
        return new(() => input.Position, Predict, model.Categories.Count);

        MaskPrediction? Predict()
        {
            var numbers = Values(geometry);
            if (numbers is not [> 0 and var height, var width, var x0, var y0, var x1, var y1])
                return null; // a row without image or box
            var (side, rule, size) = (model.Config.MaskSide, model.Preprocessing.Resize, model.Config.InputSize);
            var whole = ImageGeometry.For(height, width, size, rule);
            var seen = (y1 - y0, x1 - x0) == (height, width) ? whole
                : ImageGeometry.For(height, width, new(x0, y0, x1, y1), size, rule);
            var values = Array.ConvertAll(getters, Values);
            return new(seen, whole, new(values[0], side), new(values[1], side), values[2][0], values[3], values[4]);
        }
    }

    public override void Save(ModelSaveContext ctx) => StepModel.Save(ctx, Version, model);

    [SuppressMessage("CodeQuality", "IDE0051", Justification = "ML.NET finds it by name and signature.")]
    private static NetworkOutputStep Create(IHostEnvironment env, ModelLoadContext ctx) => new(StepModel.Load(ctx, Version, 0).Model);

    private static T[] Values<T>(ValueGetter<VBuffer<T>> getter)
    {
        var buffer = default(VBuffer<T>);
        getter(ref buffer);
        return [.. buffer.DenseValues()];
    }
}
