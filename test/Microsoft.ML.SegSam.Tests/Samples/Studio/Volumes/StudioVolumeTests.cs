using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.ML.SegSam.Volumes.Segmentation;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio.Volumes;

/// <summary>Volumes by the HTTP API: slices, objects, exports.</summary>
[TestClass]
public sealed class StudioVolumeTests
{
    private static readonly byte[] Ellipsoid = VolumeFiles.Ellipsoid();
    private static readonly object Box = new { box = (int[])[25, 21, 71, 59] };
    private static StudioServer s_server = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _) => s_server = await StudioServer.Start();

    [ClassCleanup]
    public static async Task Stop() => await s_server.DisposeAsync();

    [TestMethod]
    public async Task A_volume_is_described_and_its_slices_are_those_of_the_library()
    {
        var info = await Open(Ellipsoid);
        Assert.AreEqual("96 x 80 x 24, 1 x 1 x 2.5 mm, RAS", info.GetProperty("text").GetString());
        var coronal = info.GetProperty("planes").GetProperty("coronal");
        Assert.AreEqual("80 96 24 2.5", string.Join(' ', ((string[])["slices", "width", "height", "aspect"])
            .Select(name => coronal.GetProperty(name).GetDouble().ToString(CultureInfo.InvariantCulture))));
        var windows = info.GetProperty("windows").EnumerateArray().Select(each => each.GetProperty("window").GetString()).ToList();
        CollectionAssert.AreEqual((string[])["p0.5-99.5", "soft-tissue", "lung", "bone", "brain", "mediastinum", "minmax"], windows);

        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "same.nii.gz");
        File.WriteAllBytes(path, Ellipsoid);
        using var volume = MedicalVolume.Load(path);
        foreach (var (plane, index, window) in ((SlicePlane, int, string)[])
            [(SlicePlane.Axial, 10, "30,200"), (SlicePlane.Coronal, 41, "minmax"), (SlicePlane.Sagittal, 3, "")])
        {
            using var answer = await s_server.Client.GetAsync($"{Url(info)}/slices/{plane}/{index}?window={window}");
            Assert.IsTrue(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            Assert.IsTrue(answer.Headers.CacheControl!.NoStore);
            using var found = ImageFile.Decode(await answer.Content.ReadAsByteArrayAsync());
            using var expected = volume.ReadSlice(plane, index).ToImage(window.Length > 0 ? IntensityWindow.Parse(window) : null);
            Assert.AreEqual((expected.Width, expected.Height), (found.Width, found.Height));
            for (var i = 0; i < found.Width * found.Height; i++)
                Assert.AreEqual(expected.Pixels[4 * i], found.Pixels[4 * i], $"{plane} {i}");
        }
    }

    [TestMethod]
    public async Task A_slice_tells_the_center_and_width_of_any_window()
    {
        var info = await Open(Ellipsoid); // -20 to 152
        using var answer = await s_server.Client.GetAsync($"{Url(info)}/slices/axial/11?window=minmax");
        double Number(string name) => double.Parse(answer.Headers.GetValues(name).Single(), CultureInfo.InvariantCulture);
        Assert.AreEqual(66, Number("Window-Center"), 1);
        Assert.AreEqual(172, Number("Window-Width"), 2);
    }

    [TestMethod]
    public async Task The_files_of_a_series_and_a_zip_of_them_are_the_same_volume_and_go_with_it()
    {
        string[] Folders() => Directory.GetDirectories(Path.GetTempPath(), "segsam-studio-*");
        var before = Folders();
        var series = VolumeFiles.Series(5);
        var single = await Open([.. series.Reverse()]);
        var zip = await Open(VolumeFiles.Zip([("../../outside.dcm", series[2]), ("a/1.dcm", series[0]), ("a/1.DCM", series[1]),
            ("C:\\x", series[4]), ("__MACOSX/._1.dcm", [1, 2]), ("a/.DS_Store", [3]), ("b/", []), ("b/e", series[3])]));
        foreach (var info in (JsonElement[])[single, zip])
        {
            Assert.AreEqual("CT 16 x 16 x 5, 1 x 1 x 3 mm, LPS", info.GetProperty("text").GetString());
            Assert.DoesNotContain(VolumeFiles.Patient, info.ToString());
        }

        var slices = await Task.WhenAll(((JsonElement[])[single, zip])
            .Select(info => s_server.Client.GetByteArrayAsync($"{Url(info)}/slices/axial/3?window=30,40")));
        CollectionAssert.AreEqual(slices[0], slices[1]);
        using var picture = ImageFile.Decode(slices[0]);
        Assert.AreEqual((byte)Math.Round((30 - 30 + 0.5 + 19.5) / 39 * 255), picture.Pixels[0], 1); // 30 is the slice's first value

        var made = Folders().Except(before).ToList();
        Assert.HasCount(2, made);
        Assert.IsTrue(made.SelectMany(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            .All(file => Path.GetFileName(file).StartsWith("file-", StringComparison.Ordinal)));
        foreach (var info in (JsonElement[])[single, zip])
            (await s_server.Client.DeleteAsync(Url(info))).Dispose();
        Assert.IsFalse(made.Exists(Directory.Exists));
        using var gone = await s_server.Client.GetAsync($"{Url(single)}/slices/axial/3");
        Assert.AreEqual(404, (int)gone.StatusCode);
    }

    [TestMethod]
    public async Task An_object_is_followed_shown_in_every_plane_and_exported_on_the_volumes_grid()
    {
        var info = await Open(Ellipsoid);
        var found = await Propagate(info, new { plane = "axial", window = "60,220", prompts = (object[])[Prompt(11)] });
        var slices = found.GetProperty("slices").EnumerateArray().ToDictionary(slice => slice.GetProperty("slice").GetInt32());
        Assert.IsTrue(slices[11].GetProperty("isPrompted").GetBoolean());
        Assert.IsGreaterThan(4, slices.Count, found.ToString());
        CollectionAssert.AreEqual(Enumerable.Range(slices.Keys.Min(), slices.Count).ToArray(), slices.Keys.Order().ToArray());
        foreach (var side in (string[])["below", "above"])
            Assert.IsTrue(Enum.TryParse<SegSam.Propagation.PropagationStop>(found.GetProperty(side).GetString(), out _));

        var result = found.GetProperty("result").GetString();
        var only = await Propagate(info, new { plane = "coronal", prompts = (object[])[new { slice = 40, steps = (object[])[
            new { box = (int[])[26, 3, 70, 21] }, new { point = (int[])[48, 12] }] }], mostSlices = 0 });
        Assert.AreEqual(1, only.GetProperty("slices").GetArrayLength());

        using var answer = await s_server.Client.PostAsJsonAsync($"{Url(info)}/labels", new { objects = (object[])
            [new { result, name = "my own" }, new { result = only.GetProperty("result").GetString(), name = "" }] });
        Assert.IsTrue(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        using var folder = new TemporaryFolder();
        var (exported, source) = (Path.Combine(folder.Path, "labels.nii.gz"), Path.Combine(folder.Path, "source.nii.gz"));
        File.WriteAllBytes(exported, await answer.Content.ReadAsByteArrayAsync());
        File.WriteAllBytes(source, Ellipsoid);
        var labels = LabelVolume.Load(exported);
        using var volume = MedicalVolume.Load(source);
        Assert.AreEqual(volume.Geometry, labels.Geometry);
        Assert.AreEqual("my own", labels.Names[1]);
        Assert.AreEqual(only.GetProperty("category").GetString(), labels.Names[2]);

        bool[] Pixels(int label, int index) => labels.ReadMask(label, SlicePlane.Axial, index).ToPixels();

        // What one object has of a slice, it has in the file, unless the other, if surer of its name, takes it.
        foreach (var (index, slice) in slices)
        {
            var sent = Mask(slice.GetProperty("mask"), VolumeFiles.Rows, VolumeFiles.Columns);
            var (mine, other) = (Pixels(1, index), Pixels(2, index));
            for (var i = 0; i < sent.Length; i++)
                Assert.IsTrue(sent[i] ? mine[i] || other[i] : !mine[i], $"slice {index}, pixel {i}");
        }

        var cut = await s_server.Client.GetFromJsonAsync<JsonElement>($"{Url(info)}/results/{result}/masks/sagittal/48");
        var across = Mask(cut, VolumeFiles.Slices, VolumeFiles.Rows);
        foreach (var index in slices.Keys) // column 48 of the axial slices is the sagittal slice 48, seen from the side
        {
            var sent = Mask(slices[index].GetProperty("mask"), VolumeFiles.Rows, VolumeFiles.Columns);
            for (var y = 0; y < VolumeFiles.Rows; y++)
                Assert.AreEqual(sent[y * VolumeFiles.Columns + 48], across[(VolumeFiles.Slices - 1 - index) * VolumeFiles.Rows + y]);
        }
    }

    [TestMethod]
    public async Task Objects_of_a_DICOM_series_are_exported_as_a_segmentation_of_it()
    {
        using var folder = new TemporaryFolder();
        var series = Directory.CreateDirectory(Path.Combine(folder.Path, "series")).FullName;
        byte[] bright = [.. Enumerable.Range(0, TinyDicom.Columns * TinyDicom.Rows).Select(i =>
            i % TinyDicom.Columns is >= 1 and < 6 && i / TinyDicom.Columns is >= 1 and < 4 ? byte.MaxValue : (byte)0)];
        TinyDicom.WriteSeries(series, [0, 3, 6], elements => elements.Bytes(ElementKind.Pixels, bright));
        var info = await Open([.. Directory.GetFiles(series).Select(File.ReadAllBytes)]);
        Assert.IsTrue(info.GetProperty("isDicom").GetBoolean());
        var found = await Propagate(info, new { plane = "axial",
            prompts = (object[])[new { slice = 1, steps = (object[])[new { box = (int[])[1, 1, 6, 4] }] }] });
        async Task<LabelVolume> Exported(string format, string name, Func<string, LabelVolume> load)
        {
            using var answer = await s_server.Client.PostAsJsonAsync($"{Url(info)}/labels",
                new { objects = (object[])[new { result = found.GetProperty("result").GetString(), name = "my own" }], format });
            Assert.IsTrue(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            var path = Path.Combine(folder.Path, name);
            await File.WriteAllBytesAsync(path, await answer.Content.ReadAsByteArrayAsync());
            return load(path);
        }

        using var volume = MedicalVolume.Load(series);
        var segmentation = await Exported("dicom", "labels.dcm", path => LabelVolume.LoadSegmentation(path, volume));
        var labels = await Exported("nifti", "labels.nii.gz", path => LabelVolume.Load(path));
        Assert.AreEqual("my own", segmentation.Names[1]);
        Assert.IsNotEmpty(labels.Labels);
        CollectionAssert.AreEqual(TinyDicom.Voxels(labels), TinyDicom.Voxels(segmentation));
        Dciodvfy.Check(Path.Combine(folder.Path, "labels.dcm"), hasOwnCodes: true);
    }

    [TestMethod]
    [DataRow("dicom", 422, "The labels do not lie on a DICOM series")]
    [DataRow("stl", 400, "expected nifti or dicom")]
    public async Task A_format_that_does_not_fit_is_refused(string format, int status, string message)
    {
        var info = await Open(Ellipsoid);
        Assert.IsFalse(info.GetProperty("isDicom").GetBoolean());
        var found = await Propagate(info, new { plane = "axial", prompts = (object[])[Prompt(11)], mostSlices = 0 });
        using var answer = await s_server.Client.PostAsJsonAsync($"{Url(info)}/labels",
            new { objects = (object[])[new { result = found.GetProperty("result").GetString() }], format });
        Assert.AreEqual(status, (int)answer.StatusCode);
        StringAssert.Contains(await answer.Content.ReadAsStringAsync(), message);
    }

    [TestMethod]
    public async Task Prompts_on_several_slices_count_and_are_what_the_page_showed()
    {
        var info = await Open(Ellipsoid);
        const string Window = "60,220";
        object[] steps = [Box, new { point = (int[])[48, 40] }];
        var id = await s_server.Upload(await s_server.Client.GetByteArrayAsync($"{Url(info)}/slices/axial/9?window={Window}"));
        using var shown = JsonDocument.Parse(await s_server.Answer(id, steps));
        var found = await Propagate(info,
            new { plane = "axial", window = Window, prompts = (object[])[new { slice = 9, steps }, Prompt(14)] });
        var slices = found.GetProperty("slices").EnumerateArray().ToDictionary(slice => slice.GetProperty("slice").GetInt32());
        Assert.AreEqual(2, slices.Values.Count(slice => slice.GetProperty("isPrompted").GetBoolean()));
        Assert.AreEqual(shown.RootElement.GetProperty("segmentation").GetProperty("counts").GetString(),
            slices[9].GetProperty("mask").GetProperty("segmentation").GetProperty("counts").GetString());
    }

    [TestMethod]
    public async Task Who_leaves_ends_the_work()
    {
        var info = await Open(Ellipsoid);
        var before = (await s_server.Status()).GetProperty("canceled").GetInt32();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url(info)}/propagate")
        {
            // On every slice, so that there is work for a while whatever the model finds.
            Content = JsonContent.Create(new { plane = "axial", prompts = Enumerable.Range(0, VolumeFiles.Slices).Select(Prompt) }),
        };
        using (var answer = await s_server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        using (var events = new StreamReader(await answer.Content.ReadAsStreamAsync()))
            Assert.AreEqual("event: waiting", await events.ReadLineAsync());

        var after = await s_server.WaitFor(status => status.GetProperty("canceled").GetInt32() > before);
        Assert.AreEqual(0, after.GetProperty("running").GetInt32());
    }

    private static object Prompt(int slice) => new { slice, steps = (object[])[Box] };

    private static string Url(JsonElement info) => $"api/volumes/{info.GetProperty("id").GetString()}";

    private static bool[] Mask(JsonElement mask, int height, int width) =>
        SegmentationMask.FromCocoText(mask.GetProperty("segmentation").GetProperty("counts").GetString()!, height, width).ToPixels();

    private static async Task<JsonElement> Open(params byte[][] files)
    {
        using var answer = await s_server.Client.PostAsync("api/volumes", VolumeFiles.Form(files));
        Assert.IsTrue(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<JsonElement> Propagate(JsonElement info, object request)
    {
        using var answer = await s_server.Client.PostAsJsonAsync($"{Url(info)}/propagate", request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.IsTrue(answer.IsSuccessStatusCode, text);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        StringAssert.StartsWith(events[0], "event: waiting");
        StringAssert.Contains(events[1], "\"slice\":");
        StringAssert.StartsWith(events[^1], "event: object");
        return JsonSerializer.Deserialize<JsonElement>(events[^1].Split("data: ")[1]);
    }
}
