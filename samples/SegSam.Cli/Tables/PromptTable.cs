using System.Globalization;
using Microsoft.ML.SegSam.Prediction;
using SampleKit;

namespace SegSam.Cli.Tables;

/// <summary>Reads a table of prompts: a row for each object, with the column Box, or Points and PointLabels, or all three.</summary>
internal static class PromptTable
{
    /// <summary>The images in the order of their first rows, each with its prompts.</summary>
    /// <param name="needPrompts">Whether a row without a prompt cannot be used.</param>
    /// <param name="note">Receives a message about unknown columns.</param>
    /// <param name="leftOut">Receives rows that cannot be used.</param>
    /// <exception cref="InvalidDataException">A column is missing, or no row can be used.</exception>
    public static IReadOnlyList<(string Path, IReadOnlyList<(string Text, SegSamPrompt Prompt)> Prompts)> Read(
        string path, bool needPrompts, Action<string> note, LeftOut leftOut)
    {
        var table = TableFile.Read(path, [TableColumns.ImagePath], note, leftOut);
        if (needPrompts && !table.Columns.Contains(TableColumns.Box) && !table.Columns.Contains(TableColumns.Points))
        {
            throw new InvalidDataException($"{path} has no column Box and no columns Points and PointLabels; "
                + "one of them must say where the objects are.");
        }

        var (images, order) = (new Dictionary<string, List<(string, SegSamPrompt)>>(StringComparer.Ordinal), new List<string>());
        foreach (var line in table.Lines)
        {
            try
            {
                var image = line.File(TableColumns.ImagePath);
                var prompt = needPrompts ? Prompt(line) : default;
                if (images.TryAdd(image, []))
                    order.Add(image);
                if (needPrompts)
                    images[image].Add(prompt);
            }
            catch (BadRowException wrong)
            {
                leftOut.Add(wrong.Reason, wrong.Message);
            }
        }

        leftOut.ThrowIfNothingIsLeft(path, order.Count);
        return order.Count > 0 ? [.. order.Select(image => (image, (IReadOnlyList<(string, SegSamPrompt)>)images[image]))]
            : throw new InvalidDataException($"{path} has no rows; give it one for each object.");
    }

    private static (string Text, SegSamPrompt Prompt) Prompt(TableLine line)
    {
        var (box, points) = (line.Numbers(TableColumns.Box, length => length is 0 or 4, "4 numbers x0 y0 x1 y1, or nothing"),
            line.Numbers(TableColumns.Points, length => length % 2 == 0, "pairs of numbers x y x y ..."));
        var labels = line.Numbers(TableColumns.PointLabels, length => length == points.Length / 2,
            $"1 or 0 for each of {NumberText.Plural(points.Length / 2, "point")}");
        if (labels.Any(label => label is not (0 or 1)))
        {
            throw line.Bad("invalid PointLabels",
                $"{TableColumns.PointLabels} is '{line[TableColumns.PointLabels]}'; expected 1 (on the object) or 0 (outside it) for each "
                + "point");
        }

        if (box.Length + points.Length == 0)
            throw line.Bad("no prompt", "there is neither a Box nor a point to mark the object");
        var (texts, prompt) = (new List<string>(), (SegSamPrompt?)null);
        if (box.Length > 0)
        {
            prompt = SegSamPrompt.Box(box[0], box[1], box[2], box[3]);
            texts.Add(string.Create(CultureInfo.InvariantCulture, $"box {box[0]},{box[1]},{box[2]},{box[3]}"));
        }

        for (var i = 0; i < labels.Length; i++)
        {
            var (x, y, isOn) = (points[2 * i], points[2 * i + 1], labels[i] == 1);
            prompt = prompt?.AndPoint(x, y, isOn) ?? SegSamPrompt.Point(x, y, isOn);
            texts.Add(string.Create(CultureInfo.InvariantCulture, $"{(isOn ? "point" : "no-point")} {x},{y}"));
        }

        return (string.Join(' ', texts), prompt!);
    }
}
