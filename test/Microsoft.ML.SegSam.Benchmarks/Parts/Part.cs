using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>A part of the run, measured in a fresh process.</summary>
internal sealed record Part(string Name, string What, Action<Recorder> Measure)
{
    /// <summary>In the order of measurement; the machine's rates come first and last.</summary>
    public static IReadOnlyList<Part> All { get; } =
    [
        new("rates-before", "The machine before the run", recorder => RatePart.Measure(recorder, "before")),
        new("encoder-vit-b-1024", "Encoder: ViT-B at 1024",
            recorder => EncoderPart.Measure(recorder, "vit-b-1024",
                Networks.Config(SegSamEncoder.VitB, recorder.IsQuick ? 512 : 1024), 3)),
        new("encoder-vit-b-256", "Encoder: ViT-B at 256",
            recorder => EncoderPart.Measure(recorder, "vit-b-256", Networks.Config(SegSamEncoder.VitB, 256), 11)),
        new("encoder-med2d-256", "Encoder: ViT-B at 256 with SAM-Med2D's adapters",
            recorder => EncoderPart.Measure(recorder, "med2d-256",
                Networks.Config(SegSamEncoder.VitB, 256, SegSamAdapter.SamMed2D), 7)),
        new("encoder-vit-t-256", "Encoder: vit_t at 256",
            recorder => EncoderPart.Measure(recorder, "vit-t-256", Networks.Config(SegSamEncoder.VitT, 256), 15)),
        new("encoder-vit-t-1024", "Encoder: vit_t at 1024",
            recorder => EncoderPart.Measure(recorder, "vit-t-1024", Networks.Config(SegSamEncoder.VitT, 1024), 5)),
        new("agreement", "Masks in bfloat16 against float32 on real images", AgreementPart.Measure),
        new("memory", "Memory of one encoding", MemoryPart.Measure),
        new("prompts", "Prompts", PromptPart.Measure),
        new("pipeline", "Pipeline", PipelinePart.Measure),
        new("training", "Training step: ViT-B at 256 with SAM-Med2D's adapters, 2 images", TrainingPart.Measure),
        new("frozen", "Training with a frozen encoder", FrozenPart.Measure),
        new("lite", "Lite: from process start to prediction", LitePart.Measure),
        new("growth-size", "Growth with the image's side",
            recorder => GrowthPart.Measure(recorder, nameof(GrowthPart.Size), [128, 256, 512, 768, 1024], [128, 256])),
        new("growth-prompts", "Growth with prompts",
            recorder => GrowthPart.Measure(recorder, nameof(GrowthPart.Prompts), [1, 8, 64, 256, 512], [1, 8, 64])),
        new("growth-categories", "Growth with categories",
            recorder => GrowthPart.Measure(recorder, nameof(GrowthPart.Categories), [1, 10, 100, 1000], [1, 100, 1000])),
        new("growth-rows", "Growth with rows",
            recorder => GrowthPart.Measure(recorder, nameof(GrowthPart.Rows), [1, 10, 100, 1000, 10000], [1, 10, 100])),
        new("threads", "Threads", ThreadPart.Measure),
        new("rates-after", "The machine after the run", recorder => RatePart.Measure(recorder, "after")),
    ];
}
