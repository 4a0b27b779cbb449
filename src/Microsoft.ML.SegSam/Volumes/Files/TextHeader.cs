using System.Globalization;
using System.Text;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes.Files;

/// <summary>A header of lines at the beginning of a file, and numbers in it.</summary>
internal sealed class TextHeader
{
    private const int Longest = 1 << 20;
    private readonly byte[] _start;

    public TextHeader(VoxelBytes bytes)
    {
        _start = new byte[(int)Math.Min(Longest, bytes.Length)];
        bytes.Read(0, _start);
    }

    /// <summary>Where the next line begins.</summary>
    public int Position { get; private set; }

    /// <summary>The next line; null at the end.</summary>
    /// <exception cref="InvalidDataException">The header is longer than any.</exception>
    public string? Next()
    {
        if (Position >= _start.Length)
            return _start.Length < Longest ? null : throw new InvalidDataException($"The header does not end within {Longest} bytes.");
        var rest = _start.AsSpan(Position);
        var length = rest.IndexOf((byte)'\n');
        Position += length < 0 ? rest.Length : length + 1;
        return Encoding.UTF8.GetString(length < 0 ? rest : rest[..length]).TrimEnd('\r');
    }

    /// <param name="key">Whose value it is, for messages.</param>
    /// <exception cref="InvalidDataException">It is not so many numbers.</exception>
    public static double[] Numbers(string key, string value, int count)
    {
        var words = Words(value);
        double[] numbers = [.. words.Select(word => Number(word) ?? throw new InvalidDataException(
            $"'{word}' in the header's {key} is no number."))];
        return numbers.Length == count ? numbers
            : throw new InvalidDataException($"The header's {key} has {numbers.Length} numbers; expected {count}.");
    }

    /// <inheritdoc cref="Numbers"/>
    public static long Whole(string key, string value) =>
        long.TryParse(value.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidDataException($"The header's {key} is '{value}'; expected a whole number.");

    public static double? Number(string word) =>
        double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A number that <see cref="Number"/> reads back to its last bit.</summary>
    public static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The bytes of a header.</summary>
    /// <exception cref="InvalidOperationException">It is longer than any that is read.</exception>
    public static byte[] Bytes(string header)
    {
        var bytes = Encoding.UTF8.GetBytes(header);
        return bytes.Length < Longest ? bytes : throw new InvalidOperationException(FormattableString.Invariant(
            $"The labels and their names make a header of {bytes.Length} bytes; at most {Longest} are read. Write them as .nii.gz."));
    }

    public static string[] Words(string value) => value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
