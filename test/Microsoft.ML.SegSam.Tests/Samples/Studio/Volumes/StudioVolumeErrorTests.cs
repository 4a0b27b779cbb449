using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio.Volumes;

/// <summary>What is refused, and in which words: never with a path of the server, a patient, or an option of the library.</summary>
[TestClass]
public sealed class StudioVolumeErrorTests
{
    private static readonly byte[] Ellipsoid = VolumeFiles.Ellipsoid();
    private static StudioServer s_server = null!;
    private static string s_url = "";

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        s_server = await StudioServer.Start(new(VolumeMegabytes: 1));
        using var answer = await s_server.Client.PostAsync("api/volumes", VolumeFiles.Form(Ellipsoid));
        s_url = $"api/volumes/{(await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()}";
    }

    [ClassCleanup]
    public static async Task Stop() => await s_server.DisposeAsync();

    [TestMethod]
    public async Task A_cut_file_is_refused() => await Refused(422, "'file-1': ", Ellipsoid[..(Ellipsoid.Length / 2)]);

    [TestMethod]
    public async Task What_is_no_volume_is_refused() =>
        await Refused(422, "'file-1': It is none of the formats that are read: NIfTI, DICOM", [.. "a text"u8, .. new byte[600]]);

    [TestMethod]
    public async Task A_damaged_slice_is_named()
    {
        var series = VolumeFiles.Series(4);
        await Refused(422, "file-3", series[0], series[1], series[2][..^100], series[3]);
    }

    [TestMethod]
    public async Task Two_series_are_told_apart() =>
        await Refused(422, "There are 2 series. Studio opens one at a time; select the files of one series: "
            + "(CT, 3 slices); (CT, 2 slices).", [.. VolumeFiles.Series(3, "1.2.826.0.1.5"), .. VolumeFiles.Series(2, "1.2.826.0.1.6")]);

    [TestMethod]
    public async Task A_missing_slice_is_noticed() =>
        await Refused(422, "a slice is missing, or slices are not evenly spaced. Select all files of the series.",
            [.. VolumeFiles.Series(6, skipped: 3)]);

    [TestMethod]
    public async Task Two_volumes_at_once_are_refused() =>
        await Refused(400, "There are 2 files, 2 of them NIfTI; expected one NIfTI file", Ellipsoid, Ellipsoid);

    [TestMethod]
    public async Task A_cut_zip_is_refused()
    {
        var zip = VolumeFiles.Zip([("a.nii.gz", Ellipsoid)]);
        await Refused(422, "The zip is cut or damaged", zip[..^60]);
        await Refused(400, "The zip holds no file", VolumeFiles.Zip([(".hidden", [1])]));
    }

    [TestMethod]
    public async Task A_zip_that_grows_beyond_the_limit_is_refused() =>
        await Refused(413, "more than 8 times as many, unpacked, MB; at most 1 MB are allowed",
            VolumeFiles.Zip([("a.dcm", new byte[5_000_000]), ("b.dcm", new byte[5_000_000])]));

    [TestMethod]
    public async Task Files_above_the_limit_are_refused() =>
        await Refused(413, "at most 1 MB are allowed. Use a smaller volume, or start Studio with a higher --max-volume", new byte[600_000],
            new byte[600_000]);

    [TestMethod]
    public async Task Nothing_is_refused()
    {
        await Refused(400, "The upload is empty", [[]]);
        await Refused(400, "The upload ends in the middle"); // a form without parts has no end
        using var answer = await s_server.Client.PostAsync("api/volumes", new ByteArrayContent([1, 2, 3]));
        Assert.AreEqual(415, (int)answer.StatusCode);
        StringAssert.Contains(await Detail(answer), "expected multipart/form-data");
    }

    [TestMethod]
    public async Task A_page_from_elsewhere_may_not_send_files()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/volumes") { Content = VolumeFiles.Form(Ellipsoid) };
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await s_server.Client.SendAsync(request);
        Assert.AreEqual(403, (int)answer.StatusCode);
    }

    [TestMethod]
    [DataRow("slices/axial/24", "There is no slice 24: the volume has 24 Axial slices, 0 to 23.")]
    [DataRow("slices/oblique/0", "There is no plane 'oblique'; expected axial, coronal or sagittal.")]
    [DataRow("slices/stored/0", "There is no plane 'stored'")]
    [DataRow("slices/axial/0?window=wide", "'wide' is no window; expected soft-tissue")]
    [DataRow("results/r77/masks/axial/0", "no longer has the result 'r77'")]
    public async Task A_slice_that_is_not_there_is_said(string what, string reason)
    {
        using var answer = await s_server.Client.GetAsync($"{s_url}/{what}");
        Assert.AreEqual(reason.StartsWith("no", StringComparison.Ordinal) ? 404 : 400, (int)answer.StatusCode);
        StringAssert.Contains(await Detail(answer), reason);
    }

    [TestMethod]
    [DataRow("""{"plane":"axial","prompts":[]}""", "There are no prompts")]
    [DataRow("""{"plane":"axial","prompts":[null]}""", "one is null")]
    [DataRow("""{"plane":"up","prompts":[{"slice":1,"steps":[]}]}""", "There is no plane 'up'")]
    [DataRow("""{"plane":"axial","prompts":[{"slice":-1,"steps":[]}]}""", "There is no slice -1")]
    [DataRow("""{"plane":"axial","prompts":[{"slice":1,"steps":[]},{"slice":1,"steps":[]}]}""", "Slice 1 has 2 prompts")]
    [DataRow("""{"plane":"axial","prompts":[{"slice":1,"steps":[]}],"mostSlices":-1}""", "MostSlices is -1")]
    [DataRow("""{"plane":"axial","window":"x","prompts":[{"slice":1,"steps":[]}]}""", "'x' is no window")]
    public async Task A_propagation_that_makes_no_sense_is_refused_before_it_starts(string body, string reason)
    {
        using var answer = await Post("propagate", body);
        Assert.AreEqual(400, (int)answer.StatusCode);
        StringAssert.Contains(await Detail(answer), reason);
    }

    [TestMethod]
    [DataRow("""{"slice":1,"steps":[]}""", "There are 0 steps")]
    [DataRow("""{"slice":1,"steps":[{"point":[500,1]}]}""", "expected points on the image, 96 wide and 80 high")]
    public async Task A_prompt_that_does_not_fit_its_slice_ends_the_work_with_its_reason(string prompt, string reason)
    {
        using var answer = await Post("propagate", $$"""{"plane":"axial","prompts":[{{prompt}}]}""");
        var last = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[^1];
        StringAssert.StartsWith(last, "event: problem");
        StringAssert.Contains(last, reason);
    }

    [TestMethod]
    public async Task An_export_of_nothing_is_refused()
    {
        using (var answer = await Post("labels", """{"objects":[]}"""))
            StringAssert.Contains(await Detail(answer), "There are 0 objects; expected 1 to 255");
        using (var answer = await Post("labels", """{"objects":[{"result":"r5","name":"liver"}]}"""))
            StringAssert.Contains(await Detail(answer), "Propagate the object again");
    }

    private static Task<HttpResponseMessage> Post(string what, string body) =>
        s_server.Client.PostAsync($"{s_url}/{what}", new StringContent(body, Encoding.UTF8, "application/json"));

    private static async Task Refused(int status, string reason, params byte[][] files)
    {
        var before = Directory.GetDirectories(Path.GetTempPath(), "segsam-studio-*");
        using var answer = await s_server.Client.PostAsync("api/volumes", VolumeFiles.Form(files));
        var detail = await Detail(answer);
        Assert.AreEqual(status, (int)answer.StatusCode, detail);
        StringAssert.Contains(detail, reason);
        foreach (var hidden in (string[])["segsam-studio", Path.GetTempPath(), VolumeFiles.Patient, "MedicalVolumeOptions", "1.2.826"])
            Assert.DoesNotContain(hidden, detail);
        CollectionAssert.AreEquivalent(before, Directory.GetDirectories(Path.GetTempPath(), "segsam-studio-*"),
            "nothing stays on the disk");
    }

    private static async Task<string> Detail(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!;
}
