using System.IO.Compression;
using System.Text;
using LoadProbe;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Network;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;
using TorchSharp;

namespace Microsoft.ML.SegSam.Tests;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

[TestClass]
public sealed class PersistenceTests
{
    [TestMethod]
    public void A_process_that_knows_none_of_our_types_loads_and_answers_the_same()
    {
        using var folder = new TemporaryFolder();
        var (zip, rows) = (Path.Combine(folder.Path, "model.zip"), Path.Combine(folder.Path, "rows.idv"));
        using (var file = File.Create(rows))
        {
            var data = Load(TinyData.Rows(images: 3));
            var encoded = Ml.Transforms.SelectColumns("File", "Box", "Points", "PointLabels", "MaskPrompt").Fit(data).Transform(data);
            Ml.Data.SaveAsBinary(encoded, file);
        }

        var source = Ml.Data.LoadFromBinary(rows);
        var model = FittedModel.With(TinyData.Options("Box", "Points", "MaskPrompt", "File"));
        Ml.Model.Save(model, source.Schema, zip);
        var (code, output, error) = ChildProcess.Dotnet(ChildProcess.LoadProbe, zip, rows);
        Assert.AreEqual(0, code, error);
        Assert.AreEqual("", error, "libtorch says nothing on its own");
        Assert.AreEqual(Digest.Of(model.Transform(source)), output);
    }

    [TestMethod]
    public void A_loaded_model_can_be_saved_and_loaded_again()
    {
        var data = Load(TinyData.Rows(images: 2));
        var (once, _) = EstimatorWorkout.Reload(Ml, Shared, data.Schema);
        var (twice, _) = EstimatorWorkout.Reload(Ml, once, data.Schema);
        Table.AssertEqual(Table.Read(Shared.Transform(data)), Table.Read(twice.Transform(data)), "saved twice");
        ((IDisposable)once).Dispose();
        ((IDisposable)twice).Dispose();
    }

    [TestMethod]
    public void A_model_saved_in_half_precision_is_half_as_large_and_answers_the_same_but_for_single_pixels()
    {
        using var folder = new TemporaryFolder();
        string whole = Path.Combine(folder.Path, "whole.zip"), half = Path.Combine(folder.Path, "half.zip");
        Shared.Save(whole);
        Shared.Save(half, halfPrecision: true);
        Assert.IsLessThan(0.6 * new FileInfo(whole).Length, new FileInfo(half).Length);
        using var small = SegSamTransformer.Load(half);
        Assert.AreSequenceEqual(Shared.Categories, small.Categories);
        var data = Load(TinyData.Rows(images: 3));
        using (var large = SegSamTransformer.Load(whole))
            Table.AssertEqual(Table.Read(Shared.Transform(data)), Table.Read(large.Transform(data)), "saved alone");
        var (expected, found) = (Answers(Shared, data), Answers(small, data));
        Assert.AreNotEqual(0, expected.Sum(answer => answer.BinaryMask!.Count(on => on)));
        foreach (var (a, b) in expected.Zip(found))
        {
            var (shared, all) = (a.BinaryMask!.Zip(b.BinaryMask!).Count(pixel => pixel is (true, true)),
                a.BinaryMask!.Zip(b.BinaryMask!).Count(pixel => pixel is not (false, false)));
            Assert.IsGreaterThanOrEqualTo(0.97 * all, shared);
            Assert.AreEqual(a.PredictedIoU, b.PredictedIoU, 0.01f);
        }

        static List<TinyAnswer> Answers(SegSamTransformer model, IDataView data) =>
            [.. Ml.Data.CreateEnumerable<TinyAnswer>(model.Transform(data), reuseRowObject: false)];
    }

    [TestMethod]
    public void A_weight_beyond_half_precision_is_an_error_and_no_file()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "half.zip");
        Shared.Save(path);
        using var model = SegSamTransformer.Load(path);
        File.Delete(path);
        using (torch.no_grad())
            model.Model.Network.state_dict().Values.First(weight => weight.is_floating_point()).fill_(70_000);
        var failure = Assert.ThrowsExactly<InvalidOperationException>(() => model.Save(path, halfPrecision: true));
        Assert.Contains("are beyond the range of half precision (65,504). Save the model in full precision.", failure.Message);
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
        model.Save(path);
    }

    [TestMethod]
    public void A_chain_with_built_in_transforms_loads_whole()
    {
        var data = Load(TinyData.Rows(images: 2));
        var chain = Ml.Transforms.CopyColumns("Photo", "Image")
            .Append(Ml.Transforms.SegSam(imageColumnName: "Photo", boxColumnName: "Box"))
            .Append(Ml.Transforms.Conversion.MapKeyToValue("Name", "PredictedCategory"));
        // Catalog defaults train for long: the chain is put together from a model made before.
        var model = new TransformerChain<ITransformer>(Ml.Transforms.CopyColumns("Photo", "Image").Fit(data),
            FittedModel.With(TinyData.Options(image: "Photo")), Ml.Transforms.Conversion.MapKeyToValue("Name", "PredictedCategory")
                .Fit(Shared.Transform(data)));
        Assert.Contains("Name", chain.GetOutputSchema(SchemaCheck.ShapeOf(data.Schema)).Select(column => column.Name));
        var (loaded, _) = EstimatorWorkout.Reload(Ml, model, data.Schema);
        Table.AssertEqual(Table.Read(model.Transform(data)), Table.Read(loaded.Transform(data)), "chain");
        ((IDisposable)loaded).Dispose();
    }

    [TestMethod]
    public void A_mobile_sam_comes_back_with_its_stages_and_statistics()
    {
        var data = Load(TinyData.Rows(images: 2));
        using var model = Ml.Transforms.SegSam(new SegSamOptions { BoxColumnName = "Box", Encoder = SegSamEncoder.VitT, InputSize = 64,
            Epochs = 1 }).Fit(data);
        var (loaded, _) = EstimatorWorkout.Reload(Ml, model, data.Schema);
        Table.AssertEqual(Table.Read(model.Transform(data)), Table.Read(loaded.Transform(data)), "VitT");
        var counts = ((SegSamTransformer)loaded).Model.Network.ImageEncoder.named_buffers()
            .Where(pair => pair.name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        CollectionAssert.AreEqual(new long[] { 1 }, counts.Select(pair => pair.buffer.item<long>()).Distinct().ToArray(),
            "one step of two images");
        ((IDisposable)loaded).Dispose();
    }

    [TestMethod]
    public void Preprocessing_comes_back_as_it_was_trained_with()
    {
        var rows = TinyData.Rows(images: 2);
        var data = Load(rows);
        var options = new SegSamOptions
        {
            BoxColumnName = "Box", InputSize = 64, Epochs = 1,
            Resize = ResizeRule.Stretch, Resampling = Resampling.Bicubic, PixelScaling = PixelScaling.MinMax,
            ChannelOrder = ChannelOrder.Bgr,
        };
        using var model = Ml.Transforms.SegSam(options).Fit(data);
        var chosen = new Preprocessing(ResizeRule.Stretch, Resampling.Bicubic, PixelScaling.MinMax, ChannelOrder.Bgr);
        Assert.AreEqual(chosen, model.Model.Preprocessing);
        var (loaded, _) = EstimatorWorkout.Reload(Ml, model, data.Schema);
        using var again = (SegSamTransformer)loaded;
        Assert.AreEqual(chosen, again.Model.Preprocessing);
        Table.AssertEqual(Table.Read(model.Transform(data)), Table.Read(again.Transform(data)), "stretched");
    }

    [TestMethod]
    public void A_saved_model_holds_version_description_and_weights()
    {
        using var zip = new ZipArchive(new MemoryStream(Saved()));
        CollectionAssert.AreEquivalent(new[] { "TrainingInfo/Version.txt", "Schema", "TransformerChain/Model.key",
            "TransformerChain/Weights.safetensors" },
            zip.Entries.Select(entry => entry.FullName.Replace('\\', '/')).ToList());
        using var weights = new BinaryReader(Weights(zip).Open());
        var header = Encoding.UTF8.GetString(weights.ReadBytes((int)weights.ReadInt64()));
        foreach (var (name, _) in Shared.Model.Network.state_dict())
            Assert.Contains($"\"{name}\"", header);
    }

    [TestMethod]
    public void A_model_without_weights_says_so() =>
        Assert.Contains("holds no entry 'Weights.safetensors'", LoadFailure(archive => Weights(archive).Delete()));

    [TestMethod]
    public void Weights_that_are_cut_off_say_so() =>
        Assert.Contains("tensor '", LoadFailure(archive => Rewrite(Weights(archive), bytes => bytes[..(bytes.Length / 2)])));

    [TestMethod]
    public void Weights_of_another_network_say_which_do_not_fit() =>
        Assert.Contains("do not fit the network",
            LoadFailure(archive => Rewrite(Weights(archive), bytes => Replace(bytes, "text_bank", "text_bong", Encoding.UTF8))));

    [TestMethod]
    [DataRow("\"Config\"", "\"Konfig\"")]
    [DataRow("\"Categories\"", "\"Kategories\"")]
    [DataRow("\"Preprocessing\":{", "\"Proprecessing\":{")]
    [DataRow("\"Resize\"", "\"Resice\"")]
    [DataRow("\"Resampling\"", "\"Resembling\"")]
    [DataRow("\"Bilinear\"", "\"Biloneer\"")]
    [DataRow("\"Bilinear\"", "9         ")]
    [DataRow("\"MeanStd\"", "null     ")]
    [DataRow("{\"Options\"", "[\"Options\"")]
    public void A_broken_description_says_so(string from, string to) =>
        Assert.Contains("description", LoadFailure(archive => Rewrite(Key(archive), bytes => Replace(bytes, from, to, Encoding.Unicode))));

    [TestMethod]
    public void Saved_models_name_an_assembly_version_that_never_changes() =>
        Assert.AreEqual(new Version(1, 0, 0, 0), typeof(SegSamTransformer).Assembly.GetName().Version);

    private static byte[] Saved()
    {
        using var stream = new MemoryStream();
        Ml.Model.Save(Shared, Load(TinyData.Rows(images: 1)).Schema, stream);
        return stream.ToArray();
    }

    private static string LoadFailure(Action<ZipArchive> damage)
    {
        using var stream = new MemoryStream();
        stream.Write(Saved());
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            damage(zip);
        stream.Position = 0;
        return Assert.Throws<Exception>(() => Ml.Model.Load(stream, out _)).ToString();
    }

    private static ZipArchiveEntry Weights(ZipArchive zip) => zip.Entries.Single(entry => entry.Name == "Weights.safetensors");

    private static ZipArchiveEntry Key(ZipArchive zip) => zip.Entries.Single(entry => entry.Name == "Model.key");

    private static void Rewrite(ZipArchiveEntry entry, Func<byte[], byte[]> change)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var changed = change(copy.ToArray());
        stream.SetLength(0);
        stream.Write(changed);
    }

    // Text of equal length, so that lengths and offsets around it still hold.
    private static byte[] Replace(byte[] bytes, string from, string to, Encoding encoding)
    {
        Assert.AreEqual(from.Length, to.Length);
        var at = bytes.AsSpan().IndexOf(encoding.GetBytes(from));
        Assert.IsGreaterThanOrEqualTo(0, at, from);
        encoding.GetBytes(to).CopyTo(bytes, at);
        return bytes;
    }
}
