using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Imaging.Decoding;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network.Layers;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>A model of the golden folder in one precision: its weights in our network, its images and prompts as our tensors.</summary>
internal sealed class GoldenModel
{
    private static readonly Dictionary<(string, ScalarType), GoldenModel> Loaded = [];

    private GoldenModel(string name, string family, Precision precision)
    {
        (Name, Family, Precision) = (name, family, precision);
        Config = GoldenConfig.Read(name);
        Network = NewNetwork();
    }

    public string Name { get; }

    /// <summary>How the names of its files begin.</summary>
    public string Family { get; }

    public Precision Precision { get; }

    public SegSamConfig Config { get; }

    /// <summary>SAM scales the longest side; SAM-Med2D's predictor stretches the image to the square, nearest neighbor.</summary>
    public Preprocessing Preprocessing => Config.Adapter == SegSamAdapter.None ? Preprocessing.Sam
        : new SegSamOptions { Resize = ResizeRule.Stretch }.Over(Preprocessing.SamMed2D);

    /// <summary>Shared by the tests: do not change its weights.</summary>
    public SegSamNetwork Network { get; }

    public SafetensorsFile Images => GoldenFolder.Open($"{Family}_image.safetensors");

    /// <summary>
    /// The model that a file such as "sam_encoder.safetensors" is about, loaded once. Of the models with images that of SAM-Med2D's
    /// files is the one with adapters, that of SAM's the one without.
    /// </summary>
    public static GoldenModel Of(string file, Precision precision)
    {
        GoldenFolder.Require(file);
        var family = file[..file.IndexOf('_', StringComparison.Ordinal)];
        if (Loaded.TryGetValue((family, precision.Type), out var model))
            return model;
        var adapted = family.Contains("med2d", StringComparison.Ordinal);
        var config = GoldenFolder.Json("config.json");
        var name = GoldenConfig.Models.Where(name => config.TryGetProperty(name + "_images", out _))
            .Single(name => adapted == (GoldenConfig.Read(name).Adapter != SegSamAdapter.None));
        return Loaded[(family, precision.Type)] = new(name, family, precision);
    }

    /// <summary>The network once more, with weights to change.</summary>
    public SegSamNetwork NewNetwork(SegSamConfig? config = null)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var network = new SegSamNetwork(config ?? Config, new LayerFactory(CPU, Precision.Type)).Initialize(1);
        var ours = network.state_dict();
        foreach (var (name, value) in GoldenWeights.Read(Name))
        {
            CollectionAssert.AreEqual(value.shape, ours[name].shape, name);
            ours[name].copy_(value);
        }

        return network;
    }

    /// <summary>The image that a case such as "A.points3" is about.</summary>
    public static string ImageOf(string name) => name.Split('.')[0];

    public PixelImage Image(string name)
    {
        var shape = Images.Shape(name + ".image_hwc_u8");
        return new((int)shape[0], (int)shape[1], Images.Bytes(name + ".image_hwc_u8").ToArray());
    }

    /// <summary>Normalized as the model's predictor does it, float32 first as upstream: [1,3,S,S].</summary>
    public Tensor Input(string image) => ImageTensor.Stack([Scaled(Image(image))], Preprocessing.Scaling, CPU).to(Precision.Type);

    public NetworkImage Scaled(PixelImage image) => NetworkImage.From(image, Config.InputSize, Preprocessing);

    /// <summary>As SAM-Med2D's data sets do it: centered in the square where it is smaller, else stretched by nearest neighbor.</summary>
    public Tensor DatasetInput(string image) => ImageTensor.Stack(
        [NetworkImage.From(Image(image), Config.InputSize, Preprocessing.SamMed2D)], Preprocessing.SamMed2D.Scaling, CPU)
        .to(Precision.Type);

    public Tensor Encode(string image) => Network.Encode(Input(image));

    /// <summary>The prompts of a case as a caller gives them, in pixels of the image; an empty one where the case has none.</summary>
    public IReadOnlyList<Prompt> OriginalPrompts(string name)
    {
        var file = GoldenFolder.Open($"{Family}_prompt.safetensors");
        var (points, labels) = (Rows("point_coords_original"), Rows("point_labels"));
        var (boxes, masks) = (Rows("boxes_original"), Rows("mask_inputs"));
        var count = (points ?? boxes ?? masks)?.Length ?? 1;
        return [.. Enumerable.Range(0, count).Select(i => new Prompt(boxes?[i], points?[i], labels?[i], masks?[i]))];

        float[][]? Rows(string part)
        {
            if (!file.Has($"{name}.in.{part}"))
                return null;
            using var scope = NewDisposeScope();
            var tensor = file.Tensor($"{name}.in.{part}").to(float32);
            return [.. tensor.data<float>().ToArray().Chunk((int)(tensor.numel() / tensor.size(0)))];
        }
    }

    /// <summary>A prompt case in the network's frame, all for image 0 of a batch.</summary>
    public PromptTensors Prompt(string name)
    {
        var file = GoldenFolder.Open($"{Family}_prompt.safetensors");
        var (points, labels, boxes, masks) = (In("point_coords"), In("point_labels"), In("boxes"), In("mask_inputs"));
        var count = (points ?? boxes ?? masks)?.size(0) ?? 1;
        return new(zeros(count, int64), points, labels, boxes, masks);

        Tensor? In(string part) => file.Has($"{name}.in.{part}") ? file.Tensor($"{name}.in.{part}").to(Precision.Type) : null;
    }
}
