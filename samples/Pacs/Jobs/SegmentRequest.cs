using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.ML.SegSam.Volumes;

namespace Pacs.Jobs;

/// <summary>What to segment.</summary>
/// <param name="Series">Its SeriesInstanceUID.</param>
/// <param name="Prompts">One for each object.</param>
/// <param name="Window">Which values the model sees, as <see cref="IntensityWindow.Parse"/> reads them; null: the usual ones.</param>
/// <param name="Again">Whether to store a segmentation although the study has one of the same prompts by the same model.</param>
internal sealed partial record SegmentRequest(string Series, IReadOnlyList<BoxPrompt> Prompts, string? Window = null, bool Again = false)
{
    private const int MostPrompts = 100;

    /// <summary>The window; null: the usual one.</summary>
    public IntensityWindow? ParsedWindow => Window is null ? null : IntensityWindow.Parse(Window);

    /// <exception cref="PacsException">It contradicts itself, or something is missing.</exception>
    public void Check()
    {
        if (!Uid().IsMatch(Series))
            throw new PacsException("The series must be a SeriesInstanceUID: digits and dots, at most 64.");
        if (Prompts.Count is 0 or > MostPrompts || Prompts.Contains(null!))
        {
            throw new PacsException(FormattableString.Invariant($"There are {Prompts.Count} prompts, or one is null; ")
                + FormattableString.Invariant($"expected 1 to {MostPrompts}."));
        }

        foreach (var (i, prompt) in Prompts.Index())
        {
            var name = FormattableString.Invariant($"Prompt {i + 1}");
            if (prompt.Slice is null == prompt.Instance is null)
                throw new PacsException($"{name} must say which image its box is on: by slice or by instance.");
            if (prompt.Slice < 0)
                throw new PacsException(FormattableString.Invariant($"{name}: the slice is {prompt.Slice}; slices count from 0."));
            if (prompt.Instance is not null && !Uid().IsMatch(prompt.Instance))
                throw new PacsException($"{name}: the instance must be the SOPInstanceUID of an image: digits and dots, at most 64.");
            if (prompt.Box is not [var x0, var y0, var x1, var y1] || !prompt.Box.All(float.IsFinite) || x1 <= x0 || y1 <= y0)
            {
                throw new PacsException($"{name}: the box is {prompt.BoxText}; expected "
                    + "x0, y0, x1, y1 in pixels of the image, x1 greater than x0 and y1 greater than y0.");
            }
        }

        try
        {
            _ = ParsedWindow;
        }
        catch (FormatException failure)
        {
            throw new PacsException($"The window: {failure.Message}", failure);
        }
    }

    [GeneratedRegex(@"^[0-9.]{1,64}\z")]
    private static partial Regex Uid();
}

/// <summary>Where an object is: a box on an image of the series.</summary>
/// <param name="Box">x0, y0, x1, y1 in pixels of the image as it is stored; right and lower edges lie just outside the object.</param>
/// <param name="Slice">Which image, counting from 0 in the order of their places; or</param>
/// <param name="Instance">its SOPInstanceUID.</param>
internal sealed record BoxPrompt(IReadOnlyList<float> Box, int? Slice = null, string? Instance = null)
{
    /// <summary>The box, for messages.</summary>
    [JsonIgnore]
    public string BoxText => $"[{string.Join(", ", Box.Select(edge => edge.ToString(CultureInfo.InvariantCulture)))}]";
}
