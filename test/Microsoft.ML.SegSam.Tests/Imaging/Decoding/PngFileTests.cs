using Microsoft.ML.SegSam.Imaging.Decoding;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Imaging.Decoding;

[TestClass]
public sealed class PngFileTests
{
    [TestMethod]
    public void Every_color_type_depth_and_interlacing_reads_exactly()
    {
        var random = new Random(5);
        foreach (var (color, channels, depths) in ((int, int, int[])[])[(0, 1, [1, 2, 4, 8, 16]), (2, 3, [8, 16]), (3, 1, [1, 2, 4, 8]),
            (4, 2, [8, 16]), (6, 4, [8, 16])])
        {
            foreach (var depth in depths)
            {
                for (var filter = 0; filter <= 4; filter++)
                {
                    foreach (var interlaced in (bool[])[false, true])
                    {
                        var (width, height) = (random.Next(1, 20), random.Next(1, 20));
                        ushort[] samples = [.. Enumerable.Range(0, width * height * channels).Select(_ => (ushort)random.Next(1 << depth))];
                        var file = PngWriter.Of(width, height, depth, color, (x, y, channel) =>
                            samples[(y * width + x) * channels + channel], filter, interlaced, new byte[3 << Math.Min(depth, 8)]);
                        var png = PngFile.Open(file)!;
                        Assert.AreEqual((width, height, depth, channels), (png.Width, png.Height, png.Depth, png.Channels));
                        CollectionAssert.AreEqual(samples, png.ReadSamples(file),
                            $"color {color}, {depth} bits, filter {filter}, interlaced {interlaced}, {width} x {height}");
                    }
                }
            }
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void What_the_writer_writes_is_the_same_to_another_reader(bool interlaced)
    {
        var file = PngWriter.Of(13, 9, 8, 0, (x, y, _) => 7 * x + 11 * y, filter: 4, interlaced);
        using var image = SKBitmap.Decode(file);
        for (var i = 0; i < 13 * 9; i++)
            Assert.AreEqual(7 * (i % 13) + 11 * (i / 13), image.GetPixel(i % 13, i / 13).Red);
    }

    [TestMethod]
    public void What_another_program_wrote_reads_exactly()
    {
        var random = new Random(3);
        var pixels = new byte[31 * 17];
        random.NextBytes(pixels);
        using var image = SKImage.FromPixelCopy(new SKImageInfo(31, 17, SKColorType.Gray8), pixels);
        using var encoded = image.Encode(SKEncodedImageFormat.Png, 100);
        var file = encoded.ToArray();
        CollectionAssert.AreEqual(pixels, Array.ConvertAll(PngFile.Open(file)!.ReadSamples(file), level => (byte)level));
    }

    [TestMethod]
    public void Damage_anywhere_is_an_error_in_plain_words_or_does_no_harm()
    {
        var whole = PngWriter.Of(9, 7, 16, 0, (x, y, _) => 1000 * y + x, filter: 1, interlaced: true);
        for (var length = 8; length < whole.Length; length++)
            StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => Read(whole[..length])).Message, "truncated or damaged");
        for (var at = 8; at < whole.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var damaged = (byte[])whole.Clone();
                damaged[at] ^= (byte)(1 << bit);
                try
                {
                    Read(damaged);
                }
                catch (InvalidDataException)
                {
                }
            }
        }

        static ushort[] Read(byte[] file) => PngFile.Open(file)!.ReadSamples(file);
    }

    [TestMethod]
    public void A_small_file_that_claims_a_huge_image_is_refused_before_memory_is_taken()
    {
        var file = PngWriter.Of(1, 1, 16, 0, (_, _, _) => 1);
        (file[16], file[17], file[20], file[21]) = (0x00, 0x00, 0x00, 0x00);
        (file[18], file[22]) = (0x70, 0x70); // 28,673 on a side
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.ThrowsExactly<InvalidDataException>(() => PngFile.Open(file)!.ReadSamples(file));
        Assert.IsLessThan(1_000_000, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    [TestMethod]
    public void Other_files_are_not_taken_for_PNG() => Assert.IsNull(PngFile.Open([0xFF, 0xD8, 0xFF, 0xE0]));
}
