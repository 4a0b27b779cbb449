using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.SegSam.Prediction;

namespace SegSam.Cli.Commands;

/// <summary>Numbers separated by commas, with an optional object number in front: 10,20,60,80 or 2:30,40.</summary>
internal sealed record NumberedValues(int? Number, float[] Values, string Text)
{
    /// <summary>An option that may be given several times.</summary>
    public static Option<NumberedValues[]> Option(string name, string form, string description) => new(name)
    {
        Description = description,
        HelpName = form,
        CustomParser = result => [.. result.Tokens.Select(token => Parse(name, form, token.Value, result))],
    };

    private static NumberedValues Parse(string option, string form, string text, ArgumentResult result)
    {
        var (number, rest) = text.Split(':') is [var first, var after] ? (first, after) : (null, text);
        var parts = rest.Split(',');
        var values = new float[parts.Length];
        var isRight = parts.Length == form.Split(',').Length;
        for (var i = 0; i < parts.Length; i++)
        {
            isRight &= float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])
                && float.IsFinite(values[i]);
        }

        var index = 0;
        isRight &= number is null || (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index >= 1);
        if (!isRight)
        {
            var example = form.Contains("x1", StringComparison.Ordinal) ? "10,20,60,80" : "30,40";
            result.AddError($"{option} is '{text}'; expected {form} in pixels, such as {example}, or N:{form} for object number N.");
        }

        return new(number is null ? null : index, values, $"{option[2..]} {rest}");
    }
}

/// <summary>The prompts of a command line, combined by object.</summary>
internal sealed class PromptArguments
{
    public Option<NumberedValues[]> Box { get; } = NumberedValues.Option("--box", "x0,y0,x1,y1",
        "A box around an object, in pixels: left, top, right, bottom. Each further --box marks another object.");

    public Option<NumberedValues[]> Point { get; } = NumberedValues.Option("--point", "x,y",
        "A point on the object. With several objects, say which one: 2:30,40 is a point on object 2 (boxes count from 1).");

    public Option<NumberedValues[]> NoPoint { get; } = NumberedValues.Option("--no-point", "x,y", "A point outside the object.");

    /// <summary>One prompt for each object in the order of their numbers, with its text; empty without any option.</summary>
    /// <exception cref="UsageException">It is not clear which object a point belongs to.</exception>
    public IReadOnlyList<(string Text, SegSamPrompt Prompt)> Collect(CommandContext context)
    {
        var objects = new SortedDictionary<int, (string Text, SegSamPrompt Prompt)>();
        var next = 1;
        foreach (var box in context.Get(Box) ?? [])
        {
            var number = box.Number ?? next;
            if (!objects.TryAdd(number, (box.Text, SegSamPrompt.Box(box.Values[0], box.Values[1], box.Values[2], box.Values[3]))))
                throw new UsageException(FormattableString.Invariant($"Object {number} has two boxes; an object takes one."));
            next = number + 1;
        }

        var only = objects.Count switch { 0 => 1, 1 => objects.Keys.Single(), _ => (int?)null };
        var (inside, outside) = (context.Get(Point) ?? [], context.Get(NoPoint) ?? []);
        foreach (var (point, isInside) in inside.Select(point => (point, true)).Concat(outside.Select(point => (point, false))))
        {
            var number = point.Number ?? only ?? throw new UsageException($"There are {objects.Count} objects, so a point must say "
                + $"which one it belongs to: --{point.Text.Replace(" ", " 2:", StringComparison.Ordinal)} for the second.");
            objects[number] = objects.TryGetValue(number, out var known)
                ? ($"{known.Text} {point.Text}", known.Prompt.AndPoint(point.Values[0], point.Values[1], isInside))
                : (point.Text, SegSamPrompt.Point(point.Values[0], point.Values[1], isInside));
        }

        return [.. objects.Values];
    }

    /// <summary>The error of a command without a prompt.</summary>
    public static UsageException NoPrompt() => new("Say where the object is: --box x0,y0,x1,y1 around it, or --point x,y on it. "
        + "A table (.csv) gives each of many images its own prompts. (To find everything, use 'segsam auto'.)");
}
