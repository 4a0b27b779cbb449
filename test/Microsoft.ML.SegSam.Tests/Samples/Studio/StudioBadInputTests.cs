using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using SampleKit;
using Studio;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

[TestClass]
public sealed class StudioBadInputTests
{
    private static readonly byte[] Small = ImageFiles.Png(64, 48, (x, y) => (byte)(x + y));
    private static StudioServer s_server = null!;
    private static string s_id = "";

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        s_server = await StudioServer.Start(new(UploadMegabytes: 1));
        s_id = await s_server.Upload(Small);
    }

    [ClassCleanup]
    public static async Task Stop() => await s_server.DisposeAsync();

    [TestMethod]
    public async Task What_is_no_image_is_refused() => await Refused(415,
        "The 11 bytes are not a supported image file (first bytes: 6E6F74206120696D). Expected PNG, JPEG",
        "not a image"u8.ToArray());

    [TestMethod]
    public async Task DICOM_is_recognized() => await Refused(415, "it is DICOM: ",
        [.. new byte[128], .. "DICM"u8, .. new byte[100]]);

    [TestMethod]
    public async Task A_cut_file_is_refused() => await Refused(422, "The PNG image is truncated or damaged", Small[..(Small.Length / 2)]);

    [TestMethod]
    public async Task Nothing_is_refused() => await Refused(400, "The upload is empty", []);

    [TestMethod]
    public async Task Fifty_megapixels_are_refused_before_a_pixel_is_decoded() =>
        await Refused(413, "10000 x 5000 pixels, 50 megapixels; at most 40 are allowed",
            PngEncoder.Gray(new byte[50_000_000], 5000, 10000));

    [TestMethod]
    public async Task A_file_above_the_limit_is_refused_whether_it_says_its_length_or_not()
    {
        await Refused(413, "The file has 1.2 MB; at most 1 MB are allowed", new byte[1_200_000]);
        using var content = new StreamContent(new Chunks(1_200_000));
        using var answer = await s_server.Client.PostAsync("api/images", content);
        Assert.AreEqual(413, (int)answer.StatusCode);
        StringAssert.Contains(await Detail(answer), "too many MB; at most 1 MB are allowed");
    }

    [TestMethod]
    [DataRow("""{"steps":[{"point":[70,10]}]}""", "expected points on the image, 64 wide and 48 high, found (70, 10)")]
    [DataRow("""{"steps":[{"point":[5,-1]}]}""", "expected points on the image")]
    [DataRow("""{"steps":[{"box":[70,60,90,80]}]}""", "expected a box that overlaps the image")]
    [DataRow("""{"steps":[{"box":[30,30,10,40]}]}""", "expected x0 < x1 and y0 < y1")]
    [DataRow("""{"steps":[{"point":[1,2,3]}]}""", "A step has 3 numbers for a point and 0 for a box")]
    [DataRow("""{"steps":[{"point":[1,2],"box":[1,2,3,4]}]}""", "expected either point [x, y] or box")]
    [DataRow("""{"steps":[{}]}""", "A step has 0 numbers")]
    [DataRow("""{"steps":[]}""", "There are 0 steps")]
    [DataRow("""{}""", "There are 0 steps")]
    [DataRow("""{"steps":[null]}""", "A step is null")]
    [DataRow("""{"steps":[{"point":[1,2],"onn":false}]}""", "'onn' could not be mapped")]
    [DataRow("""{"steps":[{"point":["a",2]}]}""", "could not be converted")]
    [DataRow("""{"steps":""", "")]
    public async Task A_prompt_that_makes_no_sense_is_refused_with_its_reason(string body, string reason) =>
        await RefusedJson(400, reason, $"api/images/{s_id}/predict", body);

    [TestMethod]
    [DataRow("""{"pointsPerSide":0}""", "PointsPerSide is '0'; it must be from 1 to 1024")]
    [DataRow("""{"pointsPerSide":65}""", "65 points per side are too many; expected 1 to 64")]
    [DataRow("""{"predIouThreshold":1.5}""", "PredIouThreshold is '1.5'; it must be from 0 to 1")]
    public async Task A_setting_out_of_range_is_refused(string body, string reason) =>
        await RefusedJson(400, reason, $"api/images/{s_id}/everything", body);

    [TestMethod]
    public async Task An_unknown_image_is_said()
    {
        await RefusedJson(404, "no longer has this image", "api/images/00/predict", """{"steps":[{"point":[1,2]}]}""");
        await RefusedJson(404, "no longer has this image", "api/images/00/everything", "{}");
    }

    [TestMethod]
    [DataRow("""{"width":4,"height":2,"objects":[]}""", "There are 0 objects")]
    [DataRow("""{"width":0,"height":2,"objects":[]}""", "The image is 0 x 2 pixels")]
    [DataRow("""{"width":4,"height":2,"objects":[{"category":"liver","score":0.5,"counts":"44"}]}""", "")]
    [DataRow("""{"width":4,"height":3,"objects":[{"category":"liver","score":0.5,"counts":"44"}]}""",
        "Object 1 ('liver'): The sum of the 2 run lengths is 8")]
    [DataRow("""{"width":4,"height":2,"objects":[{"category":" ","counts":"44"}]}""", "Object 1 has no category")]
    [DataRow("""{"width":4,"height":2,"objects":[{"category":"liver","score":7,"counts":"44"}]}""", "has the score 7")]
    public async Task An_export_says_which_object_is_wrong(string body, string reason)
    {
        foreach (var kind in (string[])["coco", "label-map"])
            await RefusedJson(reason.Length == 0 ? 200 : 400, reason, $"api/export/{kind}", body);
    }

    [TestMethod]
    public void A_picture_is_turned_as_its_camera_says()
    {
        // Bright at the file's upper left; blocks of 8 survive JPEG.
        var jpeg = ImageFiles.Jpeg(32, 16, (x, y) => (byte)(x < 8 && y < 8 ? 255 : 0));
        (bool IsTall, bool IsRight, bool IsLow)[] expected =
        [
            (false, false, false), (false, true, false), (false, true, true), (false, false, true),
            (true, false, false), (true, true, false), (true, true, true), (true, false, true),
        ];
        for (var origin = 1; origin <= 8; origin++)
        {
            var image = UploadedImage.Decode(ImageFiles.Turned(jpeg, origin), long.MaxValue);
            var brightest = Enumerable.Range(0, image.Width * image.Height).Where(i => image.Pixels[4 * i] > 128).ToList();
            var (x, y) = (brightest.Average(i => i % image.Width) / image.Width, brightest.Average(i => i / image.Width) / image.Height);
            Assert.AreEqual(expected[origin - 1], (image.Height == 32, x > 0.5, y > 0.5), $"orientation {origin}");
        }
    }

    [TestMethod]
    public async Task Another_host_name_is_turned_away_and_the_page_may_load_nothing_from_elsewhere()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "images.example" } };
        using var refused = await s_server.Client.SendAsync(request);
        Assert.AreEqual(400, (int)refused.StatusCode);
        using var page = await s_server.Client.GetAsync("/");
        StringAssert.StartsWith(page.Headers.GetValues("Content-Security-Policy").Single(), "default-src 'none'; script-src 'self'");
        Assert.DoesNotContain("http:", (await page.Content.ReadAsStringAsync()).Replace("http://www.w3.org", "", StringComparison.Ordinal));
    }

    private static async Task Refused(int status, string reason, byte[] file)
    {
        var before = (await s_server.Status()).GetProperty("images").GetInt32();
        using var answer = await s_server.Client.PostAsync("api/images", new ByteArrayContent(file));
        Assert.AreEqual(status, (int)answer.StatusCode);
        StringAssert.Contains(await Detail(answer), reason);
        Assert.AreEqual(before, (await s_server.Status()).GetProperty("images").GetInt32());
    }

    private static async Task RefusedJson(int status, string reason, string url, string body)
    {
        using var answer = await s_server.Client.PostAsync(url, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.AreEqual(status, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
        if (status >= 400)
            StringAssert.Contains(await Detail(answer), reason);
    }

    private static async Task<string> Detail(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString()!;

    /// <summary>A stream that does not say how long it is.</summary>
    private sealed class Chunks(int left) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var now = Math.Min(count, left);
            left -= now;
            return now;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
