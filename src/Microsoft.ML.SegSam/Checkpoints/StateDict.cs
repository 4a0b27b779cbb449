using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>Finds the weights among what a checkpoint holds.</summary>
internal static class StateDict
{
    private static readonly string[] Wrappers = ["model", "state_dict", "model_state_dict"];

    /// <summary>The first mapping whose values are mostly tensors: the whole, or what a training script usually calls it.</summary>
    /// <returns>Its tensors by name, "key: class" of each object passed over beside or among them, and the key it stands under, if any.</returns>
    /// <exception cref="InvalidDataException">There is none, or a name occurs twice.</exception>
    public static (List<(string Name, PickleTensor Value)> Tensors, List<string> Skipped, string? Wrapper) Find(object? root)
    {
        if (root is not PickleDict top)
            throw BadCheckpoint.Because($"the file holds {Describe(root)}, expected a dictionary of tensors (a state dict), alone or under {string.Join(", ", Wrappers.Select(BadCheckpoint.Quote))}. "
                + "Nothing in it was executed. Save model.state_dict() instead of the model");
        var wrapper = MostlyTensors(top) ? null : Wrappers.FirstOrDefault(name => Value(top, name) is PickleDict inner && MostlyTensors(inner));
        var found = MostlyTensors(top) ? top
            : wrapper is not null ? (PickleDict)Value(top, wrapper)!
            : throw BadCheckpoint.Because($"the file holds no dictionary of tensors, neither at the top nor under {string.Join(", ", Wrappers.Select(BadCheckpoint.Quote))}; "
                + $"it has {(top.Items.Count == 0 ? "nothing" : string.Join(", ", top.Pairs.Take(5).Select(pair => $"{Key(pair.Key)} ({Describe(pair.Value)})")))}");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<(string, PickleTensor)>();
        foreach (var (key, value) in found.Pairs)
        {
            if (key is string name && value is PickleTensor tensor)
                tensors.Add(names.Add(name) ? (name, tensor) : throw BadCheckpoint.Because($"the tensor {BadCheckpoint.Quote(name)} occurs twice"));
        }

        return (tensors, [.. Opaque(top), .. found == top ? [] : Opaque(found)], wrapper);
    }

    private static bool MostlyTensors(PickleDict dict) => dict.Pairs.Count(pair => pair is (string, PickleTensor)) * 2 > dict.Items.Count / 2;

    private static object? Value(PickleDict dict, string key) => dict.Pairs.LastOrDefault(pair => pair.Key is string name && name == key).Value;

    private static IEnumerable<string> Opaque(PickleDict dict) => dict.Pairs
        .Where(pair => pair.Value is PickleOpaque or PickleGlobal).Select(pair => $"{Key(pair.Key, quoted: false)}: {Describe(pair.Value)}");

    private static string Key(object? key, bool quoted = true) => key is not string name ? Describe(key) : quoted ? BadCheckpoint.Quote(name) : BadCheckpoint.Quote(name)[1..^1];

    private static string Describe(object? value) => value switch
    {
        null => "None",
        PickleOpaque opaque => BadCheckpoint.Quote(opaque.Name)[1..^1],
        PickleGlobal global => BadCheckpoint.Quote(global.FullName)[1..^1],
        PickleTensor => "a tensor",
        PickleStorage => "a storage",
        PickleDict => "a dictionary",
        PickleList => "a list",
        PickleTuple => "a tuple",
        string => "a text",
        byte[] => "bytes",
        _ => "a number",
    };
}
