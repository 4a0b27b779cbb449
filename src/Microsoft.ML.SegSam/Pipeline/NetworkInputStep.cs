using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Pipeline;
using Microsoft.ML.SegSam.Prediction;

[assembly: LoadableClass(typeof(NetworkInputStep), null, typeof(SignatureLoadModel), "SEG-SAM input", NetworkInputStep.LoaderSignature)]

namespace Microsoft.ML.SegSam.Pipeline;

/// <summary>Before the exported network: an image and a box become the network's inputs.</summary>
/// <remarks>
/// Of a model that takes closer looks the network sees the part around a small object alone: its masks are those of the closer look, as
/// where TorchSharp predicts. Categories and presence are judged by that part too.
/// </remarks>
internal sealed class NetworkInputStep(ModelDescription model, string image, string box) : RowStep<NetworkInputRow>
{
    /// <summary>Name of the column that leads from the network's frame back to the image.</summary>
    public const string GeometryColumn = "segsam.geometry";

    internal const string LoaderSignature = "SegSamNetworkInput";

    private static readonly VersionInfo Version = StepModel.VersionOf("SEGSAMIN", LoaderSignature);

    public override IEnumerable<ColumnNeed> Needs => TrainingColumns.ScoringNeeds(image, new(box, null, null, null, null));

    public override IReadOnlyList<AddedColumn<NetworkInputRow>> Adds(DataViewSchema input)
    {
        var side = model.Config.InputSize;
        return
        [
            AddedColumn<NetworkInputRow>.Plain(OnnxModels.Image, new VectorDataViewType(NumberDataViewType.Single, 1, 3, side, side),
                row => (ValueGetter<VBuffer<float>>)row.Image),
            AddedColumn<NetworkInputRow>.Plain(OnnxModels.Boxes, new VectorDataViewType(NumberDataViewType.Single, 1, 4),
                row => (ValueGetter<VBuffer<float>>)row.Box),
            AddedColumn<NetworkInputRow>.Plain(GeometryColumn, new VectorDataViewType(NumberDataViewType.Int32, 6),
                row => (ValueGetter<VBuffer<int>>)row.Geometry),
        ];
    }

    public override NetworkInputRow Open(DataViewRow input) => new(input, model, image, box);

    public override void Save(ModelSaveContext ctx) => StepModel.Save(ctx, Version, model, image, box);

    [SuppressMessage("CodeQuality", "IDE0051", Justification = "ML.NET finds it by name and signature.")]
    private static NetworkInputStep Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var (model, columns) = StepModel.Load(ctx, Version, 2);
        return new(model, columns[0], columns[1]);
    }
}

/// <summary>The network's inputs for the current row, made once; zeros for a row without image or box.</summary>
internal sealed class NetworkInputRow
{
    private readonly DataViewRow _input;
    private readonly ModelDescription _model;
    private readonly ImageReader _image;
    private readonly PromptReader _prompt;
    private (float[] Image, float[] Box, int[] Geometry) _values;
    private long _position = -1;

    public NetworkInputRow(DataViewRow input, ModelDescription model, string image, string box)
    {
        (_input, _model) = (input, model);
        _image = new(input, input.Schema[image], model.Slices);
        _prompt = new(input, new(box, null, null, null, null), model.Config.MaskSide);
    }

    public void Image(ref VBuffer<float> into) => Copy(Current.Image, ref into);

    public void Box(ref VBuffer<float> into) => Copy(Current.Box, ref into);

    /// <summary>Rows and columns of the image, then the part x0 y0 x1 y1 that the network sees.</summary>
    public void Geometry(ref VBuffer<int> into) => Copy(Current.Geometry, ref into);

    private (float[] Image, float[] Box, int[] Geometry) Current
    {
        get
        {
            if (_position != _input.Position)
                (_values, _position) = (Read(), _input.Position);
            return _values;
        }
    }

    private (float[] Image, float[] Box, int[] Geometry) Read()
    {
        var side = _model.Config.InputSize;
        if (_image.Read() is not { } image || _prompt.Read(image.Height, image.Width, isAnswered: true) is not { Box: { } box } prompt)
            return (new float[3 * side * side], new float[4], new int[6]);
        var part = _model.Zooms ? Zoom.Around(box, [], image.Height, image.Width) : null;
        var input = NetworkImage.From(image, side, _model.Preprocessing, part);
        var seen = input.Geometry.Part;
        return (ImageTensor.Values([input], _model.Preprocessing.Scaling), prompt.ToNetwork(input.Geometry).Box!,
            [image.Height, image.Width, seen.X0, seen.Y0, seen.X1, seen.Y1]);
    }

    private static void Copy<T>(T[] values, ref VBuffer<T> into)
    {
        var editor = VBufferEditor.Create(ref into, values.Length);
        values.CopyTo(editor.Values);
        into = editor.Commit();
    }
}
