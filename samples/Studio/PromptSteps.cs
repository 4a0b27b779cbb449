using System.Globalization;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Prediction;

namespace Studio;

/// <summary>What the user did for one object, in order.</summary>
/// <param name="Steps">At least one.</param>
internal sealed record PredictRequest(IReadOnlyList<PromptStep>? Steps);

/// <summary>One click or one box.</summary>
/// <param name="Click">x, y in pixels of the image; null for a box.</param>
/// <param name="On">Whether a click is on the object, or on what it is not.</param>
/// <param name="Box">x0, y0, x1, y1; null for a click.</param>
internal sealed record PromptStep(float[]? Click = null, bool On = true, float[]? Box = null);

/// <summary>Answers a row of steps as SAM was taught to be asked: all clicks so far, with the mask before the latest.</summary>
internal static class PromptSteps
{
    private const int Most = 64;

    /// <summary>The answer after the last step. It depends on image and steps alone, not on what was asked before.</summary>
    /// <exception cref="ProblemException">The steps make no sense for the image.</exception>
    public static SegSamPrediction Answer(SegSamPredictor predictor, ImageLease lease, IReadOnlyList<PromptStep>? steps, CancellationToken cancel)
    {
        if (steps is not { Count: >= 1 and <= Most })
            throw new ProblemException(StatusCodes.Status400BadRequest, $"There are {steps?.Count ?? 0} steps; expected 1 to {Most} clicks and boxes.");
        if (steps.Contains(null!))
            throw new ProblemException(StatusCodes.Status400BadRequest, "A step is null; expected click [x, y] or box [x0, y0, x1, y1].");
        var keys = steps.Select((_, i) => string.Join(' ', steps.Take(i + 1).Select(KeyOf))).ToList();
        var known = steps.Count - 1; // the steps whose mask is at hand
        ReadOnlyMemory<float> mask = default;
        while (known > 0 && !lease.Masks.TryGet(keys[known - 1], out mask))
            known--;
        SegSamPrediction answer;
        do
        {
            cancel.ThrowIfCancellationRequested();
            var prompt = Prompt(steps.Take(known + 1));
            answer = Ask(predictor, lease.Image, known == 0 ? prompt : prompt.AndMask(mask));
            lease.Masks.Add(keys[known], mask = answer.LowResLogits);
        }
        while (++known < steps.Count);
        return answer;
    }

    private static SegSamPrediction Ask(SegSamPredictor predictor, EncodedImage image, SegSamPrompt prompt)
    {
        try
        {
            return predictor.Predict(image, prompt);
        }
        catch (ArgumentException wrong)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, wrong.Message, wrong);
        }
    }

    private static SegSamPrompt Prompt(IEnumerable<PromptStep> steps)
    {
        SegSamPrompt? prompt = null;
        foreach (var step in steps)
        {
            prompt = step switch
            {
                { Click: [var x, var y], Box: null } => prompt?.AndPoint(x, y, step.On) ?? SegSamPrompt.Point(x, y, step.On),
                { Click: null, Box: [var x0, var y0, var x1, var y1] } => prompt?.AndBox(x0, y0, x1, y1) ?? SegSamPrompt.Box(x0, y0, x1, y1),
                _ => throw new ProblemException(StatusCodes.Status400BadRequest, $"A step has {step.Click?.Length ?? 0} numbers of a click " +
                    $"and {step.Box?.Length ?? 0} of a box; expected either click [x, y] or box [x0, y0, x1, y1]."),
            };
        }

        return prompt!;
    }

    private static string KeyOf(PromptStep step)
    {
        var numbers = (step.Box ?? step.Click ?? []).Select(each => each.ToString("R", CultureInfo.InvariantCulture));
        return $"{(step.Box is not null ? 'b' : step.On ? '+' : '-')}{string.Join(',', numbers)}";
    }
}
