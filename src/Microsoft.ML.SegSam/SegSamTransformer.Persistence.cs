using System.Diagnostics.CodeAnalysis;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Storage;
using TorchSharp;

[assembly: LoadableClass(typeof(SegSamTransformer), null, typeof(SignatureLoadModel), "SEG-SAM", SegSamTransformer.LoaderSignature)]

namespace Microsoft.ML.SegSam;

public sealed partial class SegSamTransformer
{
    internal const string LoaderSignature = "SegSamTransformer";

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
        return new(description.Options, new(network.to(device.Device), description.Categories, description.Preprocessing, device));
    }
}
