using SampleKit;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Samples;

[TestClass]
public sealed class GrayPngTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => Path.Combine(_folder.Path, "levels.png");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Every_depth_and_filter_reads_exactly()
    {
        foreach (var bytes in (int[])[1, 2])
        {
            for (var filter = 0; filter <= 4; filter++)
            {
                var levels = Levels(13, 11, bytes);
                GrayPngWriter.Write(File, 13, 11, (x, y) => levels[x, y], bytes, filter);
                AssertEqual(levels, GrayPng.Read(File), $"{bytes} bytes, filter {filter}");
            }
        }
    }

    [TestMethod]
    public void What_another_program_wrote_reads_exactly()
    {
        var levels = Levels(31, 17, bytes: 1);
        byte[] pixels = [.. Enumerable.Range(0, 31 * 17).Select(at => (byte)levels[at % 31, at / 31])];
        using (var image = SKImage.FromPixelCopy(new SKImageInfo(31, 17, SKColorType.Gray8), pixels))
        using (var encoded = image.Encode(SKEncodedImageFormat.Png, 100))
            System.IO.File.WriteAllBytes(File, encoded.ToArray());
        AssertEqual(levels, GrayPng.Read(File), "SkiaSharp");
    }

    [TestMethod]
    public void What_was_written_is_16_bit_gray_to_another_program_too()
    {
        GrayPngWriter.Write(File, 5, 4, (x, y) => (ushort)(1000 * (y * 5 + x)), bytes: 2, filter: 4);
        using var image = SKBitmap.Decode(File);
        Assert.AreEqual(1000 * 19 / 257, image.GetPixel(4, 3).Red, 1.0);
    }

    [TestMethod]
    public void The_published_nuclei_have_their_125_numbers()
    {
        var map = GrayPng.Read(SharedFolder.Require("data", "stardist-nuclei", "nuclei_512_instances.png"));
        var levels = new HashSet<ushort>();
        for (var i = 0; i < map.Width * map.Height; i++)
            levels.Add(map[i % map.Width, i / map.Width]);
        Assert.AreEqual((512, 512), (map.Width, map.Height));
        Assert.IsTrue(levels.Remove(0));
        Assert.HasCount(125, levels);
        Assert.AreEqual(183, levels.Max());
    }

    [TestMethod]
    [DataRow(2, 0, 0, "color type 2, 8 bits")]
    [DataRow(0, 1, 0, "interlace 1")]
    [DataRow(0, 0, 9, "filter 9")]
    public void Another_kind_of_PNG_is_said(int color, int interlace, int filter, string complaint)
    {
        GrayPngWriter.Write(File, 4, 4, (_, _) => 1, bytes: 1, filter, (byte)color, (byte)interlace);
        Fails(complaint);
    }

    [TestMethod]
    public void Damage_anywhere_is_an_error_that_names_the_file_or_does_no_harm()
    {
        var levels = Levels(5, 4, bytes: 2);
        GrayPngWriter.Write(File, 5, 4, (x, y) => levels[x, y], bytes: 2, filter: 1);
        var whole = System.IO.File.ReadAllBytes(File);
        for (var length = 0; length < whole.Length; length++)
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            Fails("levels.png");
        }

        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x10;
            System.IO.File.WriteAllBytes(File, damaged);
            try
            {
                GrayPng.Read(File);
            }
            catch (InvalidDataException wrong)
            {
                StringAssert.Contains(wrong.Message, "levels.png");
            }
        }
    }

    private void Fails(string complaint) =>
        StringAssert.Contains(Assert.ThrowsExactly<InvalidDataException>(() => GrayPng.Read(File)).Message, complaint);

    private static ushort[,] Levels(int width, int height, int bytes)
    {
        var (random, levels) = (new Random(5), new ushort[width, height]);
        for (var at = 0; at < width * height; at++)
            levels[at % width, at / width] = (ushort)random.Next(1 << (8 * bytes));
        return levels;
    }

    private static void AssertEqual(ushort[,] expected, GrayPng found, string what)
    {
        Assert.AreEqual((expected.GetLength(0), expected.GetLength(1)), (found.Width, found.Height), what);
        for (var y = 0; y < found.Height; y++)
        {
            for (var x = 0; x < found.Width; x++)
                Assert.AreEqual(expected[x, y], found[x, y], $"{what} at {x}, {y}");
        }
    }
}
