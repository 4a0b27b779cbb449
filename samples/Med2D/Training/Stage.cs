using System.Globalization;

namespace Med2D.Training;

/// <summary>A part of a training, at one size of the network's input; passes over small images are cheap.</summary>
/// <param name="Input">Side of the input; null: the checkpoint's, or the library's.</param>
/// <param name="Epochs">Passes over the images.</param>
internal sealed record Stage(int? Input, int Epochs)
{
    /// <summary>Reads stages such as "128x30,256x12": 30 passes at 128 pixels, then 12 at 256.</summary>
    /// <returns>Null for null and for anything else.</returns>
    public static IReadOnlyList<Stage>? Parse(string? text)
    {
        if (text is null)
            return null;
        var stages = new List<Stage>();
        foreach (var part in text.Split(','))
        {
            if (part.Split('x') is not [var input, var epochs] || !Read(input, out var side) || !Read(epochs, out var passes))
                return null;
            stages.Add(new(side, passes));
        }

        return stages;

        static bool Read(string number, out int value) =>
            int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0;
    }
}
