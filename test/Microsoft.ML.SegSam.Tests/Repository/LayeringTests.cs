namespace Microsoft.ML.SegSam.Tests.Repository;

[TestClass]
public sealed class LayeringTests
{
    /// <summary>Which rooms each room may use; the root may use all of them.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Display"] = [],
        ["Imaging"] = ["Display"],
        ["Knowledge"] = ["Storage"],
        ["Network"] = [],
        ["Hosting"] = [],
        ["Losses"] = ["Network"],
        ["Data"] = ["Imaging", "Knowledge", "Network"],
        ["Metrics"] = ["Display", "Imaging", "Data"],
        ["Storage"] = ["Imaging", "Network", "Hosting"],
        ["Training"] = ["Data", "Losses", "Network", "Knowledge", "Imaging", "Storage", "Hosting"],
    };

    /// <summary>From rooms that know little of each other, the only names used.</summary>
    private static readonly Dictionary<(string From, string To), string[]> OnlyNames = new()
    {
        [("Data", "Network")] = ["PromptTensors"],
        [("Knowledge", "Storage")] = ["WholeFile"],
        [("Storage", "Imaging")] = ["Preprocessing"], // preprocessing travels with the weights
    };

    /// <summary>What the root holds for all to read: settings and reports. Everything else there is the root's own.</summary>
    private static readonly string[] SharedRootFiles = ["SegSamOptions.cs", "SegSamOptions.Validation.cs", "SegSamChoices.cs", "TrainingProgress.cs"];

    [TestMethod]
    public void Rooms_use_only_the_rooms_they_may()
    {
        var rooms = SourceFile.Library.Select(file => file.Room).Distinct().Where(room => room != SourceFile.Root).ToList();
        CollectionAssert.AreEquivalent(Allowed.Keys, rooms, "Every folder has its line in the table.");
        Report(SourceFile.Library.SelectMany(WrongRooms));
    }

    [TestMethod]
    public void Nothing_uses_the_types_of_the_root_but_its_settings_and_reports()
    {
        var own = SourceFile.Library.Where(file => file.Room == SourceFile.Root && !SharedRootFiles.Contains(file.Name)).SelectMany(TypesOf).Distinct().ToList();
        CollectionAssert.IsSubsetOf(new[] { "SegSamEstimator", "SegSamTransformer", "SegSamModel", "SegSamMapper" }, own);
        Report(from file in SourceFile.Library
               where file.Room != SourceFile.Root
               from type in own
               where file.Uses(type)
               select $"{file.Name} uses {type}");
    }

    [TestMethod]
    [DataRow("Network", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|I?(Schema|Estimator|Transformer)\\w*|SkiaSharp|SK\\w+")]
    [DataRow("Losses", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|SkiaSharp|SK\\w+")]
    [DataRow("Knowledge", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|TorchSharp|Tensor|SkiaSharp|SK\\w+")]
    [DataRow("Display", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|TorchSharp|Tensor|SkiaSharp|SK\\w+")]
    [DataRow("Imaging", "MLContext|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|ModelSaveContext|ModelLoadContext")]
    [DataRow("Training", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|SkiaSharp|SK\\w+")]
    public void A_room_keeps_out_what_it_should_not_know(string room, string names)
    {
        var inside = SourceFile.Library.Where(file => file.Room == room).ToList();
        Assert.IsNotEmpty(inside);
        Report(inside.Where(file => file.Uses($"({names})")).Select(file => $"{file.Name}: {names}"));
    }

    [TestMethod]
    public void Network_uses_TorchSharp_alone() =>
        Report(from file in SourceFile.Library
               where file.Room == "Network"
               from line in file.Code.Split('\n')
               where line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains("TorchSharp", StringComparison.Ordinal) && !line.Contains(" System", StringComparison.Ordinal)
               select $"{file.Name}: {line}");

    [TestMethod]
    public void No_using_is_global() =>
        Report(SourceFile.Library.Where(file => file.Uses("global using")).Select(file => file.Name));

    [TestMethod]
    [DataRow("using Microsoft.ML.SegSam.Imaging;")]
    [DataRow("using static Microsoft.ML.SegSam.Imaging.Prompt;")]
    [DataRow("using Prompt = Microsoft.ML.SegSam.Imaging.Prompt;")]
    [DataRow("var prompt = new Imaging.Prompt();")]
    [DataRow("SegSam.Imaging.Prompt? prompt = null;")]
    public void A_forbidden_arrow_is_found_however_it_is_written(string line) =>
        Assert.HasCount(1, WrongRooms(new("Network/New.cs", "Network", line + "\n")).ToList());

    [TestMethod]
    [DataRow("// Imaging.Prompt is another room's")]
    [DataRow("/// <see cref=\"Imaging.Prompt\"/>")]
    [DataRow("var text = \"Imaging.Prompt\";")]
    [DataRow("ml.Imaging.Prompt();")]
    public void What_is_no_reference_is_not_taken_for_one(string line) =>
        Assert.IsEmpty(WrongRooms(new("Network/New.cs", "Network", line + "\n")));

    private static IEnumerable<string> WrongRooms(SourceFile file)
    {
        if (file.Room == SourceFile.Root)
            yield break;
        foreach (var room in file.Rooms(Allowed.Keys))
        {
            if (!Allowed[file.Room].Contains(room))
                yield return $"{file.Name} uses {room}; {file.Room} may use: {string.Join(", ", Allowed[file.Room])}";
            else if (OnlyNames.TryGetValue((file.Room, room), out var names))
            {
                foreach (var type in SourceFile.Library.Where(other => other.Room == room).SelectMany(TypesOf).Except(names).Where(file.Uses))
                    yield return $"{file.Name} uses {room}'s {type}; only {string.Join(", ", names)} may be used there";
            }
        }
    }

    private static IEnumerable<string> TypesOf(SourceFile file) =>
        System.Text.RegularExpressions.Regex.Matches(file.Code, @"\b(?:class|record struct|record|struct|interface|enum) (\w+)").Select(match => match.Groups[1].Value);

    private static void Report(IEnumerable<string> wrong)
    {
        var all = wrong.ToList();
        Assert.IsEmpty(all, string.Join('\n', all));
    }
}
