using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Columns;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Training.Data;
using Microsoft.ML.SegSam.Training;
using Microsoft.ML.SegSam.Volumes;
using TorchSharp;

namespace Microsoft.ML.SegSam;

/// <summary>Trains SEG-SAM on images, prompts, masks and category texts.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>Needs training</term><description>yes, or a checkpoint: see <see cref="SegSamOptions.Checkpoint"/></description></item>
/// <item><term>Input columns</term><description>image, at least one prompt (box, points, mask); for training also mask and category: see
/// <see cref="SegSamOptions"/></description></item>
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

    /// <summary>Creates an estimator; nothing is computed before <see cref="Fit(IDataView)"/>.</summary>
    /// <exception cref="ArgumentException">An option has a value that is not allowed; the message names it.</exception>
    public SegSamEstimator(IHostEnvironment environment, SegSamOptions options)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_environment, _options) = (environment, options);
    }

    /// <summary>
    /// Trains on all rows; the model has the weights of the last epoch. With <see cref="SegSamOptions.Epochs"/> = 0 nothing is trained, and
    /// the data may be empty.
    /// </summary>
    /// <inheritdoc cref="Fit(IDataView, IDataView)" path="/exception"/>
    public SegSamTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on all rows; the model has the weights of the epoch that is best on the validation rows by
    /// <see cref="SegSamOptions.BestMetric"/>.
    /// </summary>
    /// <param name="input">Training rows, one for each object.</param>
    /// <param name="validation">
    /// Validation rows with the same columns, already through the transforms before this one; null for none.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A column is missing or of the wrong type, or an option contradicts the checkpoint or the categories.
    /// </exception>
    /// <exception cref="IOException">
    /// The checkpoint does not exist or cannot be read, or the state file or the embedding folder cannot be written.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// The checkpoint is damaged, of another model, or its weights do not fit; the message lists everything that does not fit.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// A row makes no sense (the message names column and row), there are no rows, the text embedder fails (the message names the
    /// category), or the loss diverges.
    /// </exception>
    /// <exception cref="OperationCanceledException">
    /// Canceled before the end of the first step; later cancellation returns the best model so far.
    /// </exception>
    public SegSamTransformer Fit(IDataView input, IDataView? validation)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (_options.Patience is { } patience && validation is null)
        {
            throw new ArgumentException($"{nameof(SegSamOptions)}.{nameof(SegSamOptions.Patience)} is {patience}, "
                + $"but there are no validation rows to measure {nameof(SegSamOptions.BestMetric)} on: "
                + $"give Fit validation rows, or leave {nameof(SegSamOptions.Patience)} null.", nameof(validation));
        }

        var host = _environment.Register(nameof(SegSamEstimator));
        using var channel = host.Start("Fit");
        var device = TorchDevice.Choose(_environment);
        _options.ValidateDevice(device.HasBFloat16);
        var environment = (IHostEnvironmentInternal)_environment;
        var seed = environment.Seed ?? host.Rand.Next();
        var folder = environment.TempFilePath is { Length: > 0 } temporary ? temporary : Path.GetTempPath();

        using var start = new ModelInitializer(_options);
        channel.Info(MessageSensitivity.None, start.ToString());
        var usesBFloat16 = PrecisionChoice.UsesBFloat16(_options.Precision, start.Config, device, channel);
        return _options.IsTrained
            ? Train(channel, start, input, validation, device, usesBFloat16, seed, folder)
            : Untrained(channel, start, input, device, usesBFloat16, seed);
    }

    /// <summary>The columns after this estimator, or an error that says which column is missing or of the wrong type.</summary>
    /// <exception cref="ArgumentException">A column is missing or of the wrong type.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var need in Needs())
            ColumnCheck.Require(inputSchema, need);
        var columns = inputSchema.ToDictionary(column => column.Name);
        foreach (var output in _options.OutputColumns(categories: []))
            columns[output.Name] = output.Shape;
        return new SchemaShape(columns.Values);
    }

    // Without training, Fit needs what scoring needs.
    private IEnumerable<ColumnNeed> Needs() => _options.IsTrained
        ? TrainingColumns.Needs(_options.TrainingColumns())
        : TrainingColumns.ScoringNeeds(_options.ImageColumnName, _options.PromptColumns());

    private SegSamTransformer Train(IChannel channel, ModelInitializer start, IDataView input, IDataView? validation,
        TorchDevice device, bool usesBFloat16, int seed, string folder)
    {
        var (categories, slices) = (new CategoryTexts(), SliceLook.Find(input.Schema.GetColumnOrNull(_options.ImageColumnName)));
        if (slices is not null && start.Slices is { } before)
        {
            slices = slices.After(before) ?? throw new ArgumentException($"The model {Path.GetFileName(_options.Checkpoint)} was trained "
                + $"on {before}, and the training rows are {slices}: load them as the model knows them.");
        }

        using var training = Read(channel, start, categories, input, folder, isValidation: false);
        using var validationSet = validation is null ? null : Read(channel, start, categories, validation, folder, isValidation: true);

        _options.ValidateCategories(categories.Names);
        training.Compatible = categories.Compatible(_options.Glossary);
        var settings = _options.TrainingSettings(usesBFloat16, start);
        var network = Build(channel, start, categories, seed, training.MostOthers).to(device.Device);
        try
        {
            var weights = network.parameters().Sum(parameter => parameter.numel());
            channel.Info(MessageSensitivity.None,
                $"Training SEG-SAM on {training.ImageCount} images, {training.Objects.Count} objects, {categories.Names.Count} categories; "
                + FormattableString.Invariant($"{weights:N0} weights; {device}, {settings.PrecisionName}"));
            var losses = new List<double>();
            var trainer = new Trainer(network, settings, start.Preprocessing.Scaling, device, seed, progress =>
            {
                losses.Add(progress.Loss);
                channel.Info(MessageSensitivity.None, progress.ToString());
                _options.Progress?.Report(progress);
            })
            {
                CategoryTexts = categories.Digest(_options.Glossary),
            };
            var isComplete = trainer.Train(training, validationSet);
            Summarize(channel, trainer, isComplete, losses, network.Config.PresenceTokens, start.LearningRate);
            return Finish(channel, network, categories, start, device, usesBFloat16, slices);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private TrainingSet Read(
        IChannel channel, ModelInitializer start, CategoryTexts categories, IDataView data, string folder, bool isValidation)
    {
        var warnings = new RowWarnings();
        var reader = new TrainingReader(_options.TrainingColumns(), start.Preprocessing,
            start.Config.InputSize, start.Config.MaskSide, categories, warnings, _options.Zooms, start.Slices);
        var set = reader.Read(data, learnCategories: !isValidation, folder, _options.CancellationToken);
        foreach (var line in warnings.Lines)
            channel.Warning(MessageSensitivity.UserData, isValidation ? "Validation data: " + line : line);
        return set;
    }

    private void Summarize(IChannel channel, Trainer trainer, bool isComplete, List<double> losses, int presenceTokens, double rate)
    {
        void Warn(string message) => channel.Warning(MessageSensitivity.None, message);
        if (!isComplete)
            Warn("Training was canceled; the model keeps the best weights so far.");
        if (losses.Count > 1 && losses[^1] >= losses[0])
        {
            Warn("The loss did not fall: "
                + FormattableString.Invariant($"{losses[0]:0.###} in the first epoch, {losses[^1]:0.###} in the last. ")
                + FormattableString.Invariant($"A lower {nameof(SegSamOptions.LearningRate)} than {rate} may help."));
        }

        var (encoded, found, damaged) = trainer.Embeddings;
        if (_options.EncoderTraining == EncoderTraining.Frozen)
        {
            channel.Info(MessageSensitivity.None, $"The frozen encoder encoded {encoded} images"
                + (_options.EmbeddingFolder is null ? "." : $"; {found} embeddings were in {nameof(SegSamOptions.EmbeddingFolder)}."));
        }

        if (damaged > 0)
        {
            Warn($"{damaged} files in {nameof(SegSamOptions.EmbeddingFolder)} {_options.EmbeddingFolder} were damaged; "
                + "their images were encoded again and the files replaced.");
        }

        if (trainer.DroppedOthers > 0)
        {
            Warn($"{trainer.DroppedOthers} times an image had more other categories than {nameof(SegSamOptions.PresenceTokens)} = "
                + $"{presenceTokens}; raise it.");
        }
    }

    private SegSamTransformer Untrained(
        IChannel channel, ModelInitializer start, IDataView input, TorchDevice device, bool usesBFloat16, int seed)
    {
        foreach (var need in Needs())
            ColumnCheck.Require(input.Schema, need);
        var categories = CategoryReader.Collect(input, _options.CategoryColumnName, _options.DescriptionColumnName);
        if (start.IsTrainedModel)
        {
            channel.Info(MessageSensitivity.None, $"Nothing is trained ({nameof(SegSamOptions.Epochs)} = 0): categories that the model "
                + "does not know are recognized by their texts alone.");
        }
        else
        {
            channel.Warning(MessageSensitivity.None, $"Nothing is trained ({nameof(SegSamOptions.Epochs)} = 0): "
                + "binary masks are the checkpoint's; semantic masks and class scores have no meaning yet.");
        }

        var network = Build(channel, start, categories, seed).to(device.Device);
        return Finish(channel, network, categories, start, device, usesBFloat16, slices: null);
    }

    private SegSamNetwork Build(IChannel channel, ModelInitializer start, CategoryTexts categories, int seed, int others = 0)
    {
        if (_options.TextEmbedder?.GetService(typeof(OnnxTextEmbedder)) is OnnxTextEmbedder embedder
            && categories.CutBy(embedder, _options.Glossary) is { Count: > 0 } cut)
        {
            channel.Warning(MessageSensitivity.None, $"The text encoder reads {embedder.MaxTokens} tokens of a text; "
                + $"the ends of longer texts were left out, for these categories: {string.Join(", ", cut)}. Shorten their descriptions.");
        }

        var network = start.Build(categories, seed, others);
        if (start.NewLayers.Count > 0)
            channel.Info(MessageSensitivity.None, $"Layers that do not fit and start at random: {string.Join(", ", start.NewLayers)}");
        return network;
    }

    private static SegSamTransformer Finish(
        IChannel channel, SegSamNetwork network, CategoryTexts categories, ModelInitializer start, TorchDevice device, bool usesBFloat16,
        SliceLook? slices) =>
        new(start.Finish(network, categories.Names, start.Prompts, device, usesBFloat16, channel, slices));
}
