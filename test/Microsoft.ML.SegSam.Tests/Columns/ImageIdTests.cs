using Microsoft.ML.SegSam.Evaluation;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;
using SkiaSharp;

namespace Microsoft.ML.SegSam.Tests.Columns;

/// <summary>
/// One image id for different pictures, as numbering that starts over for each patient gives: an error that names both rows, never a lost
/// picture.
/// </summary>
[TestClass]
public sealed class ImageIdTests
{
    private static readonly MLContext Ml = new(seed: 1);

    // Two pictures of one size; the second differs in a single pixel.
    private static List<TinyRow> TwoPictures(bool asFiles)
    {
        var rows = TinyData.Rows(images: 1);
        var pixels = rows[1].Image!.Pixels.ToArray();
        pixels[0] ^= 1;
        var other = Microsoft.ML.Data.MLImage.CreateFromPixels(64, 64, Microsoft.ML.Data.MLPixelFormat.Bgra32, pixels);
        return [rows[0], rows[1],
            asFiles ? rows[1] with { File = Encode(pixels, SKEncodedImageFormat.Png) } : rows[1] with { Image = other }];
    }

    [TestMethod]
    [DataRow("Image")]
    [DataRow("File")]
    public void Training_names_both_rows(string image)
    {
        var options = TinyData.Options(image: image) with { ImageIdColumnName = "ImageId" };
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() =>
            Ml.Transforms.SegSam(options).Fit(TinyData.Load(Ml, TwoPictures(image == "File"))));
        Assert.AreEqual("Column 'ImageId', row 2 (counting from 0): image id 'image 0' stands for another image here than in row 0; "
            + "rows share an id only where they share an image. "
            + "Give every image an id of its own, such as its path.", failure.Message);
    }

    [TestMethod]
    public void The_same_picture_in_two_files_is_one_image()
    {
        var rows = TinyData.Rows(images: 1);
        rows[1] = rows[1] with { File = Encode(rows[0].Image!.Pixels.ToArray(), SKEncodedImageFormat.Webp) };
        Assert.AreNotEqual(rows[0].File!.Length, rows[1].File!.Length);
        var options = TinyData.Options(image: "File") with { ImageIdColumnName = "ImageId" };
        Assert.AreEqual("1 images, 2 objects", Trained(options, rows));
        Assert.AreEqual("1 images, 2 objects", Trained(options with { ImageIdColumnName = null }, rows),
            "Without ids equal pixels are one image.");
    }

    [TestMethod]
    public void Different_ids_stay_different_images() =>
        Assert.AreEqual("2 images, 2 objects", Trained(TinyData.Options() with { ImageIdColumnName = "ImageId" },
            [TinyData.Rows(1)[0], TinyData.Rows(1)[1] with { ImageId = "other" }]));

    [TestMethod]
    public void Evaluation_and_the_protocol_name_both_rows()
    {
        var data = TinyData.Load(Ml, TwoPictures(asFiles: false));
        foreach (var evaluate in (Action[])
        [
            () => Ml.Segmentation.Evaluate(FittedModel.Shared.Transform(data), new() { ImageIdColumnName = "ImageId" }),
            () => Ml.Segmentation.EvaluateProtocol(FittedModel.Shared, data, EvaluationPrompts.Create(data)),
        ])
            Assert.StartsWith("Column 'ImageId', row 2 (counting from 0): image id 'image 0' stands for another image here than in row 0",
                Assert.ThrowsExactly<InvalidOperationException>(evaluate).Message);
    }

    private static string Trained(SegSamOptions options, IEnumerable<TinyRow> rows)
    {
        var (ml, found) = (new MLContext(seed: 1), "");
        ml.Log += (_, line) => found = line.RawMessage.StartsWith("Training SEG-SAM on ", StringComparison.Ordinal)
            ? line.RawMessage : found;
        ml.Transforms.SegSam(options).Fit(TinyData.Load(ml, rows)).Dispose();
        return string.Join(',', found["Training SEG-SAM on ".Length..].Split(',')[..2]);
    }

    // A lossless file.
    private static byte[] Encode(byte[] bgra, SKEncodedImageFormat format)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(64, 64, SKColorType.Bgra8888, SKAlphaType.Opaque), bgra);
        using var pixmap = image.PeekPixels();
        using var file = format == SKEncodedImageFormat.Webp
            ? pixmap.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 75)) : pixmap.Encode(format, 100);
        return file.ToArray();
    }
}
