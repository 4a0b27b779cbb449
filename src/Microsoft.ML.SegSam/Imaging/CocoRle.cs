using System.Text;

namespace Microsoft.ML.SegSam.Imaging;

/// <summary>
/// COCO's run-length encoding: lengths of runs down the columns, beginning with background (0 if the first pixel is mask).
/// </summary>
internal static class CocoRle
{
    private const int Bits = 5, More = 1 << Bits, Sign = More >> 1, FirstCharacter = '0';

    /// <param name="pixels">height x width, row-major.</param>
    public static int[] Encode(ReadOnlySpan<bool> pixels, int height, int width)
    {
        var counts = new List<int>();
        var (run, inside) = (0, false);
        for (var x = 0; x < width; x++)
        {
            for (var i = x; i < height * width; i += width, run++)
            {
                if (pixels[i] == inside)
                    continue;
                counts.Add(run);
                (run, inside) = (0, !inside);
            }
        }

        counts.Add(run);
        return [.. counts];
    }

    /// <returns>height x width, row-major.</returns>
    public static bool[] Decode(ReadOnlySpan<int> counts, int height, int width)
    {
        var pixels = new bool[height * width];
        var (x, y) = (0, 0);
        for (var run = 0; run < counts.Length; run++)
        {
            for (var left = counts[run]; left > 0; left--)
            {
                pixels[y * width + x] = run % 2 == 1;
                if (++y == height)
                    (x, y) = (x + 1, 0);
            }
        }

        return pixels;
    }

    /// <summary>
    /// The compressed text: from the fourth count on, the difference to the count two before it; 5 bits per character, lowest first.
    /// </summary>
    public static string ToText(ReadOnlySpan<int> counts)
    {
        var text = new StringBuilder();
        for (var i = 0; i < counts.Length; i++)
        {
            var value = counts[i] - (i > 2 ? (long)counts[i - 2] : 0);
            for (var more = true; more;)
            {
                var bits = (int)(value & (More - 1));
                value >>= Bits;
                more = (bits & Sign) != 0 ? value != -1 : value != 0;
                text.Append((char)(FirstCharacter + (more ? bits | More : bits)));
            }
        }

        return text.ToString();
    }

    /// <exception cref="FormatException">The text is truncated, or holds an invalid character or a number out of range.</exception>
    public static int[] FromText(string text)
    {
        var counts = new List<int>();
        for (var at = 0; at < text.Length;)
        {
            var (value, shift, bits) = (0L, 0, More);
            while ((bits & More) != 0)
            {
                if (at == text.Length)
                    throw new FormatException($"The run-length text of {text.Length} characters ends within a number. Is it truncated?");
                bits = text[at++] - FirstCharacter;
                if (bits is < 0 or >= 2 * More || shift > 30)
                {
                    throw new FormatException($"The run-length text has '{text[at - 1]}' at position {at - 1}, which is not valid there; "
                        + "expected COCO's compressed counts, with characters '0' to 'o'.");
                }

                value |= (long)(bits & (More - 1)) << shift;
                shift += Bits;
            }

            if ((bits & Sign) != 0)
                value |= -1L << shift;
            value += counts.Count > 2 ? counts[^2] : 0;
            if (value is < 0 or > int.MaxValue)
            {
                throw new FormatException(FormattableString.Invariant(
                    $"Count {counts.Count} of the run-length text is {value}; expected 0 to {int.MaxValue}."));
            }

            counts.Add((int)value);
        }

        return [.. counts];
    }
}
