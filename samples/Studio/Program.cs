// SEG-SAM in the browser: click an image, and see mask, name and score immediately.
using System.Globalization;
using System.Net;
using Studio;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the same numbers on every machine
if (args.Contains("--help"))
{
    Console.WriteLine(StudioOptions.Usage);
    return 0;
}

try
{
    var options = StudioOptions.Parse(args);
    await using var app = StudioApp.Build(options, LoadedModel.From(options));
    await app.StartAsync();
    Console.WriteLine($"Studio is at {app.Urls.Single()} (Ctrl-C stops it). For research only: not a medical device.");
    if (!IPAddress.IsLoopback(options.Listen))
        Console.WriteLine("Anyone who can reach that address can use it: there is no sign-in.");
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception wrong) when (wrong is FormatException or IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"{wrong.Message} (--help lists the options)");
    return 2;
}
