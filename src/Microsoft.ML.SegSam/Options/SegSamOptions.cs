using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Losses;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Options;

/// <summary>Every setting of <see cref="SegSamEstimator"/>. Columns not named are not used; which prompt columns are named decides the prompts.</summary>
public sealed partial record SegSamOptions
{
    // ---- input columns ----

    /// <summary>The image: MLImage of any size, or Vector&lt;Byte&gt; holding an encoded file (PNG, JPEG, BMP). Default "Image".</summary>
    public string ImageColumnName { get; init; } = "Image";

    /// <summary>Box prompt: Vector&lt;Single, 4&gt; x0 y0 x1 y1 in pixels of the original image. Default null.</summary>
    public string? BoxColumnName { get; init; }

    /// <summary>
    /// Scores of the boxes, where <see cref="BoxColumnName"/> holds all boxes of a detector, as ML.NET's object detection gives them:
    /// Vector&lt;Single&gt;, one for each box, which is four numbers there. The box of the highest score is the prompt, of equal ones the first; a row without boxes has none.
    /// Default null: a row has one box.
    /// </summary>
    public string? BoxScoresColumnName { get; init; }

    /// <summary>Click prompt: Vector&lt;Single&gt; x y x y … in pixels of the original image; may be empty. Needs <see cref="PointLabelsColumnName"/>.</summary>
    public string? PointsColumnName { get; init; }

    /// <summary>One Single for each click: 1 = on the object, 0 = on the background.</summary>
    public string? PointLabelsColumnName { get; init; }

    /// <summary>Mask prompt for refinement: Vector&lt;Single&gt;, the LowResLogits of an earlier answer; may be empty.</summary>
    public string? MaskPromptColumnName { get; init; }

    /// <summary>Training target: MLImage (or encoded file as Vector&lt;Byte&gt;) of the image's size; of two levels the higher is the object. Default "Mask".</summary>
    public string MaskColumnName { get; init; } = "Mask";

    /// <summary>Text: name of the prompted object's category (training). Default "Category".</summary>
    public string CategoryColumnName { get; init; } = "Category";

    /// <summary>Text describing what the category looks like, or Vector&lt;Single&gt;, its ready-made text embedding (training). Default null: see <see cref="Catalogue"/>.</summary>
    public string? DescriptionColumnName { get; init; }

    /// <summary>
    /// Makes the vectors of the category texts during Fit: any text embedder of Microsoft.Extensions.AI, for example
    /// <see cref="OnnxTextEmbedder"/> or a service's. Each category is asked about once, with its name and descriptions; the
    /// vectors, of any common length, become part of the model, so predicting needs no embedder. It is not disposed of, and not asked where
    /// <see cref="DescriptionColumnName"/> holds ready-made vectors. Default null: <see cref="HashedTextEmbedder"/>.
    /// </summary>
    [JsonIgnore]
    public IEmbeddingGenerator<string, Embedding<float>>? TextEmbedder { get; init; }

    /// <summary>Vector&lt;Text&gt;: names of all categories annotated in the image (training). Default null: the categories of the rows of the same image.</summary>
    public string? PresentCategoriesColumnName { get; init; }

    /// <summary>Text that is equal for rows of one image (training). Default null: rows whose pixels are equal belong together.</summary>
    public string? ImageIdColumnName { get; init; }

    /// <summary>Text naming the data set a row comes from (training): rows of one data set share a label set, and a category that a set never annotates is not taught as absent there. Default null: one set.</summary>
    public string? DatasetColumnName { get; init; }

    /// <summary>
    /// Describes by name the categories that no row describes (training). A category that it does not hold is known by its name alone; null:
    /// all of those are. <see cref="CategoryWriter"/> has a language model describe what it lacks. Where rows bring ready-made vectors it is not asked. It is not stored with the model, which keeps the text vectors. Default <see cref="CategoryCatalogue.Default"/>.
    /// </summary>
    [JsonIgnore]
    public CategoryCatalogue? Catalogue { get; init; } = CategoryCatalogue.Default;

    // ---- network ----

    /// <summary>
    /// File with pretrained weights to start from: SAM, MedSAM, SAM-Med2D, SAM-HQ or MobileSAM as published (.pth), SAM in Hugging
    /// Face's form or this library's (.safetensors). It is read as data; nothing in it is run. Default null: random weights.
    /// With <see cref="Epochs"/> = 0 the checkpoint is used as it is.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>Who published the checkpoint. Default null: told by its content, and MedSAM by its file name or by training's wrapping.</summary>
    public CheckpointFamily? CheckpointFamily { get; init; }

    /// <summary>Kind and size of the image encoder. Default null: the checkpoint's, and <see cref="SegSamEncoder.Tiny"/> without one.</summary>
    public SegSamEncoder? Encoder { get; init; }

    /// <summary>
    /// Side of the square that images are brought to, a multiple of 16. Default null: the checkpoint's; without one 128 for Tiny and 256
    /// for the others. Position weights of a checkpoint are resized to it.
    /// </summary>
    public int? InputSize { get; init; }

    /// <summary>How images are brought to the input size. Default null: as the checkpoint's family does, <see cref="ResizeRule.PadOrStretch"/> without a checkpoint.</summary>
    public ResizeRule? Resize { get; init; }

    /// <summary>How pixels are computed at the new size. Default null: as the checkpoint's family does, <see cref="Imaging.Resampling.Bilinear"/> without a checkpoint.</summary>
    public Resampling? Resampling { get; init; }

    /// <summary>How pixel values become the network's numbers. Default null: as the checkpoint's family does, <see cref="Imaging.PixelScaling.MeanStd"/> without a checkpoint.</summary>
    public PixelScaling? PixelScaling { get; init; }

    /// <summary>In which order the network gets the colours. Default null: as the checkpoint's family does, <see cref="Imaging.ChannelOrder.Rgb"/> without a checkpoint.</summary>
    public ChannelOrder? ChannelOrder { get; init; }

    /// <summary>Adapters in the encoder's blocks; those that the checkpoint lacks start from random numbers. Default null: the checkpoint's, and none without one.</summary>
    public SegSamAdapter? Adapter { get; init; }

    /// <summary>Which weights of the encoder are trained. Default all of them.</summary>
    public EncoderTraining EncoderTraining { get; init; } = EncoderTraining.Full;

    /// <summary>Where the semantic tokens do their work. Default a decoder of their own, which leaves SAM's masks better: by 0.07 of Dice for boxes in docs/ablation.md.</summary>
    public SemanticDecoding SemanticDecoding { get; init; } = SemanticDecoding.Independent;

    /// <summary>Tokens t_co for the categories of unprompted objects, 1 to 256: each names one. Default null: as many as the training image with the most other categories needs, at least 16.</summary>
    public int? PresenceTokens { get; init; }

    /// <summary>Which decoders read the text summary token. Default both.</summary>
    public TextInsertion TextInsertion { get; init; } = TextInsertion.Both;

    /// <summary>What the text summary token depends on. Default the image.</summary>
    public TextConditioning TextConditioning { get; init; } = TextConditioning.Image;

    /// <summary>
    /// Learned factor of each number of t_text, at its start: a text summary that begins as loud as a click or a box drowns them in short
    /// training. Above 0, or null for none (the factor stays 1). Default 0.1 (our choice): so started, t_text adds 0.02 to both masks' Dice of
    /// common categories and 0.07 to those of rare ones in docs/ablation.md; started at 1 it took 0.1 from the semantic masks in a first trial.
    /// </summary>
    public double? TextLayerScale { get; init; } = 0.1;

    /// <summary>
    /// How tokens become class scores. Default by similarity with the categories' texts: of objects whose category at most five training
    /// images show, it names two of three where a perceptron names one of eight (docs/ablation.md), with names as texts as well as with descriptions.
    /// </summary>
    public ClassHead ClassHead { get; init; } = ClassHead.TextSimilarity;

    // ---- losses (method, 5) ----

    /// <summary>λ_cls, weight of the prompted object's category. At least 0, default 0.1.</summary>
    public double ClassWeight { get; init; } = 0.1;

    /// <summary>λ_co, weight of the unprompted objects' categories. At least 0, default 0.1.</summary>
    public double PresenceWeight { get; init; } = 0.1;

    /// <summary>λ_align, weight of the agreement of the two masks. At least 0, default 0.5: it raises the agreement of the masks by 0.04 to 0.12 of Dice and takes 0.02 from the semantic Dice (docs/ablation.md).</summary>
    public double AlignmentWeight { get; init; } = 0.5;

    /// <summary>Overlap measure of the alignment. Default squared.</summary>
    public AlignmentForm AlignmentForm { get; init; } = AlignmentForm.Squared;

    /// <summary>Which mask the alignment treats as fixed. Default neither.</summary>
    public AlignmentStop AlignmentStop { get; init; } = AlignmentStop.None;

    /// <summary>How the unprompted categories are learnt. Default set prediction.</summary>
    public PresenceObjective PresenceObjective { get; init; } = PresenceObjective.SetPrediction;

    /// <summary>Which of SAM's masks a step learns from. Default null: the single mask for MedSAM's checkpoints, else the hypothesis of the lowest loss.</summary>
    public MaskSelection? MaskSelection { get; init; }

    // ---- training ----

    /// <summary>
    /// Passes over the training images. Default 20. 0 uses the <see cref="Checkpoint"/> without training: its masks are those of the
    /// published model (no text token joins the prompts); semantic masks and class scores mean nothing yet, and neither mask nor category column is needed.
    /// </summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Which measure of the validation rows decides the best epoch, whose weights are kept; of equal ones the earlier. Default the mean Dice of both masks.</summary>
    public ValidationMetric BestMetric { get; init; } = ValidationMetric.MeanDice;

    /// <summary>Ends training after so many epochs without a better <see cref="BestMetric"/> on the validation rows, which Fit must then be given. At least 1; default null: all epochs are run.</summary>
    public int? Patience { get; init; }

    /// <summary>Images in a training step, shared out to the CPU's cores. At least 1, default 4 (our choice: SAM-Med2D's 2 learn no better from the same images, and slower).</summary>
    public int ImagesPerStep { get; init; } = 4;

    /// <summary>
    /// How many times <see cref="ImagesPerStep"/> images make one update of the weights: their gradients are added, one group's activations in
    /// memory at a time, as if all were one step. At least 1, default 1.
    /// </summary>
    public int AccumulateSteps { get; init; } = 1;

    /// <summary>Prompted objects drawn for each image in a training step; all of them where there are fewer. At least 1, default 5 (SAM-Med2D).</summary>
    public int PromptsPerImage { get; init; } = 5;

    /// <summary>
    /// How much rare categories are preferred in training: an object weighs 1 / (rows of its category) to this power, an image as much as its
    /// rarest object, and images stand in an epoch as often as they weigh, which keeps its length. 0 takes every image once; at 1 images with
    /// one object each show all categories equally often. 0 to 1, default 0; 0.5 is a usual start (our choice).
    /// </summary>
    public double RareCategorySampling { get; init; }

    /// <summary>Highest learning rate of AdamW, reached after warm-up; it then falls as <see cref="LearningRateDecay"/> says. Above 0. Default null: 1e-3, which suits Tiny from scratch, and 1e-4 (SAM-Med2D) with a checkpoint.</summary>
    public double? LearningRate { get; init; }

    /// <summary>How the learning rate falls. Default a cosine.</summary>
    public LearningRateDecay LearningRateDecay { get; init; } = LearningRateDecay.Cosine;

    /// <summary>AdamW's decoupled weight decay. At least 0, default 0.01.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest norm of the gradient of all weights together. Above 0, default 1.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>
    /// Number format of the image encoder's products, in training and in prediction; the decoders, which it would slow down, compute in float32.
    /// Weights, and so the saved model, stay float32, and predicted masks change little: docs/performance.md has the IoU between the two formats.
    /// Default Automatic, which the machine at hand decides; the log tells what it chose. Fit refuses BFloat16 on a CPU without instructions for it
    /// (AVX-512 BF16 or AMX); a model made with it predicts in float32 there.
    /// </summary>
    public SegSamPrecision Precision { get; init; } = SegSamPrecision.Automatic;

    /// <summary>
    /// Keeps of each block of the encoder its input alone and computes the rest again in the backward pass: less memory for more time, with the
    /// same gradients. A process training ViT-B with Bottleneck adapters at 256, 2 images a step, peaks at 1.39 GB instead of 1.73. For the ViTs,
    /// where the encoder is trained. Default false.
    /// </summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Largest shift of a training box, as a fraction of its smaller side (and at most 5 pixels of 256): how careless the boxes at prediction may be. 0 to 0.5 (SAM-Med2D), default 0.1 (our choice: tight boxes then help small objects).</summary>
    public double BoxJitter { get; init; } = 0.1;

    /// <summary>Random changes of the training images, their masks and boxes with them; not with a frozen encoder. Default null: none, as in SAM-Med2D. <c>new()</c> makes small changes that keep left left.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>Correction rounds after the first prompt of each step: clicks into the error together with the previous mask, image embedding detached (method, 6.2). At least 0; default null: 2 where clicks or mask prompts are named, else 0.</summary>
    public int? InteractiveRounds { get; init; }

    /// <summary>
    /// File that keeps the state of the run: weights, optimiser, best weights, position. It is written after every epoch, after every
    /// <see cref="SaveEverySteps"/> steps and on cancellation. Where it exists, Fit goes on from there, on a CPU with exactly the result of a run that was
    /// never interrupted; delete it to start afresh. Holds about four times the weights. Default null: nothing is kept.
    /// </summary>
    public string? StateFile { get; init; }

    /// <summary>
    /// Folder where the image embeddings of a frozen encoder are kept for later runs; it is made if need be, may be shared by runs at the
    /// same time, and may be deleted between them. An embedding is found again for the same pixels as the network gets them, encoder weights,
    /// preprocessing, kind of device and number of threads, so that results are the same bit for bit. Each takes 4 bytes x width x (InputSize / 16)²: 256 KiB for ViT-B
    /// at 256, 4 MiB at 1024. Measured: with ViT-B at 256 and 16 images the first epoch of a second Fit takes 5.6 s of processor time in place
    /// of 25.2 s. Default null: embeddings last as long as the run.
    /// </summary>
    public string? EmbeddingFolder { get; init; }

    /// <summary>Training steps within an epoch after which the state is saved. At least 1, default 500 (our choice).</summary>
    public int SaveEverySteps { get; init; } = 500;

    // ---- scoring ----

    /// <summary>Rows scored together; 1 scores row by row. At least 1, default 8.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Adds the column LowResLogits, to be fed back through <see cref="MaskPromptColumnName"/>. Default false.</summary>
    public bool OutputLowResLogits { get; init; }

    /// <summary>Precedes the names of all output columns, so that several SEG-SAMs fit into one pipeline: with "Liver" they are LiverBinaryMask and so on. Default empty.</summary>
    public string OutputColumnPrefix { get; init; } = "";

    // ---- the run ----

    /// <summary>Receives one report for each epoch. Default null.</summary>
    [JsonIgnore]
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Stops training after the current step; the model keeps the best weights so far. Default none.</summary>
    [JsonIgnore]
    public CancellationToken CancellationToken { get; init; }

    internal const int MostPresenceTokens = 256;

    internal double HighestRate => LearningRate ?? (Checkpoint is null ? 1e-3 : 1e-4);

    /// <summary>Whether the encoder's products are in bfloat16, once <see cref="Precision"/> is decided for the machine at hand.</summary>
    internal bool IsLowered => Precision == SegSamPrecision.BFloat16;

    internal string PrecisionName => IsLowered ? "bfloat16" : "float32";

    internal bool IsTrained => Epochs > 0;

    internal int Rounds => InteractiveRounds ?? (PointsColumnName is null && MaskPromptColumnName is null ? 0 : 2);

    /// <summary>Whether any prompt column is named.</summary>
    internal bool HasPrompt => BoxColumnName is not null || PointsColumnName is not null || MaskPromptColumnName is not null;

    /// <summary>The family's preprocessing, with what was chosen here in its place.</summary>
    internal Preprocessing Over(Preprocessing family) =>
        new(Resize ?? family.Resize, Resampling ?? family.Resampling, PixelScaling ?? family.Scaling, ChannelOrder ?? family.Order);
}
