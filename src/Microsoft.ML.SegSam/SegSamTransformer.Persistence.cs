using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Storage;

[assembly: LoadableClass(typeof(SegSamTransformer), null, typeof(SignatureLoadModel), "SEG-SAM", SegSamTransformer.LoaderSignature)]

namespace Microsoft.ML.SegSam;

public sealed partial class SegSamTransformer
{
    internal const string LoaderSignature = "SegSamTransformer";

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ModelArchive.Save(ctx, LoaderSignature, new(Options, Model.Network.Config, Model.Categories, Model.Normalization), Model.Network);
    }

    // ML.NET finds this by name and signature.
    private static SegSamTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        var device = TorchDevice.Choose(env);
        var (description, network) = ModelArchive.Load(ctx, LoaderSignature);
        return new(env, description.Options, new(network.to(device.Device), description.Categories, description.Normalization, device));
    }
}
