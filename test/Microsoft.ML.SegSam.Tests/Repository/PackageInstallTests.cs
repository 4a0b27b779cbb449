using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.SegSam.Hosting;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Repository;

/// <summary>
/// The packages as users get them: packed, restored from a folder into a fresh program outside the repository, and run there.
/// </summary>
[TestClass]
public sealed class PackageInstallTests
{
    private const string Program = """
        using Microsoft.ML;
        using Microsoft.ML.Data;
        using Microsoft.ML.SegSam;
        using Microsoft.ML.SegSam.Options;

        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromTextFile<Row>("rows.tsv");
        var load = ml.Transforms.LoadRawImageBytes("Image", ".", "ImagePath")
        """ + """
        .Append(ml.Transforms.LoadRawImageBytes("Mask", ".", "MaskPath"));
        var model = load.Append(ml.Transforms.SegSam(new SegSamOptions { BoxColumnName = "Box", InputSize = 64, Epochs = 1 })).Fit(data);
        ml.Model.Save(model, data.Schema, "segsam.zip");
        var again = ml.Model.Load("segsam.zip", out _);
        var pairs = model.Transform(data).GetColumn<bool[]>("BinaryMask").Zip(again.Transform(data).GetColumn<bool[]>("BinaryMask"));
        Console.WriteLine($"{pairs.Count(pair => pair.First.SequenceEqual(pair.Second))} equal;
        """ + """
         {ml.Segmentation.Evaluate(again.Transform(data)).Rows} rows");
        using var mini = SegSamPredictor.Load(System.IO.Path.Combine(AppContext.BaseDirectory, "segsam-mini.zip"));
        Console.WriteLine($"mini: {mini.Categories.Contains("vertebra")}");

        public class Row
        {
            [LoadColumn(0)] public string ImagePath { get; set; } = "";
            [LoadColumn(1)] public string MaskPath { get; set; } = "";
            [LoadColumn(2, 5), VectorType(4)] public float[] Box { get; set; } = [];
            [LoadColumn(6)] public string Category { get; set; } = "";
        }
        """;

    [TestMethod]
    public void A_fresh_program_restores_the_packages_trains_saves_and_loads_its_model_and_the_one_that_ships()
    {
        using var folder = new TemporaryFolder();
        using var feed = new LocalFeed(folder.Path);
        using (var mini = ZipFile.OpenRead(feed.AddMini()))
        {
            Assert.IsEmpty(mini.Entries.Where(entry => entry.Name.EndsWith(".dll", StringComparison.Ordinal)));
            foreach (var name in (string[])["segsam-mini.zip", "MODEL_CARD.md", "LICENSE", "icon.png"])
                Assert.IsNotNull(mini.GetEntry(name), name);
        }

        Assert.IsTrue(File.Exists(Path.Combine(folder.Path, $"Microsoft.ML.SegSam.{feed.Version}.snupkg")), "symbols");
        Write("nuget.config", """<configuration><packageSources><add key="here" value="." /></packageSources></configuration>""");
        const string language = "<Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>";
        const string build = "<SelfContained>false</SelfContained><NuGetAudit>false</NuGetAudit>";
        var backend = $"""<PackageReference Include="{LocalFeed.Backend}" Version="{TorchNatives.LibTorchVersion}" />""";
        Write("Fresh.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework>{language}
                <UseCurrentRuntimeIdentifier>true</UseCurrentRuntimeIdentifier>{build}
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.ML.SegSam" Version="[{feed.Version}]" />{backend}
                <PackageReference Include="Microsoft.ML.SegSam.Mini" Version="[{feed.Version}]" />
              </ItemGroup>
            </Project>
            """);
        Write("Program.cs", Program);
        Write("rows.tsv", string.Concat(TinyData.Rows(images: 3).Select((row, i) => Line(folder.Path, row, i))));
        Assert.AreEqual("6 equal; 6 rows\nmini: True", string.Join('\n', Run("run", "--project", folder.Path).Trim().Split('\n')[^2..]));

        void Write(string name, string text) => File.WriteAllText(Path.Combine(folder.Path, name), text);

        string Run(params string[] arguments)
        {
            var (code, output, error) = ChildProcess.DotnetIn(folder.Path, arguments);
            Assert.AreEqual(0, code, output + error);
            return output;
        }
    }

    private static string Line(string folder, TinyRow row, int number)
    {
        File.WriteAllBytes(Path.Combine(folder, $"{number}.png"), row.File!);
        File.WriteAllBytes(Path.Combine(folder, $"{number}-mask.png"), row.MaskFile!);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{number}.png\t{number}-mask.png\t{string.Join('\t', row.Box!)}\t{row.Category}\n");
    }
}
