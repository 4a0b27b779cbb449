using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Metrics;

namespace Microsoft.ML.SegSam;

/// <summary>Asks a model about one object by each kind of prompt.</summary>
/// <remarks>
/// Prompts go straight to the network, so a model needs no column for them. Each is asked by itself: in a batch the last bits of
/// an answer depend on its neighbors, and with them a pixel at the edge, the next click and all after it.
/// </remarks>
internal sealed class ProtocolQuestions(SegSamModel model, EvaluationPrompts prompts)
{
    private readonly EmbeddingCache _cache = new(capacity: 1); // all prompts of an image come together

    /// <returns>The answers to each of the kinds, in their order.</returns>
    public IReadOnlyDictionary<PromptKind, SegSamAnswer> Ask(NetworkImage image, EvaluationPrompt prompt, bool[] truth)
    {
        var question = new SegSamQuestion(image, new());
        var answers = new Dictionary<PromptKind, SegSamAnswer>
        {
            [PromptKind.Box] = Answer(question, new(Box: [.. prompt.Box.Select(at => (float)at)])),
        };
        var clicks = new List<EvaluationClick>();
        EvaluationClick? next = new(prompt.Point[0], prompt.Point[1], OnObject: true);
        SegSamAnswer? answer = null;
        for (var number = 1; number <= (int)PromptKind.FivePoints; number++)
        {
            if (answer is not null)
                next = prompts.NextClick(prompt, number, truth, Mask(answer));
            if (next is not null) // an answer without error stays
            {
                clicks.Add(next);
                answer = Answer(question, new(Points: [.. clicks.SelectMany(click => (float[])[click.X, click.Y])],
                    PointLabels: [.. clicks.Select(click => click.OnObject ? 1f : 0f)], MaskLogits: answer?.BinaryLogits));
            }

            if (Enum.IsDefined((PromptKind)number))
                answers[(PromptKind)number] = answer!;
        }

        return answers;
    }

    /// <summary>The binary mask at the original size.</summary>
    public bool[] Mask(SegSamAnswer answer) => MaskGeometry.ToOriginalMask(answer.BinaryLogits, model.Network.Config.MaskSide, answer.Geometry);

    /// <summary>The semantic mask's logits at the original size.</summary>
    public float[] SemanticLogits(SegSamAnswer answer) => MaskGeometry.ToOriginalLogits(answer.SemanticLogits, model.Network.Config.MaskSide, answer.Geometry);

    private SegSamAnswer Answer(SegSamQuestion question, Prompt prompt) =>
        model.Answer([question with { Prompt = prompt.ToNetwork(question.Image.Geometry) }], _cache)[0];
}
