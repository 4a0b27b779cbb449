using System.Text.Json;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Commands;
using Microsoft.DotNet.Interactive.CSharp;
using Microsoft.DotNet.Interactive.Documents.Jupyter;
using Microsoft.DotNet.Interactive.Events;
using Microsoft.DotNet.Interactive.PackageManagement;

// Runs the code cells of a notebook in the working directory, as a front end does, and writes one line of JSON for each value
// that they show: {"cell":3,"mime":"text/html","value":"..."}. The first cell that fails ends it with code 1, its number and error.
if (args is not [var path])
{
    Console.Error.WriteLine("usage: NotebookKernel NOTEBOOK.ipynb");
    return 2;
}

var output = Console.Out; // the kernel takes the console for its cells
using var csharp = new CSharpKernel().UseKernelHelpers().UseValueSharing().UseNugetDirective((kernel, packages) =>
{
    kernel.AddAssemblyReferences(packages.SelectMany(package => package.AssemblyPaths));
    return Task.CompletedTask;
}, forceRestore: false);
using var kernel = new CompositeKernel { csharp };
var cells = Notebook.Parse(await File.ReadAllTextAsync(path)).Elements.Where(element => element.KernelName != "markdown").ToList();
if (cells.Count == 0)
{
    Console.Error.WriteLine($"{path} has no code cell.");
    return 2;
}

for (var i = 0; i < cells.Count; i++)
{
    var result = await kernel.SendAsync(new SubmitCode(cells[i].Contents, csharp.Name));
    var shown = result.Events.OfType<DisplayEvent>().Where(each => each is DisplayedValueProduced or ReturnValueProduced);
    foreach (var value in shown.SelectMany(each => each.FormattedValues))
        output.WriteLine(JsonSerializer.Serialize(new { cell = i + 1, mime = value.MimeType, value = value.Value }));
    if (result.Events.OfType<CommandFailed>().FirstOrDefault() is { } failed)
    {
        Console.Error.WriteLine($"Code cell {i + 1} of {cells.Count} failed: {failed.Message}\nIts code:\n{cells[i].Contents}");
        return 1;
    }
}

return 0;
