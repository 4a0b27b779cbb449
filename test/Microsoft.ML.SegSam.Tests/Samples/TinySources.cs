using System.Text.Json;
using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using SampleKit;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>Writes synthetic sources in the layouts that the fine-tuning sample reads: bright blocks on a dark background.</summary>
internal static class TinySources
{
    public const int Side = 48;

    /// <summary>A list for training, one for test, and an image that neither names.</summary>
    public static string SamMed2D(string folder)
    {
        var source = Path.Combine(folder, "slices");
        foreach (var image in (string[])["a_1", "b_2", "c_3"])
            Block(Path.Combine(source, "images", image + ".png"), 8, 8, 24, 20);
        Block(Path.Combine(source, "masks", "a_1_liver_000.png"), 8, 8, 24, 20, 0);
        Block(Path.Combine(source, "masks", "a_1_spleen_000.png"), 30, 30, 40, 44, 0);
        Block(Path.Combine(source, "masks", "b_2_postcava_000.png"), 8, 8, 24, 20, 0);
        File.WriteAllText(Path.Combine(source, "image2label_train.json"), JsonSerializer.Serialize(new Dictionary<string, string[]>
        {
            ["x/images/a_1.png"] = ["x/masks/a_1_liver_000.png", "x/masks/a_1_spleen_000.png"],
        }));
        File.WriteAllText(Path.Combine(source, "label2image_test.json"), JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["x/masks/b_2_postcava_000.png"] = "x/images/b_2.png",
        }));
        return source;
    }

    /// <summary>Two images of one beginning, nested masks, one in two parts, and an image without any.</summary>
    public static string BiomedParse(string folder)
    {
        var source = Path.Combine(folder, "targets");
        foreach (var image in (string[])["1_CT_liver", "1_CT_liver_late", "2_CT_lung", "3_US_neck"])
            Block(Path.Combine(source, "demo", image + ".png"), 8, 8, 40, 40);
        Block(Path.Combine(source, "demo_mask", "1_CT_liver_tumor.png"), 12, 12, 20, 20, 0);
        Block(Path.Combine(source, "demo_mask", "1_CT_liver_liver.png"), 8, 8, 40, 40, 0);
        Block(Path.Combine(source, "demo_mask", "1_CT_liver_late_odd+thing.png"), 8, 8, 40, 40, 0);
        Write(Path.Combine(source, "demo_mask", "2_CT_lung_tumor.png"), (x, y) =>
            (byte)(y is >= 4 and < 9 && x is (>= 3 and < 8) or (>= 30 and < 45) ? 255 : 0));
        return source;
    }

    /// <summary>Four blocks, one of them across the cut by 3 columns and by a sliver of 7 pixels; levels need 16 bits.</summary>
    public static string Instances(string folder, Func<int, int, int>? level = null)
    {
        var source = Path.Combine(folder, "nuclei");
        level ??= (x, y) => (x, y) switch
        {
            ( >= 2 and < 10, >= 2 and < 10) => 1,
            ( >= 21 and < 25, >= 3 and < 10) => 300, // 3 x 7 left of column 24, 1 x 7 right of it
            ( >= 30 and < 40, >= 30 and < 40) => 7,
            ( >= 4 and < 14, >= 30 and < 36) => 65535,
            _ => 0,
        };
        Write(Path.Combine(source, "n.png"), (x, y) => (byte)(level(x, y) == 0 ? x + 10 : 180 + y));
        Levels(Path.Combine(source, "n_instances.png"), level, bits: 16, filter: 4);
        return source;
    }

    public static void Block(string path, int x0, int y0, int x1, int y1, byte ground = 30) =>
        Write(path, (x, y) => x >= x0 && x < x1 && y >= y0 && y < y1 ? (byte)255 : ground);

    /// <summary>A gray PNG file of 8 or 16 bits.</summary>
    public static void Levels(string path, Func<int, int, int> level, int width = Side, int height = Side, int bits = 8, int filter = 0)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, PngWriter.Of(width, height, bits, color: 0, (x, y, _) => level(x, y), filter));
    }

    public static void Write(string path, Func<int, int, byte> gray, int width = Side, int height = Side)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var levels = Enumerable.Range(0, width * height).Select(at => gray(at % width, at / width));
        File.WriteAllBytes(path, PngEncoder.Rgba([.. levels.SelectMany(level => (byte[])[level, level, level, 255])], height, width));
    }
}
