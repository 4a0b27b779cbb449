using System.Globalization;
using Microsoft.Extensions.Hosting;
using OnnxWeb;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var folder, .. var rest] || rest.Length > 1 || folder.StartsWith('-'))
{
    Console.Error.WriteLine("""
        usage: OnnxWeb FOLDER [PORT]

        Serves a page that segments images: this program encodes each image once, the browser answers every box and click by itself.
        FOLDER holds an exported model; this makes one of the model that comes with the samples:
          dotnet run --project samples/SegSam.Cli -- convert mini --onnx --half --out FOLDER
        The page needs ONNX Runtime for browsers, which npm installs:
          npm install --no-package-lock --prefix samples/OnnxWeb
        """);
    return 2;
}

try
{
    var runtime = WebRuntime.Find();
    var port = rest is [var number] ? ushort.Parse(number, CultureInfo.InvariantCulture) : (ushort)5090;
    await using var app = OnnxWebApp.Build(folder, runtime, port);
    await app.StartAsync();
    Console.WriteLine($"The page is at {app.Urls.Single()} (Ctrl-C stops it). For research only: not a medical device.");
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception wrong) when (wrong is FormatException or OverflowException or IOException or InvalidDataException)
{
    Console.Error.WriteLine(wrong.Message);
    return 2;
}
