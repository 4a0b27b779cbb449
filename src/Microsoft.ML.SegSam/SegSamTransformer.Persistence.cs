using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Onnx;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Storage;
using TorchSharp;

[assembly: LoadableClass(typeof(SegSamTransformer), null, typeof(SignatureLoadModel), "SEG-SAM", SegSamTransformer.LoaderSignature)]

namespace Microsoft.ML.SegSam;

// How transformers come from files, and go into them.
public sealed partial class SegSamTransformer
{
    internal const string LoaderSignature = "SegSamTransformer";

    /// <summary>
    /// Loads the SEG-SAM of a model that <c>ml.Model.Save</c> wrote, without the other steps of its pipeline; or one that
    /// <see cref="SaveOnnx"/> exported, which ONNX Runtime then computes.
    /// </summary>
    /// <remarks>
    /// For an exported model the program needs no libtorch, but one of the packages Microsoft.ML.OnnxRuntime and
    /// Microsoft.ML.OnnxRuntime.Gpu. It can only predict: it cannot be saved, trained further or exported again.
    /// </remarks>
    /// <param name="path">The .zip file, or the folder of an exported model.</param>
    /// <param name="ml">Its <see cref="MLContext.GpuDeviceId"/> decides the device; null: the CPU.</param>
    /// <returns>The transformer, which the caller disposes.</returns>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is not a saved model, is damaged, or does not hold exactly one SEG-SAM.</exception>
    /// <exception cref="DllNotFoundException">The model is an exported one, and the program has no native ONNX Runtime.</exception>
    public static SegSamTransformer Load(string path, MLContext? ml = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ml ??= new MLContext();
        if (Directory.Exists(path))
            return new(OnnxFolder.Load(path, ml));
        TorchNatives.BeginLoading();
        var model = LoadModel(path, ml);
        try
        {
            var segSam = In(model);
            foreach (var step in StepsOf(model).Where(step => step != segSam))
                (step as IDisposable)?.Dispose();
            return segSam;
        }
        catch (ArgumentException failure)
        {
            (model as IDisposable)?.Dispose();
            throw new InvalidDataException($"'{path}' cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>
    /// Uses published weights as they are, for direct prompts: masks are the published model's; there is one category, "object", and its
    /// scores mean nothing.
    /// </summary>
    /// <remarks>
    /// No prompt column is named, so the transformer cannot score rows: pass it to a <see cref="SegSamPredictor"/>. To score rows with
    /// published weights, fit <c>ml.Transforms.SegSam</c> with a <see cref="SegSamOptions.Checkpoint"/> and
    /// <see cref="SegSamOptions.Epochs"/> = 0.
    /// </remarks>
    /// <param name="path">See <see cref="SegSamOptions.Checkpoint"/>.</param>
    /// <param name="family">See <see cref="SegSamOptions.CheckpointFamily"/>; null: recognized from the weights.</param>
    /// <param name="ml">Its <see cref="MLContext.GpuDeviceId"/> decides the device, and its log says how the weights were read; null: the
    /// CPU.</param>
    /// <returns>The transformer, which the caller disposes.</returns>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or holds another model.</exception>
    public static SegSamTransformer FromCheckpoint(string path, CheckpointFamily? family = null, MLContext? ml = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        IHostEnvironment environment = ml ?? new MLContext();
        using var channel = environment.Start(nameof(FromCheckpoint));
        var options = new SegSamOptions { Checkpoint = path, CheckpointFamily = family, Epochs = 0 };
        options.Validate(needsPrompt: false);
        if (File.Exists(path) && ModelArchive.IsIn(path))
        {
            throw new InvalidDataException($"'{path}' is a whole model with its categories, not weights alone; use {nameof(Load)}, or as "
                + $"{nameof(SegSamOptions)}.{nameof(SegSamOptions.Checkpoint)} to train it further.");
        }

        var device = TorchDevice.Choose(environment);
        using var initializer = new ModelInitializer(options);
        channel.Info(MessageSensitivity.None, initializer.ToString());
        var categories = new CategoryTexts();
        categories.IndexOf(CategoryReader.AnyObject);
        var usesBFloat16 = PrecisionChoice.UsesBFloat16(options.Precision, initializer.Config, device, channel);
        var network = initializer.Build(categories, seed: ((IHostEnvironmentInternal)environment).Seed ?? 1).to(device.Device);
        return new(initializer.Finish(network, categories.Names, ModelDescription.AllPrompts, device, usesBFloat16, channel));
    }

    /// <summary>Finds the SEG-SAM in a fitted or loaded model.</summary>
    /// <param name="model">A <see cref="SegSamTransformer"/>, or a chain with exactly one.</param>
    /// <exception cref="ArgumentException">The model holds no SEG-SAM, or several.</exception>
    public static SegSamTransformer In(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var steps = StepsOf(model).ToList();
        var kinds = steps.Count == 0 ? "it has no steps" : "its steps are: " + string.Join(", ", steps.Select(step => step.GetType().Name));
        return steps.OfType<SegSamTransformer>().ToList() switch
        {
            [var segSam] => segSam,
            [] => throw new ArgumentException($"The model holds no {nameof(SegSamTransformer)}; {kinds}. "
                + "Expected what Fit or Load returned for a pipeline with ml.Transforms.SegSam.", nameof(model)),
            var several => throw new ArgumentException($"The model holds {several.Count} {nameof(SegSamTransformer)}s, expected one; "
                + $"{kinds}. Enumerate the chain and pass the one you mean.", nameof(model)),
        };
    }

    /// <summary>The SEG-SAM of a model, and the steps before it.</summary>
    /// <inheritdoc cref="In" path="/exception"/>
    internal static (IReadOnlyList<ITransformer> Before, SegSamTransformer SegSam) Split(ITransformer model)
    {
        var segSam = In(model);
        return ([.. StepsOf(model).TakeWhile(step => step != segSam)], segSam);
    }

    /// <summary>
    /// Saves this SEG-SAM alone as a model that <c>ml.Model.Load</c> and <see cref="Load"/> read, optionally in half the size.
    /// </summary>
    /// <param name="path">The .zip to write; an existing file is replaced.</param>
    /// <param name="halfPrecision">
    /// Whether to store the weights as 16-bit floating-point numbers. They are read as 32-bit numbers again; masks differ in single pixels
    /// of their borders. Default false.
    /// </param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">A weight is beyond the range of half precision.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void Save(string path, bool halfPrecision = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        WholeFile.Write(path, file => new MLContext().Model.Save(
            new SegSamTransformer(Model) { StoresHalfPrecision = halfPrecision }, inputSchema: null, file));
    }

    private bool StoresHalfPrecision { get; init; }

    /// <summary>
    /// Saves SAM's own weights (image encoder, prompt encoder, mask decoder) under their official names, bit for bit, for use from
    /// Python. The file does not contain the semantic decoder, the categories and their texts: save the model for those.
    /// </summary>
    /// <remarks>
    /// <para>
    /// In Python, build SAM with the same encoder and input size: its <c>image_size</c> is <see cref="SegSamOptions.InputSize"/>.
    /// Adapters are included: SAM-Med2D's under its own names; bottleneck adapters are this library's and unknown to SAM's code.
    /// SAM-Med2D's loader takes a bare state dict for an official file and reinitializes parts of the decoder: give it <c>{"model":
    /// ...}</c>. MobileSAM also expects an unused classifier (<c>norm_head</c>, <c>head</c>): load with <c>strict=False</c>.
    /// </para>
    /// <para>
    /// A model that was not trained from a SAM's weights has a part that SAM's code does not know (<c>mask_prior</c>: its masks begin with
    /// the prompt's mask). It can only be saved as <c>.safetensors</c>, for this library.
    /// </para>
    /// <para>The file is written as <c>path.partial</c> and moved to the path when it is complete; an existing file is replaced.</para>
    /// </remarks>
    /// <param name="path">Ends in <c>.safetensors</c>, or in <c>.pth</c> for torch.save's format since PyTorch 1.6, which torch.load
    /// reads, also with <c>weights_only</c>.</param>
    /// <exception cref="ArgumentException">
    /// The path has another extension, or ends in .pth and the model was not trained from a SAM's weights.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; no incomplete file is left at the path.</exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void SaveSamWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        SamWeights.Save(path, Model.Network, Model.Preprocessing);
    }

    /// <summary>
    /// Exports the model as ONNX, for <see cref="Load"/> without TorchSharp, for other languages, for web pages: <c>encoder.onnx</c> (image
    /// to embedding), <c>decoder.onnx</c> (embedding and prompts to masks, categories and scores) and <c>segsam.onnx</c> (image and boxes
    /// to the same).
    /// </summary>
    /// <remarks>
    /// Standard operators, version 17. Inputs and outputs of SAM's own part have the names of its official export, so that programs made
    /// for that run the decoder; docs/onnx.md lists all. Each file says in its metadata which model it holds, with preprocessing,
    /// categories and license.
    /// </remarks>
    /// <param name="folder">Is created where there is none. Files of an earlier export in it are replaced.</param>
    /// <param name="halfPrecision">
    /// Whether to store the weights as 16-bit floating-point numbers, in half the size; they are computed with as 32-bit numbers. Default
    /// false.
    /// </param>
    /// <param name="license">Terms that go with the weights, such as "CC BY 4.0"; null: none are stated.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">
    /// A weight is beyond the range of half precision, or the model is an exported one itself.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The transformer was disposed.</exception>
    public void SaveOnnx(string folder, bool halfPrecision = false, string? license = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        OnnxFolder.Save(folder, Model, halfPrecision, license);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        Model.Save(ctx, LoaderSignature, StoresHalfPrecision);
    }

    [SuppressMessage("CodeQuality", "IDE0051", Justification = "ML.NET finds it by name and signature.")]
    private static SegSamTransformer Create(IHostEnvironment env, ModelLoadContext ctx) => new(SegSamModel.Load(env, ctx, LoaderSignature));

    private static ITransformer LoadModel(string path, MLContext ml)
    {
        using var file = File.OpenRead(path);
        try
        {
            return ml.Model.Load(file, out _);
        }
        catch (Exception failure) when (IsOfFile(failure))
        {
            throw new InvalidDataException($"'{path}' is not readable as a model: {failure.GetBaseException().Message.TrimEnd('.')}. "
                + "Expected a .zip that ml.Model.Save wrote; "
                + $"for weights alone (.pth, .safetensors) use {nameof(FromCheckpoint)}.", failure);
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure); // the cause is not the file: the device, for example
            throw;
        }
    }

    // ML.NET creates the steps of a model by reflection, and has no exception of its own for a file that is not one of its own.
    private static bool IsOfFile(Exception failure) => failure is TargetInvocationException wrapped
        ? wrapped.InnerException is InvalidDataException or null
        : failure is InvalidDataException or FormatException or InvalidOperationException or ArgumentException;

    // A chain may hold chains.
    private static IEnumerable<ITransformer> StepsOf(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(StepsOf) : [model];
}
