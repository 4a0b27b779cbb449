namespace OnnxWeb;

/// <summary>Finds ONNX Runtime for browsers.</summary>
internal static class WebRuntime
{
    private const string Place = "node_modules/onnxruntime-web/dist";

    /// <summary>Its folder, in this sample's folder or a folder above the program; null if npm did not install it.</summary>
    public static string? FindOrNull()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var place in (string[])[Path.Combine(folder.FullName, Place), Path.Combine(folder.FullName, "samples/OnnxWeb", Place)])
            {
                if (Directory.Exists(place))
                    return place;
            }
        }

        return null;
    }

    /// <inheritdoc cref="FindOrNull"/>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static string Find() => FindOrNull() ?? throw new FileNotFoundException(
        "ONNX Runtime for browsers is not installed: npm install --no-package-lock --prefix samples/OnnxWeb");
}
