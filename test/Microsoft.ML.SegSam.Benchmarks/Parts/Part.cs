using Microsoft.ML.SegSam.Benchmarks.Performance;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Network.Encoder;

namespace Microsoft.ML.SegSam.Benchmarks.Parts;

/// <summary>A part of the run, measured in a fresh process.</summary>
/// <param name="Variables">Of that process's environment.</param>
/// <param name="Prefix">Of its keys.</param>
internal sealed record Part(
    string Name, string What, Action<Recorder> Measure, IReadOnlyDictionary<string, string> Variables, string Prefix = "")
{
    private Part(string name, string what, Action<Recorder> measure) : this(name, what, measure, new Dictionary<string, string>())
    {
    }

    /// <summary>What a buyer asks for first: times here and elsewhere.</summary>
    private static readonly Part[] s_peers =
    [
        Encoder("vit-t-1024", "vit_t at 1024", SegSamEncoder.VitT, 1024, 9),
        Encoder("vit-t-256", "vit_t at 256", SegSamEncoder.VitT, 256, 21),
        Encoder("vit-b-1024", "ViT-B at 1024", SegSamEncoder.VitB, 1024, 3),
        Encoder("vit-b-256", "ViT-B at 256", SegSamEncoder.VitB, 256, 11),
        Encoder("med2d-256", "ViT-B at 256 with SAM-Med2D's adapters", SegSamEncoder.VitB, 256, 7, SegSamAdapter.SamMed2D),
        new("prompts-1024", "Prompts at 1024", recorder => PromptPart.Measure(recorder, recorder.IsQuick ? 512 : 1024, 7)),
        new("prompts-256", "Prompts at 256", recorder => PromptPart.Measure(recorder, 256, 21)),
    ];

    /// <summary>In the order of measurement; the machine's rates come first and last.</summary>
    public static IReadOnlyList<Part> All { get; } =
    [
        new("rates-before", "The machine before the run", recorder => RatePart.Measure(recorder, "before")),
        .. s_peers,
        .. Instructions.HaveAmx ? s_peers.Select(WithoutAmx) : [],
        new("agreement", "Masks in bfloat16 against float32 on real images", AgreementPart.Measure),
        new("memory", "Memory of one encoding, and after many prompts", MemoryPart.Measure),
        new("pipeline", "Pipeline", PipelinePart.Measure),
        new("training", "Training step: ViT-B at 256 with SAM-Med2D's adapters, 2 images", TrainingPart.Measure),
        new("frozen", "Training with a frozen encoder", FrozenPart.Measure),
        new("start", "From process start to prediction", StartPart.Measure),
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

    private static Part Encoder(
        string name, string words, SegSamEncoder encoder, int size, int repetitions, SegSamAdapter adapter = SegSamAdapter.None) =>
        new($"encoder-{name}", $"Encoder: {words}", recorder => EncoderPart.Measure(recorder, name, $"encoding an image, {words}",
            Networks.Config(encoder, recorder.IsQuick ? Math.Min(size, 512) : size, adapter), repetitions));

    private static Part WithoutAmx(Part part) => part with
    {
        Name = Instructions.WithoutAmx + part.Name,
        What = part.What + ", without AMX",
        Variables = Instructions.NoAmx,
        Prefix = Instructions.WithoutAmx,
    };
}
