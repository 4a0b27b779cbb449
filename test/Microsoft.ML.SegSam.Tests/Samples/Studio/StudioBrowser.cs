using Microsoft.Playwright;

namespace Microsoft.ML.SegSam.Tests.Samples.Studio;

/// <summary>The system's own Chromium, without a window. A test that needs it is skipped, and says so, where there is none.</summary>
internal sealed class StudioBrowser : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private StudioBrowser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static async Task<StudioBrowser> Start()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (path is null)
        {
            Assert.Inconclusive("Skipped: there is no browser. "
                + $"Install Chromium, so that one of {string.Join(", ", Names)} is on the PATH (Debian: apt-get install chromium).");
        }

        var playwright = await Playwright.Playwright.CreateAsync();
        return new(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Headless = true }));
    }

    /// <summary>A page of its own, as if of another user.</summary>
    public async Task<IPage> Open(string url, int width = 1280, int height = 800, bool isPhone = false)
    {
        var context = await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            HasTouch = isPhone,
            IsMobile = isPhone,
            DeviceScaleFactor = isPhone ? 2 : 1,
            AcceptDownloads = true,
        });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(20_000);
        await page.GotoAsync(url);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
