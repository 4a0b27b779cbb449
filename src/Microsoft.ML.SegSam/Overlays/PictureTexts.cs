using System.Text;

namespace Microsoft.ML.SegSam.Overlays;

/// <summary>The texts of one picture, drawn so that different texts never look the same.</summary>
/// <remarks>
/// Words that no font can draw become numbers, such as #1, in the order of their first use. Texts that would look the same, because they
/// were shortened or use similar letters of another script, get a number at the end, such as (2).
/// </remarks>
/// <param name="unit">Pixels per font pixel.</param>
internal sealed class PictureTexts(int unit)
{
    private readonly Dictionary<(string Text, int Width), DrawnText> _drawn = [];
    private readonly Dictionary<string, string> _owners = []; // the text of each appearance
    private readonly Dictionary<string, string> _numbers = [];
    private readonly List<string> _key = [];

    /// <summary>What the numbers mean, such as "#1 is 肝臓"; empty if all names could be drawn.</summary>
    public string Key => string.Join(", ", _key);

    /// <summary>The text, shortened to at most a width in font pixels.</summary>
    public DrawnText Fit(string text, int width)
    {
        var letters = DrawnText.Split(text);
        text = string.Concat(letters).Normalize();
        if (_drawn.TryGetValue((text, width), out var known))
            return known;
        var whole = new DrawnText(Numbered(letters));
        var drawn = whole.Cut(width);
        for (var number = 2; !_owners.TryAdd(Appearance(drawn), text) && _owners[Appearance(drawn)] != text; number++)
        {
            var mark = new DrawnText(FormattableString.Invariant($"({number})"));
            drawn = whole.Cut(width - mark.Width - 1) + mark;
            if (!_owners.ContainsKey(Appearance(drawn)))
                _key.Add($"{drawn} is {text}");
        }

        _drawn.Add((text, width), drawn);
        return drawn;
    }

    // Words that no font can draw become numbers; adjacent ones share one number.
    private string Numbered(IReadOnlyList<string> letters)
    {
        var text = new StringBuilder();
        for (var at = 0; at < letters.Count;)
        {
            var (end, next) = (at, at);
            while (next < letters.Count
                && (!DrawnText.CanDraw(letters[next]) || end > at && string.IsNullOrWhiteSpace(letters[next])))
            {
                if (!DrawnText.CanDraw(letters[next]))
                    end = next + 1;
                next++;
            }

            text.Append(end == at ? letters[at] : Number(string.Concat(letters.Skip(at).Take(end - at)).Normalize()));
            at = Math.Max(end, at + 1);
        }

        return text.ToString();
    }

    private string Number(string words)
    {
        if (_numbers.TryGetValue(words, out var known))
            return known;
        var number = FormattableString.Invariant($"#{_numbers.Count + 1}");
        _key.Add($"{number} is {words}");
        return _numbers[words] = number;
    }

    private string Appearance(DrawnText text) => string.Join(' ', text.Pixels(unit));
}
