using Google.Protobuf;
using Microsoft.ML.SegSam.Hosting;
using Onnx;

namespace Microsoft.ML.SegSam.Onnx;

/// <summary>Writes ONNX models; weights of a model that is too large for one file go into another beside it.</summary>
internal static class OnnxFile
{
    private const long MostBytes = 1_900_000_000; // the format allows 2 GiB
    private const int LeastBytes = 1 << 16; // of a weight that goes into the other file

    /// <param name="most">The most bytes of weights that go into the file itself.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, ModelProto model, long most = MostBytes)
    {
        var data = DataOf(path);
        if (model.Graph.Initializer.Sum(weight => (long)weight.RawData.Length) > most)
            WholeFile.Write(data, file => Move(model, Path.GetFileName(data), file));
        else
            File.Delete(data); // of an earlier model
        WholeFile.Write(path, model.WriteTo);
    }

    /// <summary>Where the weights of a model are that is too large for one file.</summary>
    public static string DataOf(string path) => path + ".data";

    private static void Move(ModelProto model, string name, Stream file)
    {
        foreach (var weight in model.Graph.Initializer.Where(weight => weight.RawData.Length >= LeastBytes))
        {
            weight.DataLocation = TensorProto.Types.DataLocation.External;
            foreach (var (key, value) in ((string, string)[])
                [("location", name), ("offset", FormattableString.Invariant($"{file.Position}")),
                    ("length", FormattableString.Invariant($"{weight.RawData.Length}"))])
                weight.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            weight.RawData.WriteTo(file);
            weight.RawData = ByteString.Empty;
        }
    }
}
