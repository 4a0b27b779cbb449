using Microsoft.ML.SegSam.Tests.Support;

namespace Microsoft.ML.SegSam.Tests.Knowledge.Embedders;

/// <summary>Vocabularies and text encoders of a few tokens: token i has the vector (i, 1).</summary>
internal static class TinyTextEncoder
{
    public static readonly string[] BertTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "liver", "large", "##r", "spleen", ":"];

    public static string WriteBert(string folder, IEnumerable<string>? tokens = null)
    {
        var path = Path.Combine(folder, "vocab.txt");
        File.WriteAllLines(path, tokens ?? BertTokens);
        return path;
    }

    /// <summary>CLIP's marks, whole and half words, and one letter of two bytes.</summary>
    public static (string Vocabulary, string Merges) WriteClip(string folder, string start = "<|startoftext|>")
    {
        string[] tokens = ["l", "i", "v", "e", "r", "r</w>", "li", "ve", "ver</w>", "liver</w>", "1</w>", "Ã", "©</w>", "Ã©</w>", start,
            "<|endoftext|>"];
        var (vocabulary, merges) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        File.WriteAllText(vocabulary,
            System.Text.Json.JsonSerializer.Serialize(tokens.Index().ToDictionary(token => token.Item, token => token.Index)));
        File.WriteAllLines(merges, ["#version: 0.2", "l i", "v e", "ve r</w>", "li ver</w>", "Ã ©</w>"]);
        return (vocabulary, merges);
    }

    /// <summary>Looks every token up; the name of the output says whether it is pooled.</summary>
    /// <param name="folder">Where the file goes.</param>
    /// <param name="output">"last_hidden_state" for all tokens' vectors, anything else for their mean.</param>
    /// <param name="rows">Tokens in its table.</param>
    /// <param name="length">Tokens it takes; -1 for any number.</param>
    /// <param name="otherInputs">Inputs that it declares and does not use.</param>
    public static string WriteModel(string folder, string output = "last_hidden_state", int rows = 10, int length = -1,
        params string[] otherInputs)
    {
        var path = Path.Combine(folder, $"{output}.onnx");
        var model = new TinyOnnx().Input("input_ids", -1, length);
        foreach (var input in otherInputs)
            model.Input(input, -1, length);
        model.Table("table", [.. Enumerable.Range(0, rows).Select(i => new float[] { i, 1 })]);
        if (output == "last_hidden_state")
            model.Node("Gather", ["table", "input_ids"], output).Output(output, -1, length, 2);
        else
            model.Node("Gather", ["table", "input_ids"], "tokens").Node("ReduceMean", ["tokens"], "mean", ("axes", [1]))
                .Node("Flatten", ["mean"], output).Output(output, -1, 2);
        model.Save(path);
        return path;
    }
}
