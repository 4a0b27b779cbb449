using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.SegSam.Prediction;
using Microsoft.ML.SegSam.Tests.Samples.Studio;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.Playwright;
using OnnxWeb;
using SampleKit;
using static Microsoft.Playwright.Assertions;

namespace Microsoft.ML.SegSam.Tests.Samples;

/// <summary>The page that decodes by itself, in a real browser.</summary>
[TestClass]
public sealed class OnnxWebTests
{
    private static readonly SampleImage Sample = SampleImages.Of("carotid-ultrasound.png");
    private static TemporaryFolder? s_folder;
    private static WebApplication? s_app;
    private readonly List<string> _requests = [], _complaints = [];

    private static string Url => s_app!.Urls.Single();

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        s_folder = new();
        using (var mini = SegSamTransformer.Load(ShippedModel.Find()))
            mini.SaveOnnx(s_folder.Path, halfPrecision: true);
        s_app = OnnxWebApp.Build(s_folder.Path, WebRuntime.FindOrNull() ?? s_folder.Path, port: 0);
        await s_app.StartAsync();
    }

    [ClassCleanup]
    public static async Task Stop()
    {
        if (s_app is not null)
            await s_app.DisposeAsync();
        s_folder?.Dispose();
    }

    [TestMethod]
    public async Task A_box_and_a_click_are_answered_in_the_page_as_by_the_predictor()
    {
        if (WebRuntime.FindOrNull() is null)
            Assert.Inconclusive("Skipped: npm install --no-package-lock --prefix samples/OnnxWeb was not run.");
        await using var browser = await StudioBrowser.Start();
        var page = await browser.Open("about:blank");
        page.Request += (_, request) => _requests.Add(request.Url);
        page.Console += (_, message) => { if (message.Type == "error") _complaints.Add(message.Text); };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(Url);
        await Expect(page.Locator("#status")).ToHaveTextAsync("Open an image.", new() { Timeout = 60_000 });
        await page.SetInputFilesAsync("#file", Sample.Path);
        await Expect(page.Locator("#status")).ToHaveTextAsync("Drag a box around an object, or click it.", new() { Timeout = 60_000 });
        var before = _requests.Count;

        var truth = Sample.Objects.Single();
        using var predictor = SegSamPredictor.Load(s_folder!.Path);
        predictor.Zoom = false;
        using var image = predictor.Encode(Sample.Path);

        await Drag(page, image, truth.X0, truth.Y0, truth.X1, truth.Y1);
        await Expect(page.Locator("#name")).ToHaveTextAsync(
            predictor.Predict(image, SegSamPrompt.Box(truth.X0, truth.Y0, truth.X1, truth.Y1)).Category, new() { Timeout = 30_000 });
        await Compare(page, predictor.Predict(image, SegSamPrompt.Box(truth.X0, truth.Y0, truth.X1, truth.Y1)));

        var (x, y) = ((truth.X0 + truth.X1) / 2f, (truth.Y0 + truth.Y1) / 2f);
        await page.EvaluateAsync("document.getElementById('time').textContent = ''");
        await Drag(page, image, x, y, x, y);
        await Expect(page.Locator("#time")).ToContainTextAsync("in this page", new() { Timeout = 30_000 });
        await Compare(page, predictor.Predict(image, SegSamPrompt.Point(x, y)));

        Assert.HasCount(before, _requests, "no prompt goes to the server");
        Assert.IsEmpty(_complaints, string.Join('\n', _complaints));
        if (Environment.GetEnvironmentVariable("SEGSAM_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, "onnx-web.png") });
    }

    [TestMethod]
    public async Task What_is_no_image_is_refused_with_the_reason()
    {
        using var client = new HttpClient();
        using var answer = await client.PostAsync(new Uri(Url + "/encode"), new ByteArrayContent([1, 2, 3]));
        Assert.AreEqual(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        StringAssert.Contains(await answer.Content.ReadAsStringAsync(), "image");
        client.DefaultRequestHeaders.ExpectContinue = true; // so that the answer comes before the bytes
        using var tooLarge = await client.PostAsync(new Uri(Url + "/encode"), new ByteArrayContent(new byte[33_000_000]));
        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
    }

    private static async Task Drag(IPage page, EncodedImage image, float x0, float y0, float x1, float y1)
    {
        var area = (await page.Locator("#view").BoundingBoxAsync())!;
        var (scaleX, scaleY) = (area.Width / image.Width, area.Height / image.Height);
        await page.Mouse.MoveAsync(area.X + x0 * scaleX, area.Y + y0 * scaleY);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(area.X + x1 * scaleX, area.Y + y1 * scaleY, new() { Steps = 3 });
        await page.Mouse.UpAsync();
    }

    private static async Task Compare(IPage page, SegSamPrediction expected)
    {
        var pixels = long.Parse((await page.Locator("#view").GetAttributeAsync("data-pixels"))!, CultureInfo.InvariantCulture);
        Assert.AreEqual(expected.Mask.Area, pixels, 0.01 * expected.Mask.Area + 5);
        StringAssert.Contains(await page.Locator("#time").TextContentAsync() ?? "",
            FormattableString.Invariant($"Predicted IoU {expected.PredictedIoU:0.00}"));
    }
}
