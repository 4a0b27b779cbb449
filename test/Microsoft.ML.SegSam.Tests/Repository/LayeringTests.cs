namespace Microsoft.ML.SegSam.Tests.Repository;

[TestClass]
public sealed class LayeringTests
{
    /// <summary>Which rooms each room uses. The root uses them all, and none uses the root.</summary>
    private static readonly Dictionary<string, string[]> Uses = new()
    {
        ["Kernels"] = [],
        ["Hosting"] = ["Kernels"],
        ["Display"] = [],
        ["Imaging/Decoding"] = [],
        ["Imaging"] = ["Display", "Imaging/Decoding"],
        ["Overlays"] = ["Display", "Imaging", "Imaging/Decoding"],
        ["Volumes/Geometry"] = [],
        ["Volumes/Voxels"] = ["Hosting"],
        ["Volumes/Files"] = ["Volumes/Geometry", "Volumes/Voxels"],
        ["Volumes/Dicom"] = ["Volumes/Geometry", "Volumes/Voxels"],
        ["Volumes/Labels"] = [],
        ["Volumes/Nifti"] = ["Display", "Hosting", "Volumes/Geometry", "Volumes/Labels", "Volumes/Voxels"],
        ["Volumes/Meta"] = ["Hosting", "Volumes/Files", "Volumes/Geometry", "Volumes/Labels", "Volumes/Voxels"],
        ["Volumes/Nrrd"] = ["Display", "Hosting", "Volumes/Files", "Volumes/Geometry", "Volumes/Labels", "Volumes/Voxels"],
        ["Volumes/Numpy"] = ["Volumes/Files", "Volumes/Geometry", "Volumes/Voxels"],
        ["Volumes/Tiff"] = ["Volumes/Files", "Volumes/Voxels"],
        ["Volumes/Segmentation"] = ["Hosting", "Volumes/Dicom", "Volumes/Geometry", "Volumes/Labels", "Volumes/Voxels"],
        ["Volumes"] =
        [
            "Imaging", "Imaging/Decoding", "Volumes/Dicom", "Volumes/Files", "Volumes/Geometry", "Volumes/Labels", "Volumes/Meta",
            "Volumes/Nifti", "Volumes/Nrrd", "Volumes/Numpy", "Volumes/Segmentation", "Volumes/Tiff", "Volumes/Voxels",
        ],
        ["Knowledge/Embedders"] = ["Hosting"],
        ["Knowledge"] = ["Hosting", "Knowledge/Embedders"],
        ["Network/Layers"] = [],
        ["Network/Encoder"] = ["Network/Layers"],
        ["Network"] = ["Network/Encoder", "Network/Layers"],
        ["Network/Fused"] = ["Kernels", "Network", "Network/Encoder"],
        ["Network/Fused/Encoders"] = ["Kernels", "Network", "Network/Encoder", "Network/Fused", "Network/Layers"],
        ["Losses"] = ["Network", "Network/Layers"],
        ["Storage"] = ["Network", "Network/Encoder", "Network/Layers"],
        ["Checkpoints/Torch"] = ["Storage"],
        ["Checkpoints/Onnx"] = ["Imaging", "Storage"],
        ["Checkpoints"] = ["Checkpoints/Onnx", "Checkpoints/Torch", "Hosting", "Imaging", "Network", "Network/Encoder", "Storage"],
        ["Options"] = ["Checkpoints", "Display", "Imaging", "Knowledge", "Network", "Network/Encoder"],
        ["Prediction"] =
        [
            "Checkpoints", "Display", "Hosting", "Imaging", "Imaging/Decoding", "Kernels", "Network", "Network/Encoder", "Network/Fused",
            "Network/Fused/Encoders", "Network/Layers", "Options", "Storage", "Volumes",
        ],
        ["Onnx"] = ["Hosting", "Imaging", "Network", "Network/Encoder", "Network/Layers", "Prediction", "Storage"],
        ["Columns"] = ["Imaging", "Imaging/Decoding", "Knowledge", "Options", "Prediction", "Volumes"],
        ["Pipeline"] = ["Columns", "Imaging", "Onnx", "Prediction"],
        ["Training/Data"] = ["Columns", "Hosting", "Imaging", "Imaging/Decoding", "Knowledge", "Losses", "Prediction", "Volumes"],
        ["Training/Optimization"] = ["Kernels", "Network/Layers"],
        ["Training"] =
        [
            "Display", "Hosting", "Imaging", "Losses", "Network", "Network/Encoder", "Network/Layers", "Options", "Prediction", "Storage",
            "Training/Data", "Training/Optimization",
        ],
        ["Slices"] = ["Imaging", "Imaging/Decoding", "Volumes"],
        ["Metrics"] = ["Display"],
        ["Propagation"] = ["Imaging", "Metrics", "Prediction", "Volumes", "Volumes/Labels"],
        ["Metrics/Volumes"] = ["Display", "Metrics", "Volumes", "Volumes/Geometry", "Volumes/Labels"],
        ["Evaluation"] =
        [
            "Columns", "Display", "Hosting", "Imaging", "Imaging/Decoding", "Metrics",
            "Options", "Overlays", "Prediction", "Storage",
        ],
    };

    [TestMethod]
    public void Rooms_use_the_rooms_of_the_table_and_no_others()
    {
        var found = RoomArrows.OfLibrary.Where(arrow => arrow.From != SourceFile.Root).ToLookup(arrow => arrow.From, arrow => arrow.To);
        var rooms = SourceFile.Library.Select(file => file.Room).Where(room => room != SourceFile.Root).Distinct()
            .Order(StringComparer.Ordinal);
        Assert.AreEqual(
            string.Join('\n', Uses.OrderBy(room => room.Key, StringComparer.Ordinal).Select(room => Line(room.Key, room.Value))),
            string.Join('\n', rooms.Select(room => Line(room, found[room]))));

        static string Line(string room, IEnumerable<string> used) =>
            $"{room} -> {string.Join(", ", used.Distinct().Order(StringComparer.Ordinal))}";
    }

    [TestMethod]
    public void No_two_rooms_use_each_other_even_by_way_of_others()
    {
        var uses = RoomArrows.OfLibrary.ToLookup(arrow => arrow.From, arrow => arrow.To);
        var done = new HashSet<string>();
        foreach (var room in SourceFile.Library.Select(file => file.Room).Distinct())
            Walk(room, []);

        void Walk(string room, IReadOnlyList<string> way)
        {
            Assert.DoesNotContain(room, way, $"a circle: {string.Join(" -> ", [.. way, room])}");
            if (!done.Add(room))
                return;
            foreach (var next in uses[room].Distinct())
                Walk(next, [.. way, room]);
        }
    }

    [TestMethod]
    [DataRow("Network",
        "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|I?(Schema|Estimator|Transformer)\\w*|SkiaSharp|SK\\w+")]
    [DataRow("Kernels", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|TorchSharp|Tensor|SkiaSharp|SK\\w+")]
    [DataRow("Losses", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|SkiaSharp|SK\\w+")]
    [DataRow("Knowledge", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|TorchSharp|Tensor|SkiaSharp|SK\\w+")]
    [DataRow("Display", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|TorchSharp|Tensor")]
    [DataRow("Metrics", "MLContext|MLImage|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|TorchSharp|Tensor|SkiaSharp|SK\\w+")]
    [DataRow("Imaging", "MLContext|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|ModelSaveContext|ModelLoadContext")]
    [DataRow("Overlays", "MLContext|IDataView|DataView\\w+|VBuffer|ValueGetter|IHost\\w*|TorchSharp|Tensor")]
    [DataRow("Training", "MLContext|MLImage|DataViewRow|VBuffer|ValueGetter|IHost\\w*|SkiaSharp|SK\\w+")]
    public void A_room_keeps_out_what_it_should_not_know(string room, string names)
    {
        var inside = SourceFile.Library.Where(file => (file.Room + "/").StartsWith(room + "/", StringComparison.Ordinal)).ToList();
        Assert.IsNotEmpty(inside);
        Report(inside.Where(file => file.Uses($"({names})")).Select(file => $"{file.Name}: {names}"));
    }

    [TestMethod]
    public void Network_uses_TorchSharp_and_itself_alone_and_its_fused_forms_use_kernels() =>
        Report(from file in SourceFile.Library
               where file.Room.Split('/')[0] == "Network"
               from line in file.Code.Split('\n')
               where line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains("TorchSharp", StringComparison.Ordinal)
                   && !line.Contains(" System", StringComparison.Ordinal)
                   && !line.Contains("Microsoft.ML.SegSam.Network", StringComparison.Ordinal)
                   && !(file.Room.StartsWith("Network/Fused", StringComparison.Ordinal)
                       && line.Contains("Microsoft.ML.SegSam.Kernels", StringComparison.Ordinal))
               select $"{file.Name}: {line}");

    [TestMethod]
    public void No_using_is_global() =>
        Report(SourceFile.Library.Where(file => file.Uses("global using")).Select(file => file.Name));

    [TestMethod]
    [DataRow("using Microsoft.ML.SegSam.Imaging; class New { RegionBox _box; }")]
    [DataRow("using static Microsoft.ML.SegSam.Imaging.MaskRegions; class New { }")]
    [DataRow("using Area = Microsoft.ML.SegSam.Imaging.RegionBox; class New { }")]
    [DataRow("class New { object _box = new Microsoft.ML.SegSam.Imaging.RegionBox(); }")]
    [DataRow("namespace Microsoft.ML.SegSam.Network; class New { Imaging.RegionBox? _box = null; }")]
    [DataRow("class New { Microsoft.ML.SegSam.SegSamEstimator? _root = null; }")]
    public void An_arrow_is_found_however_it_is_written(string code) =>
        Assert.HasCount(1, RoomArrows.Of(new("Network/New.cs", "Network", code)).Select(arrow => arrow.To).Distinct().ToList());

    [TestMethod]
    [DataRow("class New { } // Imaging.RegionBox is another room's")]
    [DataRow("/// <see cref=\"Microsoft.ML.SegSam.Imaging.RegionBox\"/>\nclass New { }")]
    [DataRow("class New { string _text = \"Imaging.RegionBox\"; }")]
    [DataRow("using Microsoft.ML.SegSam.Imaging; class New { }")]
    public void What_is_not_used_is_not_counted(string code) => Assert.IsEmpty(RoomArrows.Of(new("Network/New.cs", "Network", code)));

    private static void Report(IEnumerable<string> wrong)
    {
        var all = wrong.ToList();
        Assert.IsEmpty(all, string.Join('\n', all));
    }
}
