using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Imaging.Decoding;
using SampleKit;
using Studio;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

[TestClass]
public sealed class StudioPredictTests
{
    private static StudioServer s_server = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _) => s_server = await StudioServer.Start(new(Images: 3));

    [ClassCleanup]
    public static async Task Stop() => await s_server.DisposeAsync();

    [TestMethod]
    public async Task A_box_gives_the_mask_and_the_name_of_what_it_is_around()
    {
        var id = await s_server.Upload(StudioServer.SampleFile);
        foreach (var truth in StudioServer.Sample.Objects)
        {
            float[] box = [truth.X0, truth.Y0, truth.X1, truth.Y1];
            using var answer = JsonDocument.Parse(await s_server.Answer(id, new { box }));
            Assert.AreEqual(truth.Category, answer.RootElement.GetProperty("category").GetString());
            var mask = SegmentationMask.FromCocoText(answer.RootElement.GetProperty("segmentation").GetProperty("counts").GetString()!,
                320, 320);
            var area = (truth.X1 - truth.X0) * (truth.Y1 - truth.Y0);
            Assert.IsTrue(mask.Area > 0.5 * area && mask.Area < area, $"{mask.Area} of a box of {area} pixels");
            var (x, y) = ((int)(truth.X0 + truth.X1) / 2, (int)(truth.Y0 + truth.Y1) / 2);
            Assert.IsTrue(mask.ToPixels()[y * 320 + x], "its center is in the mask");
        }
    }

    [TestMethod]
    public async Task Answers_are_the_librarys_own_and_each_step_refines_the_one_before()
    {
        var id = await s_server.Upload(StudioServer.SampleFile);
        using var predictor = SegSamPredictor.Load(ShippedModel.Find());
        using var image = predictor.Encode(UploadedImage.Decode(StudioServer.SampleFile, long.MaxValue));
        var first = predictor.Predict(image, SegSamPrompt.Point(200.5f, 180));
        var second = predictor.Predict(image, SegSamPrompt.Point(200.5f, 180).AndPoint(90, 90,
            onObject: false).AndMask(first));
        object[] steps = [new { point = (double[])[200.5, 180] }, new { point = (int[])[90, 90], on = false }];
        Assert.AreEqual(first.ToJson(), await s_server.Answer(id, steps[0]));
        Assert.AreEqual(second.ToJson(), await s_server.Answer(id, steps));
        Assert.AreNotEqual(first.ToJson(), second.ToJson());

        // Masks that were forgotten in between are computed again, to the same result.
        for (var i = 0; i < 40; i++)
            await s_server.Answer(id, new { point = (int[])[i, i] });
        Assert.AreEqual(second.ToJson(), await s_server.Answer(id, steps));
    }

    [TestMethod]
    public async Task A_file_that_browsers_show_otherwise_is_shown_as_the_model_sees_it()
    {
        var file = PngWriter.Of(40, 56, 16, 0, (x, y, _) => 10 * x + y, exif: 6); // dark to who takes the high byte, and on its side
        using var answer = await s_server.Client.PostAsync("api/pictures", new ByteArrayContent(file));
        using var shown = ImageFile.Decode(await answer.Content.ReadAsByteArrayAsync());
        using var seen = ImageFile.Decode(file);
        Assert.AreEqual((40, 56), (shown.Height, shown.Width));
        Assert.AreEqual(255, shown.Pixels.ToArray().Chunk(4).Max(pixel => pixel[0]));
        CollectionAssert.AreEqual(seen.Pixels.ToArray(), shown.Pixels.ToArray());
    }

    [TestMethod]
    public async Task Two_tabs_with_one_image_share_it_and_the_images_not_used_for_longest_go()
    {
        var id = await s_server.Upload(StudioServer.SampleFile);
        Assert.AreEqual(id, await s_server.Upload(StudioServer.SampleFile));
        for (var i = 0; i < 4; i++)
            await s_server.Upload(ImageFiles.Png(64, 64, (x, _) => (byte)(x + i)));
        Assert.AreEqual(3, (await s_server.Status()).GetProperty("images").GetInt32());
        using var gone = await s_server.Ask(id, new { point = (int[])[1, 1] });
        Assert.AreEqual(404, (int)gone.StatusCode);
        StringAssert.Contains(await gone.Content.ReadAsStringAsync(), "Open it again");
    }

    [TestMethod]
    public void An_image_in_use_outlives_its_place_in_the_list()
    {
        using var predictor = SegSamPredictor.Load(ShippedModel.Find());
        using var sessions = new Sessions<ImageSession>(capacity: 1);
        var image = predictor.Encode(new byte[64 * 64 * 3], 64, 64);
        using (var lease = sessions.Add("a", new(image)))
        {
            sessions.Add("b", new(predictor.Encode(new byte[32 * 32 * 3], 32, 32))).Dispose();
            Assert.IsFalse(sessions.TryRent("a", out _));
            Assert.AreEqual(64, predictor.Predict(lease.Item.Image, SegSamPrompt.Point(5, 5)).Width);
        }

        Assert.ThrowsExactly<ObjectDisposedException>(() => predictor.Predict(image, SegSamPrompt.Point(5, 5)));
        Assert.AreEqual(1, sessions.Count);
    }

    [TestMethod]
    public async Task Everything_comes_with_progress_and_names()
    {
        var id = await s_server.Upload(StudioServer.SampleFile);
        using var answer = await s_server.Client.PostAsJsonAsync($"api/images/{id}/everything",
            new { pointsPerSide = 10, predIouThreshold = 0, stabilityScoreThreshold = 0.3 });
        var events = (await answer.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.AreEqual("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        StringAssert.StartsWith(events[0], "event: waiting");
        StringAssert.Contains(events[^2], "\"done\":100,\"total\":100");
        using var masks = JsonDocument.Parse(events[^1].Split("data: ")[1]);
        Assert.IsGreaterThan(0, masks.RootElement.GetArrayLength());
        var name = StudioServer.Sample.Objects[0].Category;
        Assert.IsTrue(masks.RootElement.EnumerateArray().Any(mask => mask.GetProperty("category").GetString() == name));
    }

    [TestMethod]
    public async Task The_work_of_a_client_that_left_is_canceled_running_or_waiting()
    {
        var id = await s_server.Upload(StudioServer.SampleFile);
        var before = (await s_server.Status()).GetProperty("canceled").GetInt32();
        var others = Enumerable.Range(0, Environment.ProcessorCount).Select(async _ =>
        {
            using var leave = new CancellationTokenSource();
            using var request = new HttpRequestMessage(HttpMethod.Post,
                $"api/images/{id}/everything") { Content = JsonContent.Create(new { pointsPerSide = 64, predIouThreshold = 0 }) };
            using var answer = await s_server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leave.Token);
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(leave.Token));
            Assert.AreEqual("event: waiting", await reader.ReadLineAsync(leave.Token));
        });
        await Task.WhenAll(others);
        var after = await s_server.WaitFor(status => status.GetProperty("running").GetInt32() == 0);
        Assert.AreEqual(before + Environment.ProcessorCount, after.GetProperty("canceled").GetInt32());
    }
}
