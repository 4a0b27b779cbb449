using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Checkpoints;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

/// <summary>Paths name machines, and may name patients: none of ours may travel with a model.</summary>
[TestClass]
public sealed class SavedPathTests
{
    [TestMethod]
    public void A_model_keeps_no_path_of_its_training()
    {
        using var folder = new TemporaryFolder();
        string In(string name) => Path.Combine(folder.Path, name);
        PublishedFile.Write(In("published.safetensors"), PublishedFile.Weights(PublishedFile.Sam));
        var data = Load(TinyData.Rows(images: 2));
        using var model = Ml.Transforms.SegSam(TinyData.Options() with
        {
            Checkpoint = In("published.safetensors"), StateFile = In("run.state"),
            EncoderTraining = EncoderTraining.Frozen, EmbeddingFolder = In("embeddings"),
        }).Fit(data);
        Ml.Model.Save(model, data.Schema, In("model.zip"));
        AssertNowhere(folder.Path, In("model.zip"));
        AssertNowhere(Path.GetFileName(folder.Path), In("model.zip"));
        using var loaded = (SegSamTransformer)Ml.Model.Load(In("model.zip"), out _);
        var options = loaded.Info.Options!;
        Assert.AreEqual("published.safetensors", options.Checkpoint);
        Assert.IsNull(options.StateFile ?? options.EmbeddingFolder);

        model.SaveSamWeights(In("sam.safetensors"));
        Assert.IsFalse(Holds(File.ReadAllBytes(In("sam.safetensors")), Path.GetFileName(folder.Path)));
    }

    [TestMethod]
    public void The_SEG_SAM_part_saved_alone_keeps_no_image_folder_and_answers_the_same_elsewhere()
    {
        using var here = new TemporaryFolder();
        using var there = new TemporaryFolder();
        var rows = TinyData.Rows(images: 2);
        foreach (var (row, i) in rows.Select((row, i) => (row, i)))
            File.WriteAllBytes(Path.Combine(here.Path, $"{i}.png"), row.File!);
        var data = Ml.Data.LoadFromEnumerable(rows.Select((row, i) => new FileRow { ImagePath = $"{i}.png", Box = row.Box! }));
        var model = Ml.Transforms.LoadImages("Image", here.Path, "ImagePath").Fit(data).Append(FittedModel.With(TinyData.Options()));

        var whole = Path.Combine(there.Path, "whole.zip");
        Ml.Model.Save(model, data.Schema, whole);
        using (var zip = ZipFile.OpenRead(whole))
            Assert.IsTrue(zip.Entries.Any(entry => Holds(Bytes(entry), here.Path)),
                "The test would find the folder: ML.NET's LoadImages stores it.");

        var alone = Path.Combine(there.Path, "alone.zip");
        Ml.Model.Save(SegSamTransformer.In(model), null, alone);
        AssertNowhere(here.Path, alone);
        AssertNowhere(Path.GetFileName(here.Path), alone);

        foreach (var file in Directory.GetFiles(here.Path))
            File.Copy(file, Path.Combine(there.Path, Path.GetFileName(file)));
        var segSam = Ml.Model.Load(alone, out _);
        var elsewhere = Ml.Transforms.LoadImages("Image", there.Path, "ImagePath").Fit(data).Append(segSam);
        Table.AssertEqual(Table.Read(model.Transform(data), Computed), Table.Read(elsewhere.Transform(data), Computed), "elsewhere");
        ((IDisposable)segSam).Dispose();

        static bool Computed(DataViewSchema.Column column) => column.Name is "BinaryMask" or "SemanticMask" or "ClassScores";
    }

    private static void AssertNowhere(string text, string zipFile)
    {
        using var zip = ZipFile.OpenRead(zipFile);
        Assert.IsNotEmpty(zip.Entries);
        Assert.IsEmpty(zip.Entries.Where(entry => entry.FullName.Contains(text, StringComparison.Ordinal) || Holds(Bytes(entry), text))
            .Select(entry => entry.FullName));
    }

    private static bool Holds(byte[] bytes, string text) =>
        ((Encoding[])[Encoding.UTF8, Encoding.Unicode]).Any(encoding => bytes.AsSpan().IndexOf(encoding.GetBytes(text)) >= 0);

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private sealed class FileRow
    {
        public string ImagePath { get; set; } = "";

        [VectorType(4)]
        public float[] Box { get; set; } = [];
    }
}
