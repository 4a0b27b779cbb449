using System.Globalization;
using Microsoft.ML.SegSam;
using Microsoft.ML.SegSam.Prediction;
using SampleKit.Messages;

namespace Studio;

/// <summary>The user's steps for one object, in order.</summary>
/// <param name="Steps">At least one.</param>
internal sealed record PredictRequest(IReadOnlyList<PromptStep>? Steps);

/// <summary>One point or one box.</summary>
/// <param name="Point">x, y in pixels of the image; null for a box.</param>
/// <param name="On">Whether the point is on the object (true) or outside it.</param>
/// <param name="Box">x0, y0, x1, y1; null for a point.</param>
internal sealed record PromptStep(float[]? Point = null, bool On = true, float[]? Box = null);

/// <summary>Predicts from a sequence of steps the way SAM is trained: all points so far, with the mask of the previous step.</summary>
internal static class PromptSteps
{
    private const int Most = 64;

    /// <summary>The prediction after the last step. It depends only on the image and the steps, not on earlier requests.</summary>
    /// <exception cref="ProblemException">The steps are invalid for the image.</exception>
    public static SegSamPrediction Predict(
        SegSamPredictor predictor, ImageSession image, IReadOnlyList<PromptStep>? steps, CancellationToken cancel)
    {
        steps = Check(steps);
        var keys = steps.Select((_, i) => string.Join(' ', steps.Take(i + 1).Select(KeyOf))).ToList();
        var known = steps.Count - 1; // the number of steps whose mask is in the cache
        SegSamPrompt? mask = null; // of the step before
        while (known > 0 && !image.Masks.TryGet(keys[known - 1], out mask))
            known--;
        SegSamPrediction prediction;
        do
        {
            cancel.ThrowIfCancellationRequested();
            prediction = Predict(predictor, image.Image, Prompt(steps.Take(known + 1), mask));
            image.Masks.Add(keys[known], mask = SegSamPrompt.Mask(prediction));
        }
        while (++known < steps.Count);
        return prediction;
    }

    /// <summary>The prompt whose prediction is that of the last step.</summary>
    /// <param name="encode">Called if there is more than one step: the mask of those before the last belongs to the prompt.</param>
    /// <exception cref="ProblemException">The steps are invalid for the image.</exception>
    public static SegSamPrompt Prompt(
        SegSamPredictor predictor, Func<EncodedImage> encode, IReadOnlyList<PromptStep>? steps, CancellationToken cancel)
    {
        steps = Check(steps);
        if (steps.Count == 1)
            return Prompt(steps);
        using var image = new ImageSession(encode());
        return Prompt(steps, SegSamPrompt.Mask(Predict(predictor, image, [.. steps.SkipLast(1)], cancel)));
    }

    private static IReadOnlyList<PromptStep> Check(IReadOnlyList<PromptStep>? steps)
    {
        if (steps is not { Count: >= 1 and <= Most })
            throw Wrong($"There are {steps?.Count ?? 0} steps; expected 1 to {Most} points and boxes.");
        return !steps.Contains(null!) ? steps : throw Wrong("A step is null; expected point [x, y] or box [x0, y0, x1, y1].");
    }

    private static SegSamPrediction Predict(SegSamPredictor predictor, EncodedImage image, SegSamPrompt prompt)
    {
        try
        {
            return predictor.Predict(image, prompt);
        }
        catch (ArgumentException wrong)
        {
            throw Wrong(FailureText.Of(wrong), wrong);
        }
    }

    // With the mask of the step before, if there is one.
    private static SegSamPrompt Prompt(IEnumerable<PromptStep> steps, SegSamPrompt? prompt = null)
    {
        foreach (var step in steps)
        {
            prompt = step switch
            {
                { Point: [var x, var y], Box: null } => prompt?.AndPoint(x, y, step.On) ?? SegSamPrompt.Point(x, y, step.On),
                { Point: null, Box: [var x0, var y0, var x1, var y1] } =>
                    prompt?.AndBox(x0, y0, x1, y1) ?? SegSamPrompt.Box(x0, y0, x1, y1),
                _ => throw Wrong($"A step has {step.Point?.Length ?? 0} numbers for a point and {step.Box?.Length ?? 0} for a box; "
                    + "expected either point [x, y] or box [x0, y0, x1, y1]."),
            };
        }

        return prompt!;
    }

    private static string KeyOf(PromptStep step)
    {
        var numbers = (step.Box ?? step.Point ?? []).Select(number => number.ToString("R", CultureInfo.InvariantCulture));
        return $"{(step.Box is not null ? 'b' : step.On ? '+' : '-')}{string.Join(',', numbers)}";
    }

    private static ProblemException Wrong(string message, Exception? inner = null) =>
        new(StatusCodes.Status400BadRequest, message, inner);
}
