using System.Globalization;
using Microsoft.ML.SegSam.Imaging;
using Microsoft.ML.SegSam.Tests.Support;
using Microsoft.ML.SegSam.Volumes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio.Volumes;

/// <summary>A volume in a real browser: what a user sees and does.</summary>
[TestClass]
public sealed class StudioVolumeBrowserTests
{
    private const float Patience = 60_000; // milliseconds, for what takes seconds on a quiet machine
    private const string Name = "ellipsoid.nii.gz";
    private static readonly byte[] Ellipsoid = VolumeFiles.Ellipsoid();
    private static StudioServer? s_server;
    private static StudioBrowser? s_browser;
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
    public async Task Slices_turn_by_wheel_keys_and_slider_in_three_planes_and_windows_change()
    {
        var page = await Open();
        await Shows(page, 12);
        await page.FocusAsync("#viewer");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("Shift+ArrowUp");
        await Shows(page, 23);
        await page.Keyboard.PressAsync("ArrowLeft");
        await Shows(page, 22);
        await page.Keyboard.PressAsync("Home");
        await Shows(page, 0);
        await page.Keyboard.PressAsync("End");
        await Shows(page, 23);
        await page.HoverAsync("#viewer");
        await page.Mouse.WheelAsync(0, 100);
        await Shows(page, 22);
        await page.FillAsync("#slice", "5");
        await Shows(page, 5);
        await page.ClickAsync("[data-plane=coronal]");
        await Shows(page, 40);
        await Expect(page.Locator("#slice-count")).ToHaveTextAsync("of 0–79");

        await page.SelectOptionAsync("#window", new SelectOptionValue { Label = "Lung" });
        await Expect(page.Locator("#window-numbers")).ToHaveTextAsync("C -600  W 1500");
        await page.HoverAsync("#viewer");
        await page.Mouse.DownAsync(new() { Button = MouseButton.Right });
        await page.Mouse.MoveAsync(500, 300, new() { Steps = 3 });
        await page.Mouse.MoveAsync(550, 280, new() { Steps = 3 });
        await page.Mouse.UpAsync(new() { Button = MouseButton.Right });
        await Expect(page.Locator("#window-numbers")).Not.ToHaveTextAsync("C -600  W 1500");
        Assert.AreEqual("", await page.InputValueAsync("#window"));
        Assert.AreEqual(0, await page.Locator("#current-name").CountAsync(), "a drag with the right button is no prompt");
    }

    /// <summary>A click on the coronal slice at (30, 4) is on the sagittal slice 30, and on the axial one fifth from the top.</summary>
    [TestMethod]
    public async Task A_click_beside_the_slice_goes_to_that_place()
    {
        var page = await Open();
        await Expect(page.Locator("#side-0")).ToHaveAttributeAsync("aria-label", "coronal slice: a click goes to a place");
        await page.WaitForFunctionAsync("document.getElementById('side-0').getContext('2d').getImageData("
            + "document.getElementById('side-0').width / 2, document.getElementById('side-0').height / 2, 1, 1).data[3] > 0");
        var size = await page.EvaluateAsync<float[]>("() => [document.getElementById('side-0').clientWidth, "
            + "document.getElementById('side-0').clientHeight]");
        var scale = Math.Min(size[0] / VolumeFiles.Columns, size[1] / (VolumeFiles.Slices * 2.5f));
        await page.ClickAsync("#side-0", new() { Position = new()
        {
            X = (size[0] - VolumeFiles.Columns * scale) / 2 + 30.5f * scale,
            Y = (size[1] - VolumeFiles.Slices * 2.5f * scale) / 2 + 4.5f * 2.5f * scale,
        } });
        await Shows(page, VolumeFiles.Slices - 1 - 4);
        await page.ClickAsync("[data-plane=sagittal]");
        await Shows(page, 30);
        await Expect(page.Locator("#side-0")).ToHaveAttributeAsync("aria-label", "axial slice: a click goes to a place");
        await Expect(page.Locator("#export-segmentation")).ToBeHiddenAsync();
    }

    [TestMethod]
    public async Task An_object_is_boxed_propagated_corrected_kept_and_exported()
    {
        var page = await Open();
        await Drag(page, 26, 22, 70, 58);
        await Expect(page.Locator("#current-note")).ToContainTextAsync("Marked on slice 12.");
        await page.ClickAsync("#propagate");
        await Expect(page.Locator("#current-note")).ToContainTextAsync("Slices ", new() { Timeout = Patience });
        await Expect(page.Locator("#bar-legend")).ToContainTextAsync("Followed");
        if (Environment.GetEnvironmentVariable("SEGSAM_SCREENSHOTS") is { Length: > 0 } screenshots)
            await page.ScreenshotAsync(new() { Path = Path.Combine(screenshots, "studio-volume.png") });
        var first = await page.InnerTextAsync("#current-note");
        await page.FocusAsync("#viewer");
        await page.Keyboard.PressAsync("ArrowUp");
        await Shows(page, 13);
        Assert.AreNotEqual("0", await page.InnerTextAsync("#current-area"), "the mask is on the next slice too");

        var (left, top, scale) = await Place(page);
        await page.Mouse.ClickAsync(left + 48 * scale, top + 40 * scale);
        await Expect(page.Locator("#current-note")).ToContainTextAsync("New prompts: propagate again.");
        await page.Keyboard.PressAsync("g");
        await Expect(page.Locator("#current-note")).Not.ToContainTextAsync("New prompts", new() { Timeout = Patience });
        await page.Keyboard.PressAsync("Control+z");
        await Expect(page.Locator("#current-note")).ToContainTextAsync("New prompts: propagate again.");
        await page.Keyboard.PressAsync("Control+z");
        Assert.AreEqual(first, await page.InnerTextAsync("#current-note"));

        await page.ClickAsync("#keep");
        await page.FillAsync("#objects input", "my own name");
        await page.PressAsync("#objects input", "Enter");
        await page.ClickAsync("[data-plane=sagittal]");
        await Expect(page.Locator("#bar-legend")).ToContainTextAsync("through the axial slices");
        var download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#export-labels"));
        Assert.AreEqual("ellipsoid-labels.nii.gz", download.SuggestedFilename);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "labels.nii.gz");
        await download.SaveAsAsync(path);
        var labels = LabelVolume.Load(path);
        Assert.AreEqual("my own name", labels.Names[1]);
        var milliliters = labels.Volumes[1] / 1000;
        StringAssert.Contains(first, $", {milliliters.ToString("G3", CultureInfo.InvariantCulture)} ml.");

        var picture = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#export-picture"));
        Assert.AreEqual("ellipsoid-sagittal-48-masks.png", picture.SuggestedFilename);
        using var image = ImageFile.Decode(await File.ReadAllBytesAsync(await picture.PathAsync()));
        Assert.AreEqual((80, 60), (image.Width, image.Height), "24 slices of 2.5 mm are as high as 60 columns are wide");
    }

    [TestMethod]
    public async Task A_propagation_is_canceled_and_a_bad_file_is_refused_by_its_own_name()
    {
        var page = await Open();
        await Drag(page, 26, 22, 70, 58);
        await page.RouteAsync("**/propagate", async route =>
        {
            await Task.Delay(2000); // as long as a large volume takes
            await route.ContinueAsync();
        });
        await page.ClickAsync("#propagate");
        await page.ClickAsync("#work-cancel");
        await page.WaitForSelectorAsync("#work", new() { State = WaitForSelectorState.Hidden });
        await Expect(page.Locator("#current-note")).ToContainTextAsync("Marked on slice 12.");

        var series = VolumeFiles.Series(3);
        await page.SetInputFilesAsync("#file", series.Select((file, i) => new FilePayload
        {
            Name = $"IM{i}", MimeType = "", Buffer = i == 1 ? file[..^100] : file,
        }));
        await Expect(page.Locator("#toast")).ToContainTextAsync("IM1");
        await page.SetInputFilesAsync("#file",
            series.Select((file, i) => new FilePayload { Name = $"A{i}", MimeType = "", Buffer = file }));
        await Expect(page.Locator("#image-name")).ToHaveTextAsync("A0 and 2 more · CT 16 x 16 x 3, 1 x 1 x 3 mm, LPS");
        await page.ClickAsync($"#samples [data-name='{StudioServer.Sample.Name}']");
        await Expect(page.Locator("#image-name")).ToContainTextAsync(StudioServer.Sample.Name);
        Assert.IsFalse(await page.IsVisibleAsync("#volume"));
        _complaints.RemoveAll(each => each.Contains("422", StringComparison.Ordinal)); // the browser logs the refusal too
    }

    private async Task<IPage> Open()
    {
        var page = await s_browser!.Open("about:blank");
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                _complaints.Add(message.Text);
        };
        page.PageError += (_, error) => _complaints.Add(error);
        await page.GotoAsync(s_server!.Url);
        await Expect(page.Locator("#image-name")).Not.ToBeEmptyAsync();
        await page.SetInputFilesAsync("#file", new FilePayload { Name = Name, MimeType = "application/gzip", Buffer = Ellipsoid });
        await Expect(page.Locator("#image-name")).ToHaveTextAsync($"{Name} · 96 x 80 x 24, 1 x 1 x 2.5 mm, RAS");
        return page;
    }

    private static Task Shows(IPage page, int slice) => Expect(page.Locator("#slice-number")).ToHaveTextAsync($"{slice}");

    /// <summary>Where the corner of an axial slice is in the window, and how many of its pixels one of the slice takes.</summary>
    private static async Task<(float Left, float Top, float Scale)> Place(IPage page)
    {
        var box = (await page.Locator("#viewer").BoundingBoxAsync())!;
        var scale = Math.Min(box.Width / VolumeFiles.Columns, box.Height / VolumeFiles.Rows);
        return (box.X + (box.Width - VolumeFiles.Columns * scale) / 2, box.Y + (box.Height - VolumeFiles.Rows * scale) / 2, scale);
    }

    private static async Task Drag(IPage page, float x0, float y0, float x1, float y1)
    {
        var (left, top, scale) = await Place(page);
        await page.Mouse.MoveAsync(left + x0 * scale, top + y0 * scale);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(left + x1 * scale, top + y1 * scale, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        await page.WaitForSelectorAsync("#keep");
    }
}
