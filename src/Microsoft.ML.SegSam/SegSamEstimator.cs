using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training;
using TorchSharp;

namespace Microsoft.ML.SegSam;

/// <summary>Trains SEG-SAM on images, prompts, masks and category texts.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Needs training</term><description>yes, or a checkpoint: see <see cref="SegSamOptions.Checkpoint"/></description></item>
/// <item><term>Input columns</term><description>image, at least one prompt (box, clicks, mask); for training also mask and category: see <see cref="SegSamOptions"/></description></item>
/// <item><term>Output columns</term><description>see <see cref="SegSamTransformer"/></description></item>
/// <item><term>Repeatable</term><description>on the CPU, by the seed of the <see cref="MLContext"/></description></item>
/// <item><term>Exportable to ONNX</term><description>no</description></item>
/// </list>
/// </remarks>
public sealed class SegSamEstimator : IEstimator<SegSamTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly SegSamOptions _options;

    static SegSamEstimator() => SegSamTransformer.RegisterImageType();

    /// <summary>Makes an estimator; nothing is computed until <see cref="Fit(IDataView)"/>.</summary>
    /// <exception cref="ArgumentException">An option has a value that is not allowed; the message names it.</exception>
    public SegSamEstimator(IHostEnvironment environment, SegSamOptions options)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_environment, _options) = (environment, options);
    }

    /// <summary>Trains on all rows; the model has the weights of the last epoch. With <see cref="SegSamOptions.Epochs"/> = 0 nothing is trained, and there need be no rows.</summary>
    /// <inheritdoc cref="Fit(IDataView, IDataView)" path="/exception"/>
    public SegSamTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>Trains on all rows; the model has the weights of the epoch that is best on the validation rows, by <see cref="SegSamOptions.BestMetric"/>.</summary>
    /// <param name="input">Training rows, one for each object.</param>
    /// <param name="validation">Validation rows with the same columns, already through the transforms before this one; null for none.</param>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type, or an option contradicts the checkpoint or the categories.</exception>
    /// <exception cref="IOException">The checkpoint is not there or cannot be read, or the state file or the embedding folder cannot be written.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, of another model, or its weights do not fit; the message lists all that is wrong with them.</exception>
    /// <exception cref="InvalidOperationException">A row makes no sense (the message names column and row), there are no rows, the text embedder fails (the message names the category), or the loss diverges.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the first step; later cancellation returns the best model so far.</exception>
    public SegSamTransformer Fit(IDataView input, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (_options.Patience is { } patience && validation is null)
            throw new ArgumentException($"{nameof(SegSamOptions)}.{nameof(SegSamOptions.Patience)} is {patience}; it waits for a better {nameof(SegSamOptions.BestMetric)} on validation rows: give Fit some, or leave it null.", nameof(validation));
        var host = _environment.Register(nameof(SegSamEstimator));
        using var channel = host.Start("Fit");
        var device = TorchDevice.Choose(_environment);
        _options.ValidateDevice(device.HasBFloat16);
        var settings = (IHostEnvironmentInternal)_environment;
        var seed = settings.Seed ?? host.Rand.Next();
        var folder = settings.TempFilePath is { Length: > 0 } temporary ? temporary : Path.GetTempPath();

        using var start = new ModelInitializer(_options);
        channel.Info(MessageSensitivity.None, start.ToString());
        return _options.IsTrained ? Train(channel, start, input, validation, device, seed, folder) : Untrained(channel, start, input, device, seed);
    }

    /// <summary>The columns after this estimator, or an error that says which column is missing or of the wrong type.</summary>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var (name, accepts, expected) in TrainingColumns.Needs(_options))
        {
            if (!inputSchema.TryFindColumn(name, out var column))
                throw ColumnCheck.Missing(name, expected, inputSchema.Select(other => other.Name));
            if (!accepts(TypeOf(column)))
                throw ColumnCheck.Mismatch(name, expected, column.GetTypeString());
        }

        var columns = inputSchema.ToDictionary(column => column.Name);
        foreach (var output in OutputColumns.All(_options, categories: []))
            columns[output.Name] = output.Shape;
        return new SchemaShape(columns.Values);
    }

    private SegSamTransformer Train(
        IChannel channel, ModelInitializer start, IDataView input, IDataView? validation, TorchDevice device, int seed, string folder)
    {
        var (config, categories) = (start.Config, new CategoryTexts());
        TrainingSet Read(IDataView data, bool learnCategories)
        {
            var warnings = new RowWarnings();
            var set = new TrainingReader(_options, start.Preprocessing, config.InputSize, config.MaskSide, categories, warnings).Read(data, learnCategories, folder);
            foreach (var line in warnings.Lines)
                channel.Warning(MessageSensitivity.UserData, learnCategories ? line : "Validation data: " + line);
            return set;
        }

        using var training = Read(input, learnCategories: true);
        using var held = validation is null ? null : Read(validation, learnCategories: false);

        _options.ValidateCategories(categories.Names);
        var usesBFloat16 = PrecisionChoice.UsesBFloat16(_options.Precision, config, device, channel);
        var options = _options with { Precision = usesBFloat16 ? SegSamPrecision.BFloat16 : SegSamPrecision.Float32 };
        var network = Build(channel, start, categories, seed, training.MostOthers).to(device.Device);
        try
        {
            channel.Info(MessageSensitivity.None,
                $"Training SEG-SAM on {training.ImageCount} images, {training.Objects.Count} objects, {categories.Names.Count} categories; "
                + FormattableString.Invariant($"{network.parameters().Sum(parameter => parameter.numel()):N0} weights; ") + $"{device}, {options.PrecisionName}");
            var losses = new List<double>();
            var trainer = new Trainer(network, options, start.Preprocessing.Scaling, device, seed, progress =>
            {
                losses.Add(progress.Loss);
                Report(channel, progress);
            })
            {
                CategoryTexts = categories.Digest(_options.Catalogue),
            };
            if (!trainer.Train(training, held))
                channel.Warning(MessageSensitivity.None, "Training was cancelled; the model keeps the best weights so far.");
            if (losses.Count > 1 && losses[^1] >= losses[0])
                channel.Warning(MessageSensitivity.None, FormattableString.Invariant($"The loss did not fall: {losses[0]:0.###} in the first of the epochs, {losses[^1]:0.###} in the last. A lower {nameof(SegSamOptions.LearningRate)} than {_options.HighestRate} may help."));
            if (_options.EncoderTraining == EncoderTraining.Frozen)
                channel.Info(MessageSensitivity.None, $"The frozen encoder encoded {trainer.Embeddings.Encoded} images{(_options.EmbeddingFolder is null ? "" : $"; {trainer.Embeddings.Found} embeddings were in {nameof(SegSamOptions.EmbeddingFolder)}")}.");
            if (trainer.Embeddings.Damaged > 0)
                channel.Warning(MessageSensitivity.None, $"{trainer.Embeddings.Damaged} files in {nameof(SegSamOptions.EmbeddingFolder)} {_options.EmbeddingFolder} were damaged; their images were encoded again and the files replaced.");
            if (trainer.DroppedOthers > 0)
                channel.Warning(MessageSensitivity.None, $"{trainer.DroppedOthers} times an image had more other categories than {nameof(SegSamOptions.PresenceTokens)} = {network.Config.PresenceTokens}; raise it.");
            return Finish(network, categories, start, device, usesBFloat16);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private SegSamTransformer Untrained(IChannel channel, ModelInitializer start, IDataView input, TorchDevice device, int seed)
    {
        foreach (var (name, accepts, expected) in TrainingColumns.Needs(_options))
            ColumnCheck.Require(input.Schema, name, accepts, expected);
        var categories = CategoryReader.Collect(input, _options);
        channel.Warning(MessageSensitivity.None, $"Nothing is trained ({nameof(SegSamOptions.Epochs)} = 0): binary masks are the checkpoint's; semantic masks and class scores mean nothing yet.");
        var usesBFloat16 = PrecisionChoice.UsesBFloat16(_options.Precision, start.Config, device, channel);
        return Finish(Build(channel, start, categories, seed).to(device.Device), categories, start, device, usesBFloat16);
    }

    private SegSamNetwork Build(IChannel channel, ModelInitializer start, CategoryTexts categories, int seed, int others = 0)
    {
        if (_options.TextEmbedder?.GetService(typeof(OnnxTextEmbedder)) is OnnxTextEmbedder embedder && categories.CutBy(embedder, _options.Catalogue) is { Count: > 0 } cut)
            channel.Warning(MessageSensitivity.None, $"The text encoder reads {embedder.MaxTokens} tokens of a text; the ends of longer ones were left out, of these categories: {string.Join(", ", cut)}. Shorten their descriptions.");
        return start.Build(categories, seed, others);
    }

    private SegSamTransformer Finish(
        SegSamNetwork network, CategoryTexts categories, ModelInitializer start, TorchDevice device, bool usesBFloat16) =>
        new(start.Finish(network, categories.Names, ModelDescription.PromptsOf(_options), device, usesBFloat16));

    private void Report(IChannel channel, TrainingProgress progress)
    {
        channel.Info(MessageSensitivity.None, progress.ToString());
        _options.Progress?.Report(progress);
    }

    // A shape knows no vector lengths; the checks take an unknown length for any.
    private static DataViewType TypeOf(SchemaShape.Column column) =>
        column.Kind == SchemaShape.Column.VectorKind.Scalar || column.ItemType is not PrimitiveDataViewType item ? column.ItemType : new VectorDataViewType(item);
}
