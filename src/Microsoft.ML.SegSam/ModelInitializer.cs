using Microsoft.ML.Runtime;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network.Encoder;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Volumes;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam;

/// <summary>
/// Makes the network that training starts from, as the options say: a preset with random weights, a checkpoint, or a model that this
/// library saved.
/// </summary>
internal sealed class ModelInitializer : IDisposable
{
    private const int SamWidth = 256; // of the decoder, in everything published
    /// <summary>The highest learning rate for random weights (our choice).</summary>
    public const double RateFromScratch = 1e-3;

    private const double RateFromSam = 1e-4; // SAM-Med2D
    private const int RoundsFromSam = 2; // SAM-Med2D: 8; ours is for small machines
    private const double PretrainedRate = 0.1; // of the learning rate, for an encoder among random weights (our choice)
    private const double StartingTextScale = 0.1; // of t_text, so that it does not dominate the prompt early in training (our choice)
    private readonly SegSamOptions _options;
    private readonly CheckpointFile? _file;
    private readonly Pretrained? _pretrained;
    private readonly SegSamTransformer? _trained;

    /// <exception cref="ArgumentException">An option does not fit the checkpoint; the message names it.</exception>
    /// <exception cref="IOException">The checkpoint does not exist or cannot be read.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or does not hold a Segment Anything Model.</exception>
    public ModelInitializer(SegSamOptions options)
    {
        _options = options;
        if (options.Checkpoint is null)
        {
            Encoder = options.Encoder ?? SegSamEncoder.Tiny;
            Config = Settle(SegSamConfig.For(Encoder.Value, options.InputSize) with { MaskPrior = true, MultimaskForPoint = true });
            Preprocessing = options.Over(Preprocessing.Default);
            return;
        }

        if (!File.Exists(options.Checkpoint))
        {
            throw new FileNotFoundException($"{nameof(SegSamOptions)}.{nameof(SegSamOptions.Checkpoint)} is '{options.Checkpoint}'; there "
                + "is no such file. Download the weights, or correct the path.", options.Checkpoint);
        }

        if (ModelArchive.IsIn(options.Checkpoint))
        {
            if (options.CheckpointFamily is { } family and not CheckpointFamily.SegSam)
            {
                throw new ArgumentException($"{nameof(SegSamOptions)}.{nameof(SegSamOptions.CheckpointFamily)} is '{family}'; it must be "
                    + $"null or '{CheckpointFamily.SegSam}', since {options.Checkpoint} is a model that this library saved.",
                    nameof(options));
            }

            _trained = SegSamTransformer.Load(options.Checkpoint);
            try
            {
                var config = _trained.Model.Config;
                Encoder = config.Preset();
                Config = Settle(config with { InputSize = options.InputSize ?? config.InputSize });
                Preprocessing = options.Over(_trained.Model.Preprocessing);
                return;
            }
            catch
            {
                _trained.Dispose();
                throw;
            }
        }

        _file = CheckpointFile.Open(options.Checkpoint);
        try
        {
            _pretrained = Pretrained.Recognize(_file, options.CheckpointFamily);
            Encoder = _pretrained.Encoder;
            if (_pretrained.IsEncoderAlone && !options.IsTrained)
                throw Untrained();
            Config = Settle(_pretrained.Config with
            {
                InputSize = options.InputSize ?? _pretrained.Config.InputSize,
                MaskPrior = !StartsFromSam || _pretrained.Config.MaskPrior, // SAM's decoders have learned to draw
                MultimaskForPoint = !StartsFromSam || _pretrained.Config.MultimaskForPoint,
            });
            Preprocessing = options.Over(_pretrained.Preprocessing);
        }
        catch (InvalidDataException failure)
        {
            _file.Dispose();
            throw WithFileName(failure);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Null if the encoder's size matches no preset.</summary>
    public SegSamEncoder? Encoder { get; }

    /// <summary>The network's config, except for what depends on the categories.</summary>
    public SegSamConfig Config { get; }

    /// <summary>The highest learning rate.</summary>
    public double LearningRate => _options.LearningRate ?? (StartsFromSam || IsTrainedModel ? RateFromSam : RateFromScratch);

    /// <summary>The factor of the learning rate for the encoder, its neck excepted.</summary>
    public double EncoderRate =>
        _options.EncoderLearningRate / LearningRate ?? (_pretrained is { IsEncoderAlone: true } ? PretrainedRate : 1);

    /// <summary>
    /// Correction rounds after each step's first prompts: where masks begin with the prompt's, simulated mask prompts teach as much.
    /// </summary>
    public int Rounds => _options.InteractiveRounds
        ?? (Config.MaskPrior || !_options.HasPointsOrMask ? 0 : RoundsFromSam);

    /// <summary>
    /// The per-pixel part of a mask's loss: networks that begin with the prompt's mask learn sooner with another than SAM's.
    /// </summary>
    public PixelLoss PixelLoss => Config.MaskPrior ? PixelLoss.CrossEntropy : PixelLoss.Focal;

    /// <summary>The prompts that the network knows after its training.</summary>
    public ModelPrompts Prompts => ModelDescription.PromptsOf(_options, StartsFromSam)
        | (_trained?.Model.Description.Prompts ?? ModelPrompts.None);

    /// <summary>How slices looked in the training of the model that this one starts from; null: nothing is known.</summary>
    public SliceLook? Slices => _trained?.Model.Description.Slices;

    /// <summary>Whether training starts from a model that this library saved, with all its parts.</summary>
    public bool IsTrainedModel => _trained is not null;

    // A SAM knows all kinds of prompts before it is trained.
    private bool StartsFromSam => _pretrained is { IsEncoderAlone: false };

    /// <summary>How images are prepared for the network.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>Builds the network with its initial weights and the text bank of the categories.</summary>
    /// <param name="others">The number of other categories in the training image that has the most, for
    /// <see cref="SegSamOptions.PresenceTokens"/> to follow.</param>
    /// <exception cref="InvalidDataException">The checkpoint's weights do not fit; the message lists all that do not.</exception>
    /// <exception cref="InvalidOperationException">The text embedder failed; the message names the category.</exception>
    /// <exception cref="OperationCanceledException">Canceled while the text embedder was running.</exception>
    public SegSamNetwork Build(CategoryTexts categories, int seed, int others = 0)
    {
        using var hashed = new HashedTextEmbedder();
        var bank = categories.ToBank(_options.Glossary, _options.TextEmbedder ?? hashed, _options.CancellationToken);
        var tokens = _options.PresenceTokens ?? Math.Clamp(others, Config.PresenceTokens, SegSamOptions.MostPresenceTokens);
        var config = Config with { CategoryCount = bank.Length, TextWidth = bank[0].Length, PresenceTokens = tokens };
        try
        {
            var network = _trained is not null ? FromTrained(config, categories.Names, seed)
                : _pretrained?.Build(config, seed) ?? new SegSamNetwork(config).Initialize(seed);
            using var vectors = tensor(bank.SelectMany(vector => vector).ToArray(), network.TextBank.shape);
            network.TextBank.copy_(vectors);
            return network;
        }
        catch (InvalidDataException failure)
        {
            throw WithFileName(failure);
        }
    }

    /// <summary>The layers of a trained model that did not fit and start at random, once the network is built.</summary>
    public IReadOnlyList<string> NewLayers { get; private set; } = [];

    /// <summary>The model of a built, and possibly trained, network, ready to predict.</summary>
    /// <param name="prompts">The prompts that it was made for.</param>
    /// <param name="slices">How slices looked in training; null: as those of the model that it started from.</param>
    public SegSamModel Finish(
        SegSamNetwork network, IReadOnlyList<string> categories, ModelPrompts prompts, TorchDevice device, bool usesBFloat16,
        IChannel channel, SliceLook? slices = null)
    {
        network.eval();
        // Paths belong to the machine that trains: the model keeps only the checkpoint's file name. Its text vectors are in the
        // weights, so it needs no embedder.
        var options = _options with
        {
            Checkpoint = Path.GetFileName(_options.Checkpoint), StateFile = null, EmbeddingFolder = null, TextEmbedder = null,
        };
        var description = new ModelDescription(
            options, network.Config, categories, Preprocessing, prompts, _options.Zooms, slices ?? Slices);
        return new(description, network, device, usesBFloat16, channel);
    }

    /// <summary>One line for the log.</summary>
    public override string ToString()
    {
        var images = $"images: {Preprocessing.Resize}, {Preprocessing.Resampling}, {Preprocessing.Scaling}, {Preprocessing.Order}";
        if (_trained is not null)
        {
            return $"Starting from the trained model {Path.GetFileName(_options.Checkpoint)} with {_trained.Categories.Count} categories: "
                + $"{Encoder?.ToString() ?? "an encoder that matches no preset"}, input {Config.InputSize} x {Config.InputSize}; {images}";
        }

        if (_pretrained is null)
            return $"Starting from random weights: {Encoder}, input {Config.InputSize} x {Config.InputSize}; {images}";
        var trained = _pretrained.Config;
        var text = $"Starting from {_file!.Name}, read as {_pretrained.Family} "
            + $"(if that is wrong, set {nameof(SegSamOptions.CheckpointFamily)}): "
            + $"{Encoder?.ToString() ?? "an encoder that matches no preset"}, "
            + (_pretrained.IsEncoderAlone ? "all but its stages random, " : $"trained at {trained.InputSize} x {trained.InputSize}, ")
            + $"used at {Config.InputSize} x {Config.InputSize}; {images}";
        if (trained.Width != SamWidth && _pretrained.Family != CheckpointFamily.SegSam && !_pretrained.IsEncoderAlone)
            text += $"; weights do not reveal the number of the decoder's heads, {trained.DecoderHeads} are assumed";
        string[] unused = [.. _pretrained.Unused, .. _file.Skipped];
        return unused.Length == 0 ? text : $"{text}; not used: {string.Join(", ", unused)}";
    }

    public void Dispose()
    {
        _file?.Dispose();
        _trained?.Dispose();
    }

    private SegSamNetwork FromTrained(SegSamConfig config, IReadOnlyList<string> categories, int seed)
    {
        var (network, layers) = TrainedWeights.Build(_trained!.Model.Network, _trained.Categories, config, categories, seed);
        NewLayers = layers;
        return network;
    }

    private SegSamConfig Settle(SegSamConfig config)
    {
        RequireAgreement(nameof(SegSamOptions.Encoder), _options.Encoder, Encoder);
        if (config.Adapter != SegSamAdapter.None)
            RequireAgreement(nameof(SegSamOptions.Adapter), _options.Adapter, config.Adapter);
        config = config with
        {
            Adapter = _options.Adapter ?? config.Adapter,
            PresenceTokens = _options.PresenceTokens ?? config.PresenceTokens,
        };
        if (_trained is null || _options.IsTrained)
        {
            config = config with
            {
                // Untrained, further tokens in SAM's decoder would only disturb what the checkpoint knows.
                SemanticDecoding = _options.IsTrained ? _options.SemanticDecoding : SemanticDecoding.Independent,
                TextInsertion = _options.IsTrained ? _options.TextInsertion : TextInsertion.None,
                TextConditioning = TextConditioning.Image,
                TextLayerScale = StartingTextScale,
                ClassHead = _options.ClassHead,
            };
        }

        _options.ValidateNetwork(config);
        return config;
    }

    private void RequireAgreement<T>(string option, T? requested, T? ofCheckpoint) where T : struct
    {
        if (requested is not null && !requested.Equals(ofCheckpoint))
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(SegSamOptions)}.{option} is '{requested}'; ")
                + FormattableString.Invariant($"it must be null or '{ofCheckpoint}', which {_options.Checkpoint} holds."), option);
        }
    }

    private static InvalidDataException Untrained() => new("The file holds an image encoder alone; without training, the decoders would be "
        + $"random. Use it as {nameof(SegSamOptions)}.{nameof(SegSamOptions.Checkpoint)} with {nameof(SegSamOptions.Epochs)} of at least "
        + "1, or use the weights of a Segment Anything Model.");

    private InvalidDataException WithFileName(InvalidDataException failure) => new($"{_file!.Name}: {failure.Message}", failure);
}
