using System.Globalization;
using Microsoft.ML.SegSam.Volumes.Voxels;

namespace Microsoft.ML.SegSam.Volumes;

/// <summary>Which values of a volume are shown from black to white, and so what a model sees of them.</summary>
/// <remarks>
/// Values that are not finite: not a number and minus infinity are shown as the lowest, infinity as the highest. Where a file says that low
/// values are bright (MONOCHROME1), black and white change places.
/// </remarks>
public sealed class IntensityWindow : IEquatable<IntensityWindow>
{
    private const string MinMaxText = "minmax", FileText = "file", BytesText = "bytes";
    private static readonly Dictionary<string, (double Center, double Width)> Presets = new()
    {
        ["soft-tissue"] = (40, 400), ["lung"] = (-600, 1500), ["bone"] = (400, 1800), ["brain"] = (40, 80), ["mediastinum"] = (50, 350),
    };

    private readonly Func<MedicalVolume, Func<double, byte>> _levels;
    private readonly string _text;

    private IntensityWindow(string text, Func<MedicalVolume, Func<double, byte>> levels) => (_text, _levels) = (text, levels);

    /// <summary>CT of the belly: 40 ± 200 (MedSAM's).</summary>
    public static IntensityWindow SoftTissue { get; } = Preset("soft-tissue");

    /// <summary>CT of the lungs: −600 ± 750.</summary>
    public static IntensityWindow Lung { get; } = Preset("lung");

    /// <summary>CT of bones: 400 ± 900.</summary>
    public static IntensityWindow Bone { get; } = Preset("bone");

    /// <summary>CT of the brain: 40 ± 40.</summary>
    public static IntensityWindow Brain { get; } = Preset("brain");

    /// <summary>CT of the mediastinum: 50 ± 175.</summary>
    public static IntensityWindow Mediastinum { get; } = Preset("mediastinum");

    /// <summary>The volume's least and largest value (SAM-Med2D's).</summary>
    public static IntensityWindow MinMax { get; } = new(MinMaxText,
        volume => Between(volume.ReadRange().Low, volume.ReadRange().High, keepsZero: false));

    /// <summary>The first window that the file suggests; where there is none, the usual one for its modality.</summary>
    public static IntensityWindow FromFile { get; } = new(FileText,
        volume => volume.Windows is [var window, ..] ? window.LevelOf : Usual(volume)._levels(volume));

    /// <summary>0 to 255 as they are.</summary>
    public static IntensityWindow Bytes { get; } = new(BytesText, _ => value => (byte)Math.Clamp(Math.Floor(value + 0.5), 0, 255));

    /// <summary>A window by DICOM's linear function (PS3.3 C.11.2.1.2).</summary>
    /// <param name="center">The value that is shown as middle gray.</param>
    /// <param name="width">How many values are shown between black and white, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The center is no number, or the width is below 1.</exception>
    public static IntensityWindow Linear(double center, double width)
    {
        if (!double.IsFinite(center))
        {
            throw new ArgumentOutOfRangeException(nameof(center), center.ToString(CultureInfo.InvariantCulture),
                "Expected a finite number.");
        }

        if (!(width >= 1 && double.IsFinite(width)))
        {
            throw new ArgumentOutOfRangeException(nameof(width), width.ToString(CultureInfo.InvariantCulture),
                "Expected a number of at least 1.");
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"{center},{width}"),
            _ => new DisplayWindow(center, width, WindowFunction.Linear).LevelOf);
    }

    /// <summary>
    /// Between two percentiles of the voxels above 0 of the whole volume; voxels that are exactly 0 stay black (MedSAM's, for MR and
    /// others).
    /// </summary>
    /// <param name="lower">0 to 100.</param>
    /// <param name="upper">Above <paramref name="lower"/>, at most 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">They are not such numbers.</exception>
    public static IntensityWindow Percentiles(double lower, double upper)
    {
        if (!(lower >= 0 && lower < upper && upper <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(upper), upper.ToString(CultureInfo.InvariantCulture),
                FormattableString.Invariant($"Expected 0 <= lower < upper <= 100, found lower {lower}."));
        }

        return new(string.Create(CultureInfo.InvariantCulture, $"p{lower:0.########}-{upper:0.########}"), volume =>
        {
            var (low, high) = volume.ForegroundPercentiles(lower, upper);
            return Between(low, high, keepsZero: true);
        });
    }

    /// <summary>
    /// The usual window of a volume: what its file suggests; else of CT the soft tissue, of others with more than 8 bits the percentiles
    /// 0.5 to 99.5, and 8 bits as they are.
    /// </summary>
    public static IntensityWindow For(MedicalVolume volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return volume.Windows.Count > 0 ? FromFile : Usual(volume);
    }

    /// <summary>Reads what <see cref="ToString"/> writes: a preset such as "lung", "40,400", "p0.5-99.5", "minmax" or "file".</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static IntensityWindow Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        double[] numbers = [.. (text[0] == 'p' ? text[1..].Split('-') : text.Split(',')).Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN)];
        return text switch
        {
            MinMaxText => MinMax,
            BytesText => Bytes,
            FileText => FromFile,
            _ when Presets.ContainsKey(text) => Preset(text),
            ['p', ..] when numbers is [>= 0 and var lower, <= 100 and var upper] && lower < upper => Percentiles(lower, upper),
            not ['p', ..] when numbers is [var center, >= 1 and var width] && double.IsFinite(center + width) => Linear(center, width),
            _ => throw new FormatException($"'{text}' is no window; expected {string.Join(", ", Presets.Keys)}, two numbers such as 40,400 "
                + $"(center, width), two percentiles such as p0.5-99.5, {MinMaxText}, {BytesText} or "
                + $"{FileText}."),
        };
    }

    /// <inheritdoc/>
    public bool Equals(IntensityWindow? other) => other?._text == _text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IntensityWindow);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => _text;

    /// <summary>The level 0 to 255 of each value of a volume; low values are bright where the file says so.</summary>
    internal Func<double, byte> Of(MedicalVolume volume)
    {
        var levels = _levels(volume);
        return volume.IsInverted ? value => (byte)(255 - levels(value)) : levels;
    }

    private static IntensityWindow Preset(string name) => new(name,
        _ => new DisplayWindow(Presets[name].Center, Presets[name].Width, WindowFunction.Linear).LevelOf);

    private static IntensityWindow Usual(MedicalVolume volume) => volume.Modality == "CT" ? SoftTissue
        : volume.HasEightBits ? Bytes : Percentiles(0.5, 99.5);

    private static Func<double, byte> Between(double low, double high, bool keepsZero) => value =>
        !(value > low) || (keepsZero && value == 0) || high <= low ? (byte)0
        : value >= high ? (byte)255 : (byte)Math.Floor((value - low) / (high - low) * 255 + 0.5);
}
