using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Columns;

/// <summary>A pipeline that loads files by ML.NET's LoadRawImageBytes reads them by the library's rules, as the predictor does.</summary>
[TestClass]
public sealed class ImageLoadingTests : IDisposable
{
    private static readonly MLContext Ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Turned_16_bit_images_and_masks_train_and_score_as_the_predictor_sees_them()
    {
        using var model = Pipeline().Fit(Data(out var rows));
        var path = Path.Combine(_folder.Path, "model.zip");
        Ml.Model.Save(model, Data(out _).Schema, path);
        foreach (var used in (ITransformer[])[model, Ml.Model.Load(path, out _)])
        {
            using var predictor = new SegSamPredictor(used);
            var masks = Table.Vectors<bool>(used.Transform(Data(out _)), "BinaryMask");
            Assert.HasCount(rows.Count, masks);
            for (var i = 0; i < rows.Count; i++)
            {
                using var image = predictor.Encode(Path.Combine(_folder.Path, rows[i].ImagePath));
                Assert.AreEqual((40, 56), (image.Height, image.Width));
                CollectionAssert.AreEqual(predictor.Predict(image,
                    SegSamPrompt.Box(rows[i].Box[0], rows[i].Box[1], rows[i].Box[2], rows[i].Box[3])).Mask.ToPixels(), masks[i]);
            }
        }
    }

    [TestMethod]
    public void All_ways_from_a_file_to_pixels_agree()
    {
        Data(out var rows);
        using var model = Pipeline().Fit(Data(out _));
        using var predictor = new SegSamPredictor(model);
        foreach (var row in rows)
        {
            var path = Path.Combine(_folder.Path, row.ImagePath);
            using var read = ImageFile.Read(path);
            using var decoded = ImageFile.Decode(File.ReadAllBytes(path));
            using var ofPath = predictor.Encode(path);
            using var ofImage = predictor.Encode(read);
            Assert.AreEqual(ofPath.ImageDigest, ofImage.ImageDigest, row.ImagePath);
            CollectionAssert.AreEqual(read.Pixels.ToArray(), decoded.Pixels.ToArray());
        }
    }

    [TestMethod]
    [DataRow("image")]
    [DataRow("mask")]
    public void A_file_that_is_cut_off_is_an_error_that_names_the_row(string which)
    {
        var data = Data(out var rows);
        var path = Path.Combine(_folder.Path, which == "image" ? rows[1].ImagePath : rows[1].MaskPath);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^30]);
        var message = Assert.ThrowsExactly<InvalidOperationException>(() => Pipeline().Fit(data)).Message;
        Assert.StartsWith(
            $"Column '{(which == "image" ? "Image" : "Mask")}', row 1 (counting from 0): The PNG image is truncated or damaged", message);
    }

    [TestMethod]
    public void Shuffled_and_cached_rows_keep_their_images()
    {
        var loaded = Loading().Fit(Data(out _)).Transform(Data(out _));
        using var model = Ml.Transforms.SegSam(TinyData.Options()).Fit(Ml.Data.Cache(Ml.Data.ShuffleRows(loaded, seed: 1)));
        Assert.HasCount(1, model.Categories);
    }

    private EstimatorChain<ImageLoadingTransformer> Loading() =>
        Ml.Transforms.LoadRawImageBytes("Image", _folder.Path, "ImagePath")
            .Append(Ml.Transforms.LoadRawImageBytes("Mask", _folder.Path, "MaskPath"));

    private EstimatorChain<SegSamTransformer> Pipeline() => Loading().Append(Ml.Transforms.SegSam(TinyData.Options()));

    // Stored lying on their side (56 rows, 40 columns), 12 of 16 bits used; upright they are 40 x 56.
    private IDataView Data(out List<FileRow> rows)
    {
        rows = [];
        foreach (var (name, left) in ((string, int)[])[("a", 10), ("b", 30)])
        {
            // Orientation 6: the stored pixel (x, y) belongs into row x and column 55 - y.
            bool IsObject(int x, int y) => x is >= 10 and < 30 && 55 - y >= left && 55 - y < left + 15;
            File.WriteAllBytes(Path.Combine(_folder.Path, $"{name}.png"),
                PngWriter.Of(40, 56, 16, 0, (x, y, _) => IsObject(x, y) ? 4000 : 17 * (x % 5), exif: 6));
            File.WriteAllBytes(Path.Combine(_folder.Path, $"{name}_mask.png"),
                PngWriter.Of(40, 56, 16, 0, (x, y, _) => IsObject(x, y) ? 255 : 0, exif: 6));
            rows.Add(new() { ImagePath = $"{name}.png", MaskPath = $"{name}_mask.png", Box = [left, 10, left + 15, 30] });
        }

        return Ml.Data.LoadFromEnumerable(rows);
    }

    private sealed class FileRow
    {
        public string ImagePath { get; set; } = "";

        public string MaskPath { get; set; } = "";

        [VectorType(4)]
        public float[] Box { get; set; } = [];

        public string Category { get; set; } = "block";
    }
}
