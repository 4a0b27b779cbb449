using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Samples.Notebooks;

/// <summary>The package versions that the repository builds with.</summary>
internal static class PackagePins
{
    private static readonly XDocument Properties = XDocument.Load(Path.Combine(SharedFolder.Repository, "Directory.Packages.props"));

    /// <summary>Version by package id, without the brackets of exact ones.</summary>
    public static IReadOnlyDictionary<string, string> Versions { get; } = Properties.Descendants("PackageVersion")
        .ToDictionary(pin => (string)pin.Attribute("Include")!, pin => Resolve((string)pin.Attribute("Version")!).Trim('[', ']'));

    /// <summary>The library's own version.</summary>
    public static string Library { get; } = XDocument.Load(Path.Combine(SharedFolder.Repository, "src", "Microsoft.ML.SegSam",
        "Microsoft.ML.SegSam.csproj"))
        .Descendants("VersionPrefix").Single().Value;

    private static string Resolve(string version) =>
        Regex.Replace(version, @"\$\((\w+)\)", name => Properties.Descendants(name.Groups[1].Value).Single().Value);
}
