using System.Globalization;
using System.Xml;
using Microsoft.ML.SegSam.Volumes.Files;

namespace Microsoft.ML.SegSam.Volumes.Tiff;

/// <summary>What OME or ImageJ wrote about a stack: how its pages follow each other, and how far its voxels lie apart.</summary>
/// <param name="Slices">Pages of a volume; 0 where the file does not say it.</param>
/// <param name="Order">OME's order of axes, such as XYCZT: the third letter counts fastest from page to page.</param>
/// <param name="X">Spacing in mm; null where it is unknown.</param>
internal sealed record TiffDescription(long Slices, long Channels, long Times, string Order, double? X, double? Y, double? Z)
{
    private static readonly TiffDescription None = new(0, 1, 1, "XYCZT", null, null, null);

    public static TiffDescription Of(TiffDirectory first, int samples)
    {
        var text = first.Text(TiffTag.Description);
        return text.StartsWith("ImageJ=", StringComparison.Ordinal) ? OfImageJ(text, first)
            : text.Contains("<OME", StringComparison.Ordinal) ? OfOme(text, samples) : None;
    }

    private static TiffDescription OfImageJ(string text, TiffDirectory first)
    {
        var values = text.Split('\n').Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0].Trim()).ToDictionary(pairs => pairs.Key, pairs => pairs.First()[1].Trim());
        var (channels, slices, frames) = (Count("channels", 1), Count("slices", 0), Count("frames", 1));
        if (slices == 0)
            slices = Math.Max(1, Count("images", 1) / Math.Max(1, channels * frames));
        var unit = LengthUnit.ToMillimeters(values.GetValueOrDefault("unit", ""));
        var depth = TextHeader.Number(values.GetValueOrDefault("spacing", ""));
        var (x, y) = (unit / first.Rational(TiffTag.ResolutionX), unit / first.Rational(TiffTag.ResolutionY));
        return new(slices, channels, frames, "XYCZT", x, y, unit * (depth is > 0 ? depth : null));

        long Count(string key, long otherwise) => Whole(values.GetValueOrDefault(key)) ?? otherwise;
    }

    private static TiffDescription OfOme(string text, int samples)
    {
        try
        {
            var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
            using var reader = XmlReader.Create(new StringReader(text), settings);
            if (!reader.ReadToFollowing("Pixels"))
                return None;
            var order = reader.GetAttribute("DimensionOrder") ?? "XYCZT";
            var isOrder = order.Length == 5 && order.StartsWith("XY", StringComparison.Ordinal) && "CZT".All(order.Contains);
            var channels = Count("SizeC");
            return new(Count("SizeZ"), channels % samples == 0 ? channels / samples : channels, Count("SizeT"), isOrder ? order : "XYCZT",
                Length("PhysicalSizeX"), Length("PhysicalSizeY"), Length("PhysicalSizeZ"));

            long Count(string name) => Whole(reader.GetAttribute(name)) ?? 1;
            double? Length(string name) => TextHeader.Number(reader.GetAttribute(name) ?? "") is > 0 and var length
                && double.IsFinite(length) ? length * LengthUnit.ToMillimeters(reader.GetAttribute(name + "Unit") ?? "um") : null;
        }
        catch (XmlException)
        {
            return None; // the pixels are read without it
        }
    }

    private static long? Whole(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count < 1 << 20 ? count : null;

    /// <summary>The pages of one volume, in the order of its slices.</summary>
    /// <param name="volume">Counts channels, then times.</param>
    /// <param name="pages">Of the file; all are slices of one volume where the description does not fit them.</param>
    public IReadOnlyList<int> PagesOf(int volume, int pages)
    {
        if (!Fits(pages))
            return [.. Enumerable.Range(0, pages)];
        var step = new Dictionary<char, long>();
        var product = 1L;
        foreach (var axis in Order[2..])
        {
            step[axis] = product;
            product *= axis switch { 'C' => Channels, 'Z' => Slices, _ => Times };
        }

        var start = volume % Channels * step['C'] + volume / Channels * step['T'];
        return [.. Enumerable.Range(0, (int)Slices).Select(slice => (int)(start + slice * step['Z']))];
    }

    /// <summary>Whether the file has as many pages as the description says.</summary>
    public bool Fits(int pages) => Slices > 0 && Channels > 0 && Times > 0 && Slices * Channels * Times == pages;
}
