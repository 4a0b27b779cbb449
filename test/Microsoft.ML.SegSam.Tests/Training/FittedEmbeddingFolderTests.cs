using Microsoft.ML.SegSam.Options;
using Microsoft.ML.SegSam.Tests.Support;


namespace Microsoft.ML.SegSam.Tests.Training;

[TestClass]
public sealed class FittedEmbeddingFolderTests
{
    private static readonly List<TinyRow> Rows = TinyData.Rows(images: 2);
    private static readonly List<TinyRow> Held = TinyData.Rows(images: 1, seed: 9);

    [TestMethod]
    public void A_later_run_encodes_nothing_and_results_are_the_same_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "made by Fit");
        var (plain, log) = Fit(Options(null));
        Assert.Contains("encoded 3 images.", log);
        var (first, firstLog) = Fit(Options(path));
        Assert.Contains("encoded 3 images; 0 embeddings were in EmbeddingFolder.", firstLog);
        Assert.HasCount(3, Directory.GetFiles(path));
        var (second, secondLog) = Fit(Options(path));
        Assert.Contains("encoded 0 images; 3 embeddings were in EmbeddingFolder.", secondLog);
        AssertSame(plain, first);
        AssertSame(plain, second);
    }

    [TestMethod]
    public void Damaged_files_are_replaced_with_a_warning_and_one_that_another_process_writes_is_left_to_it()
    {
        using var folder = new TemporaryFolder();
        var (whole, _) = Fit(Options(folder.Path));
        var files = Directory.GetFiles(folder.Path).Order().ToList();
        var before = files.ConvertAll(File.ReadAllBytes);
        File.WriteAllBytes(files[0], before[0][..100]);
        File.WriteAllBytes(files[1], [.. before[1][..50], (byte)(before[1][50] + 1), .. before[1][51..]]);
        File.WriteAllText(files[1] + ".partial", "half a file, left by a kill");
        File.Delete(files[2]);
        using (File.Create(files[2] + ".partial"))
        {
            var (again, log) = Fit(Options(folder.Path));
            Assert.Contains("2 files in EmbeddingFolder", log);
            Assert.Contains("encoded 3 images; 0 embeddings", log);
            AssertSame(whole, again);
        }

        CollectionAssert.AreEqual(before[0], File.ReadAllBytes(files[0]));
        CollectionAssert.AreEqual(before[1], File.ReadAllBytes(files[1]));
        CollectionAssert.AreEquivalent(new[] { files[0], files[1], files[2] + ".partial" }, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public void A_folder_that_cannot_be_is_told()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        File.WriteAllText(file, "");
        var failure = Assert.ThrowsExactly<IOException>(() => Fit(Options(Path.Combine(file, "folder"))));
        Assert.Contains("SegSamOptions.EmbeddingFolder", failure.Message);
        Assert.Contains("cannot be written", failure.Message);
    }

    private static SegSamOptions Options(string? folder) => TinyData.Options() with
    {
        EncoderTraining = EncoderTraining.Frozen, EmbeddingFolder = folder, Epochs = 2, ImagesPerStep = 2,
    };

    private static (Dictionary<string, byte[]> Weights, string Log) Fit(SegSamOptions options)
    {
        var ml = new MLContext(seed: 1);
        var lines = new List<string>();
        ml.Log += (_, line) => lines.Add(line.Message);
        using var model = ml.Transforms.SegSam(options).Fit(TinyData.Load(ml, Rows), TinyData.Load(ml, Held));
        return (model.Model.Network.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.bytes.ToArray()),
            string.Join('\n', lines));
    }

    private static void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> found) =>
        Assert.IsEmpty(expected.Where(pair => !pair.Value.AsSpan().SequenceEqual(found[pair.Key])).Select(pair => pair.Key));
}
