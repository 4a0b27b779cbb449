using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Golden.Reference;

/// <summary>What one pass of the golden training batch gives.</summary>
internal sealed record TrainingPass(WholeBatchLoss Parts, Tensor Loss, Tensor Quality, Tensor LowRes);

/// <summary>SAM-Med2D's training of adapters, prompt encoder and mask decoder on the golden batch, with a network of its own.</summary>
internal sealed class GoldenTraining : IDisposable
{
    private readonly GoldenModel _model;
    private readonly SafetensorsFile _file;
    private readonly SegSamNetwork _network;
    private readonly Tensor _images;

    public GoldenTraining(string file, Precision precision)
    {
        (_file, _model) = (GoldenFolder.Open(file), GoldenModel.Of(file, precision));
        _network = _model.NewNetwork();
        Weights = [.. _network.named_parameters().Where(weight => IsTrained(weight.name))];
        foreach (var (name, weight) in _network.named_parameters())
            weight.requires_grad_(IsTrained(name));
        Trained = new([.. Weights.Select(weight => weight.Value)]);
        Gradients = new(Trained);

        // One image twice: as the predictor sees it, and as the data sets do.
        var image = _model.Images.CasesWith(".dataset_image_out").First(name => _model.Images.Has(name + ".predictor_input"));
        using var scope = NewDisposeScope();
        _images = cat([_model.Images.Tensor(image + ".predictor_input"), _model.Images.Tensor(image + ".dataset_image_out").unsqueeze(0)])
            .to(precision.Type).DetachFromDisposeScope();
    }

    public IReadOnlyList<(string Name, Parameter Value)> Weights { get; }

    /// <summary>The weights, in their order.</summary>
    public TrainedWeights Trained { get; }

    public Gradients Gradients { get; }

    /// <summary>The weight or buffer of that name as it is now.</summary>
    public Tensor Value(string name) => _network.state_dict()[name];

    /// <summary>One forward; of the three masks the one of the highest predicted IoU learns.</summary>
    /// <param name="prompts">"boxes", or "points".</param>
    public TrainingPass Forward(string prompts)
    {
        var labels = _file.Tensor("in.labels").to(_model.Precision.Type);
        var index = arange(_images.size(0), int64).repeat_interleave(labels.size(0) / _images.size(0));
        PromptTensors given = prompts == "boxes" ? new(index, Boxes: In("boxes")) : new(index, In("point_coords"), In("point_labels"));
        var (lowRes, quality) = _network.Decode(_network.Encode(_images), given).BestMask();
        var masks = nn.functional.interpolate(
            lowRes, [labels.size(2), labels.size(3)], mode: InterpolationMode.Bilinear, align_corners: false);
        var parts = WholeBatchLoss.Of(masks.sigmoid(), labels, quality.unsqueeze(1));
        return new(parts, parts.Total(MaskLoss.FocalWeight, 1), quality.unsqueeze(1), lowRes);

        Tensor In(string name) => _file.Tensor("in." + name).to(_model.Precision.Type);
    }

    public void Dispose()
    {
        _images.Dispose();
        Gradients.Dispose();
        _network.Dispose();
    }

    private static bool IsTrained(string name) => name.Contains(".Adapter.", StringComparison.Ordinal)
        || name.StartsWith("prompt_encoder.", StringComparison.Ordinal) || name.StartsWith("mask_decoder.", StringComparison.Ordinal);
}
