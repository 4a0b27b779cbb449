using System.IO.Compression;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text;
using CsCheck;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Storage;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Fuzz;

using static Microsoft.ML.SegSam.Tests.Support.FittedModel;

/// <summary>Spoiled models of our own: the description alone, and whole zips through ML.NET.</summary>
[TestClass]
[TestCategory("Fuzz")]
public sealed class ModelFuzzTests(TestContext context)
{
    [TestMethod]
    public void Descriptions()
    {
        var run = new FuzzRun("model description", share: 0.048, seed: 7);
        run.Feed([Encoding.UTF8.GetBytes(Description())], bytes => bytes, bytes =>
        {
            var description = ModelDescription.FromJson(Encoding.UTF8.GetString(bytes));
            using var shapes = ConfigCheck.Shapes(description.Config);
        }).Finish(context);
    }

    /// <summary>
    /// Loading is slow, so there are few. ML.NET's own errors about what it writes around our data are allowed. Its entry "Schema"
    /// is left alone: ML.NET's reader of it may never end on spoiled bytes, before any of our code runs.
    /// </summary>
    [TestMethod]
    public void Entries_of_model_zips()
    {
        var (saved, all) = Saved();
        var names = all.Where(name => name.StartsWith("TransformerChain", StringComparison.Ordinal)).ToList();
        Assert.HasCount(2, names);
        FuzzReport? report = null;
        var run = new FuzzRun(
            "model .zip", share: 0.002 / names.Count, seed: 8,
            nameof(FormatException), nameof(EndOfStreamException), nameof(InvalidOperationException),
            nameof(FileNotFoundException), nameof(FileLoadException));
        foreach (var name in names)
            report = run.Feed([Entry(saved, name)], bytes => bytes, bytes => Open(With(saved, name, bytes)));
        report!.Finish(context);
    }

    [TestMethod]
    public void A_bit_of_the_weights_that_flips_is_noticed()
    {
        var (saved, names) = Saved();
        var weights = names.Single(name => name.EndsWith("Weights.safetensors", StringComparison.Ordinal));
        var whole = Entry(saved, weights);
        var header = 8 + BitConverter.ToInt32(whole);
        Open(With(saved, weights, whole)); // what is whole is read
        Gen.Select(Gen.Int[header, whole.Length - 1], Gen.Int[0, 7]).Sample((at, bit) =>
        {
            var flipped = (byte[])whole.Clone();
            flipped[at] ^= (byte)(1 << bit);
            StringAssert.Contains(
                Assert.ThrowsExactly<InvalidDataException>(() => Open(With(saved, weights, flipped))).Message,
                "some bytes have changed");
        }, iter: 20, threads: 1);
    }

    [TestMethod]
    public void A_name_that_changes_is_noticed()
    {
        var (saved, names) = Saved();
        var key = names.Single(name => name.EndsWith("Model.key", StringComparison.Ordinal));
        var (content, category) = (Entry(saved, key), Encoding.Unicode.GetBytes($"\"{Shared.Categories[0]}\""));
        content[content.AsSpan().LastIndexOf(category) + 2] ^= 1;
        StringAssert.Contains(
            Assert.ThrowsExactly<InvalidDataException>(() => Open(With(saved, key, content))).Message,
            "some bytes have changed");
    }

    private static void Open(Stream saved)
    {
        try
        {
            (Ml.Model.Load(saved, out _) as IDisposable)?.Dispose();
        }
        catch (TargetInvocationException failure) when (failure.InnerException is not null)
        {
            ExceptionDispatchInfo.Throw(failure.InnerException); // ML.NET calls our loader so, and wraps what it throws
        }
    }

    private static (byte[] Zip, List<string> Names) Saved()
    {
        using var stream = new MemoryStream();
        Ml.Model.Save(Shared, Load(TinyData.Rows(images: 1)).Schema, stream);
        using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
        return (stream.ToArray(), [.. zip.Entries.Select(entry => entry.FullName)]);
    }

    private static byte[] Entry(byte[] saved, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(saved));
        using var stream = zip.GetEntry(name)!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static MemoryStream With(byte[] saved, string name, byte[] content)
    {
        var stream = new MemoryStream();
        stream.Write(saved);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            zip.GetEntry(name)!.Delete();
            using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }

        stream.Position = 0;
        return stream;
    }

    private static string Description()
    {
        var (saved, names) = Saved();
        var key = Encoding.Unicode.GetString(Entry(saved, names.Single(name => name.EndsWith("Model.key", StringComparison.Ordinal))));
        return key[key.IndexOf("{\"Options\"", StringComparison.Ordinal)..(key.LastIndexOf('}') + 1)];
    }
}
