using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Storage;
using TorchSharp;

[assembly: LoadableClass(typeof(SegSamTransformer), null, typeof(SignatureLoadModel), "SEG-SAM", SegSamTransformer.LoaderSignature)]

namespace Microsoft.ML.SegSam;

public sealed partial class SegSamTransformer
{
    internal const string LoaderSignature = "SegSamTransformer";

    /// <summary>
    /// Saves the weights that SAM itself has (image encoder, prompt encoder, mask decoder) under their official names, bit for bit,
    /// so that Python can go on with them. The semantic decoder, the categories and their texts are not in it: save the model for those.
    /// </summary>
    /// <remarks>
    /// <para>
    /// SAM's code must be built for the same encoder and input size: <c>image_size</c> is <see cref="SegSamOptions.InputSize"/>. Adapters are
    /// included: those of SAM-Med2D under the names it has for them; bottleneck adapters are ours, and Python's SAM does not know them.
    /// SAM-Med2D's loader takes a bare state dict for an official file and starts parts of the decoder afresh: give it <c>{"model": ...}</c>.
    /// MobileSAM expects an unused classifier besides (<c>norm_head</c>, <c>head</c>): load with <c>strict=False</c>.
    /// </para>
    /// <para>The file is written beside the target, as <c>path.partial</c>, and moved when it is whole; a file already there is replaced.</para>
    /// </remarks>
    /// <param name="path">Ends in <c>.safetensors</c>, or in <c>.pth</c> for what torch.save writes since PyTorch 1.6 and torch.load reads, with <c>weights_only</c> too.</param>
    /// <exception cref="ArgumentException">The path ends in something else.</exception>
    /// <exception cref="IOException">The file cannot be written; no half file is left at the path.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void SaveSamWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        SamWeights.Save(path, Model.Network, Model.Preprocessing);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ModelArchive.Save(ctx, LoaderSignature, new(Options, Model.Network.Config, Model.Categories, Model.Preprocessing), Model.Network);
    }

    [SuppressMessage("CodeQuality", "IDE0051", Justification = "ML.NET finds it by name and signature.")]
    private static SegSamTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var device = TorchDevice.Choose(env);
        var (description, network) = ModelArchive.Load(ctx, LoaderSignature);
        using var channel = env.Start("Load");
        var isLowered = PrecisionChoice.IsLowered(description.Options.Precision, description.Config, device, channel);
        return new(description.Options, new(network.to(device.Device), description.Categories, description.Preprocessing, device, isLowered));
    }
}
