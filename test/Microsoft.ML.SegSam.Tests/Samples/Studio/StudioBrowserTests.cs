using System.Text.Json;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.Playwright;
using SampleKit;
using Studio;
using static Microsoft.Playwright.Assertions;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

/// <summary>The page in a real browser: what a user sees and does.</summary>
[TestClass]
public sealed class StudioBrowserTests
{
    private const int Side = 320;

    private static readonly string Name = Path.GetFileNameWithoutExtension(StudioServer.Sample.Name);
    private static StudioServer? s_server;
    private static StudioBrowser? s_browser;

    // Two glomeruli: the second lies well inside the image, the first at its edge.
    private static SampleObject Inner => StudioServer.Sample.Objects[1];

    private static SampleObject AtEdge => StudioServer.Sample.Objects[0];

    private readonly List<string> _complaints = [];

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        s_browser = await StudioBrowser.Start();
        s_server = await StudioServer.Start();
    }

    [ClassCleanup]
    public static async Task Stop()
    {
        if (s_browser is not null)
            await s_browser.DisposeAsync();
        if (s_server is not null)
            await s_server.DisposeAsync();
    }

    [TestCleanup]
    public void Nothing_may_have_gone_wrong_in_the_page() => Assert.IsEmpty(_complaints, string.Join('\n', _complaints));

    [TestMethod]
    public async Task A_click_shows_the_mask_where_it_was_and_another_changes_it()
    {
        var page = await Open();
        var (x, y) = CenterOf(AtEdge);
        var before = await ColorAt(page, x, y);
        await Click(page, x, y);
        await page.WaitForSelectorAsync("#current-name");
        Assert.AreEqual(AtEdge.Category, await page.InnerTextAsync("#current-name"), ignoreCase: true);
        Assert.MatchesRegex(@"^[01]\.\d\d$", await page.InnerTextAsync("#current-score"));
        var (besideX, besideY) = (x, y - (AtEdge.Y1 - AtEdge.Y0) / 4); // the marker of the click covers its place
        Assert.AreNotEqual(before, await ColorAt(page, besideX, besideY));
        StringAssert.Contains(await page.InnerTextAsync("#live"), "pixels");

        var area = await page.InnerTextAsync("#current-area");
        await Click(page, besideX, besideY, isNegative: true);
        await Expect(page.Locator("#current-area")).Not.ToHaveTextAsync(area);
        await page.ClickAsync("#undo");
        Assert.AreEqual(area, await page.InnerTextAsync("#current-area"));
        await page.ClickAsync("#redo");
        Assert.AreNotEqual(area, await page.InnerTextAsync("#current-area"));
    }

    [TestMethod]
    public async Task What_is_kept_is_listed_and_every_export_can_be_read()
    {
        var page = await Open();
        await Drag(page, Inner);
        await page.ClickAsync("#keep");
        await page.WaitForSelectorAsync("#objects li");
        Assert.AreEqual("1", await page.InnerTextAsync("#count"));
        await page.FillAsync("#objects input", "my own name");
        await page.PressAsync("#objects input", "Enter");

        using var coco = JsonDocument.Parse(await Download(page, "coco", $"{Name}-coco.json"));
        var annotation = coco.RootElement.GetProperty("annotations")[0];
        Assert.IsFalse(annotation.TryGetProperty("score", out _), "A person's name has no score.");
        var mask = SegmentationMask.FromCocoText(annotation.GetProperty("segmentation").GetProperty("counts").GetString()!, Side,
            Side).ToPixels();
        Assert.IsTrue(mask[(int)CenterOf(Inner).Y * Side + (int)CenterOf(Inner).X]);
        var categories = coco.RootElement.GetProperty("categories").EnumerateArray().ToList();
        Assert.AreEqual("my own name", categories[^1].GetProperty("name").GetString());

        var labels = StudioExportTests.Indices(await Download(page, "label-map", $"{Name}-labels.png"), Side, Side);
        CollectionAssert.AreEqual(mask.Select(inside => inside ? categories.Count : 0).ToArray(), labels);
        var picture = UploadedImage.Decode(await Download(page, "picture", $"{Name}-masks.png"), long.MaxValue);
        Assert.AreEqual((Side, Side), (picture.Width, picture.Height));
    }

    [TestMethod]
    public async Task The_keyboard_does_it_all()
    {
        var page = await Open();
        await page.FocusAsync("#viewer");
        await page.Keyboard.PressAsync("b");
        var (width, height) = ((int)(Inner.X1 - Inner.X0), (int)(Inner.Y1 - Inner.Y0));
        await Move(page, (int)Inner.X0 - Side / 2, (int)Inner.Y0 - Side / 2);
        await page.Keyboard.PressAsync("Space");
        await Move(page, width, height);
        await page.Keyboard.PressAsync("Space");
        await page.WaitForSelectorAsync("#current-name");
        Assert.AreEqual(Inner.Category, await page.InnerTextAsync("#current-name"), ignoreCase: true);
        await page.Keyboard.PressAsync("Enter");
        Assert.AreEqual("1", await page.InnerTextAsync("#count"));
        await page.Keyboard.PressAsync("Control+z");
        Assert.AreEqual("0", await page.InnerTextAsync("#count"));
        Assert.IsTrue(await page.IsVisibleAsync("#current-name"));
        await page.Keyboard.PressAsync("Escape");
        Assert.IsFalse(await page.IsVisibleAsync("#current-name"));
        await page.Keyboard.PressAsync("?");
        Assert.IsTrue(await page.IsVisibleAsync("#help"));
    }

    [TestMethod]
    public async Task Everything_is_found_and_can_be_taken_back_or_canceled()
    {
        var page = await Open();
        await page.ClickAsync("#settings summary");
        await page.FillAsync("#points", "12");
        await page.FillAsync("#pred-iou", "0.2");
        await page.FillAsync("#stability", "0.3");
        await page.ClickAsync("#everything");
        await page.WaitForSelectorAsync("#objects li");
        await page.ClickAsync("#undo");
        Assert.AreEqual("0", await page.InnerTextAsync("#count"));

        await page.FillAsync("#points", "64");
        await page.FillAsync("#pred-iou", "0");
        await page.ClickAsync("#everything");
        await page.ClickAsync("#work-cancel");
        await page.WaitForSelectorAsync("#work", new() { State = WaitForSelectorState.Hidden });
        await s_server!.WaitFor(status => status.GetProperty("running").GetInt32() == 0);
        Assert.AreEqual("0", await page.InnerTextAsync("#count"));
    }

    [TestMethod]
    public async Task A_phone_shows_all_of_it_with_room_for_fingers()
    {
        var page = await Open(390, 844, isPhone: true);
        var (x, y) = CenterOf(Inner);
        var (left, top, scale) = await Place(page);
        await page.Touchscreen.TapAsync(left + x * scale, top + y * scale);
        await page.WaitForSelectorAsync("#keep");
        Assert.IsLessThanOrEqualTo(390, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        foreach (var target in await page.QuerySelectorAllAsync("#tools button, #keep, #discard, #open, .choice"))
        {
            var box = (await target.BoundingBoxAsync())!;
            Assert.IsGreaterThanOrEqualTo(44, Math.Min(box.Width, box.Height), await target.InnerTextAsync());
        }
    }

    [TestMethod]
    public async Task A_bad_file_is_refused_in_words_and_the_image_stays()
    {
        var page = await Open();
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "broken.png", MimeType = "image/png", Buffer = [1, 2, 3] });
        await page.WaitForSelectorAsync("#toast");
        StringAssert.Contains(await page.InnerTextAsync("#toast"), "The 3 bytes are not a supported image file");
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "vast.png", MimeType = "image/png",
            Buffer = PngEncoder.Gray(new byte[50_000_000], 5000, 10000) });
        await Expect(page.Locator("#toast")).ToContainTextAsync("10000 x 5000 pixels");
        StringAssert.Contains(await page.InnerTextAsync("#image-name"), Name);
        _complaints.RemoveAll(each => each.Contains("415", StringComparison.Ordinal)); // the browser logs the refusal too
    }

    [TestMethod]
    public async Task Two_tabs_on_one_image_do_not_disturb_each_other()
    {
        var (one, other) = (await Open(), await Open());
        await Drag(one, Inner);
        await one.ClickAsync("#keep");
        await Expect(one.Locator("#count")).ToHaveTextAsync("1");
        await Drag(other, AtEdge);
        Assert.AreEqual("1", await one.InnerTextAsync("#count"));
        Assert.AreEqual("0", await other.InnerTextAsync("#count"));
        Assert.AreEqual(AtEdge.Category, await other.InnerTextAsync("#current-name"), ignoreCase: true);
        var images = (await s_server!.Status()).GetProperty("images").GetInt32();
        Assert.AreEqual(2, images, "the first sample, which every tab opens, and this one");
    }

    private async Task<IPage> Open(int width = 1280, int height = 800, bool isPhone = false)
    {
        var page = await s_browser!.Open("about:blank", width, height, isPhone);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(s_server!.Url, StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                _complaints.Add($"request to another host: {request.Url}");
        };
        await page.GotoAsync(s_server!.Url);
        await Expect(page.Locator("#image-name")).ToContainTextAsync(SampleImages.All[0].Name);
        await page.ClickAsync($"#samples [data-name='{StudioServer.Sample.Name}']");
        await Expect(page.Locator("#image-name")).ToContainTextAsync(Name);
        return page;
    }

    private static (float X, float Y) CenterOf(SampleObject found) => ((found.X0 + found.X1) / 2, (found.Y0 + found.Y1) / 2);

    /// <summary>Where the image's corner is in the window, and how many of its pixels one of the image takes.</summary>
    private static async Task<(float Left, float Top, float Scale)> Place(IPage page)
    {
        var box = (await page.Locator("#viewer").BoundingBoxAsync())!;
        var scale = Math.Min(box.Width, box.Height) / Side;
        return (box.X + (box.Width - Side * scale) / 2, box.Y + (box.Height - Side * scale) / 2, scale);
    }

    private static async Task Click(IPage page, float x, float y, bool isNegative = false)
    {
        var (left, top, scale) = await Place(page);
        await page.Mouse.ClickAsync(left + x * scale, top + y * scale, new() { Button = isNegative ? MouseButton.Right
            : MouseButton.Left });
    }

    private static async Task Drag(IPage page, SampleObject box)
    {
        var (left, top, scale) = await Place(page);
        await page.Mouse.MoveAsync(left + box.X0 * scale, top + box.Y0 * scale);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(left + box.X1 * scale, top + box.Y1 * scale, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        await page.WaitForSelectorAsync("#keep");
    }

    /// <summary>Moves the keyboard's crosshair: far steps are of 8 screen pixels, fine ones of one pixel of the image.</summary>
    private static async Task Move(IPage page, int dx, int dy)
    {
        var step = Math.Max(1, (int)Math.Round(8 / (await Place(page)).Scale));
        foreach (var (distance, less, more) in ((int, string, string)[])[(dx, "ArrowLeft", "ArrowRight"), (dy, "ArrowUp", "ArrowDown")])
        {
            var key = distance < 0 ? less : more;
            for (var i = 0; i < Math.Abs(distance) / step; i++)
                await page.Keyboard.PressAsync(key);
            for (var i = 0; i < Math.Abs(distance) % step; i++)
                await page.Keyboard.PressAsync($"Shift+{key}");
        }
    }

    private static async Task<string> ColorAt(IPage page, float x, float y)
    {
        var (left, top, scale) = await Place(page);
        return await page.EvaluateAsync<string>("""
            async ({ x, y }) => {
              await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              const canvas = document.getElementById('viewer'), bounds = canvas.getBoundingClientRect();
              return canvas.getContext('2d').getImageData((x - bounds.left) * devicePixelRatio,
            """ + """
             (y - bounds.top) * devicePixelRatio, 1, 1).data.join();
            }
            """, new { x = (double)(left + x * scale), y = (double)(top + y * scale) });
    }

    private static async Task<byte[]> Download(IPage page, string kind, string name)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync($"#export-{kind}"));
        Assert.AreEqual(name, download.SuggestedFilename);
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }
}
