using Microsoft.ML.SegSam.Tests.Imaging.Decoding;


namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>Writes gray PNG files of 8 or 16 bits with one filter in all lines.</summary>
internal static class GrayPngWriter
{
    public static void Write(string path, int width, int height, Func<int, int, ushort> level, int bytes, int filter)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, PngWriter.Of(width, height, 8 * bytes, color: 0, (x, y, _) => level(x, y), filter));
    }
}
