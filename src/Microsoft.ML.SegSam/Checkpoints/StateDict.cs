using Microsoft.ML.SegSam.Checkpoints.Torch;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints;

/// <summary>Finds the weights among the objects in a checkpoint.</summary>
internal static class StateDict
{
    private static readonly string[] Wrappers = ["model", "state_dict", "model_state_dict"];

    /// <summary>The first mapping whose values are mostly tensors: the whole file, or one under a usual key of training scripts.</summary>
    /// <returns>Its tensors by name, "key: class" of each skipped object, and its key, if any.</returns>
    /// <exception cref="InvalidDataException">There is no such mapping, or a name occurs twice.</exception>
    public static (List<(string Name, PickleTensor Value)> Tensors, List<string> Skipped, string? Wrapper) Find(object? root)
    {
        if (root is not PickleDict top)
        {
            throw CheckpointError.Invalid($"the file holds {Describe(root)}, expected a dictionary of tensors (a state dict), alone or "
                + $"under {string.Join(", ", Wrappers.Select(CheckpointError.Quote))}. Nothing in it was executed. "
                + "Save model.state_dict() instead of the model");
        }

        var wrapper = MostlyTensors(top)
            ? null
            : Wrappers.FirstOrDefault(name => Value(top, name) is PickleDict inner && MostlyTensors(inner));
        var dict = MostlyTensors(top) ? top
            : wrapper is not null ? (PickleDict)Value(top, wrapper)!
            : throw CheckpointError.Invalid("the file holds no dictionary of tensors, neither at the top level nor under "
                + $"{string.Join(", ", Wrappers.Select(CheckpointError.Quote))}; found {Summary(top)}");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var tensors = new List<(string, PickleTensor)>();
        foreach (var (key, value) in dict.Pairs)
        {
            if (key is string name && value is PickleTensor tensor)
                tensors.Add(names.Add(name) ? (name, tensor) : throw CheckpointError.Invalid($"the tensor {CheckpointError.Quote(name)} "
                    + "occurs twice"));
        }

        return (tensors, [.. Opaque(top), .. dict == top ? [] : Opaque(dict)], wrapper);
    }

    private static string Summary(PickleDict dict) => dict.Items.Count == 0
        ? "nothing"
        : string.Join(", ", dict.Pairs.Take(5).Select(pair => $"{Key(pair.Key)} ({Describe(pair.Value)})"));

    private static bool MostlyTensors(PickleDict dict) =>
        dict.Pairs.Count(pair => pair is (string, PickleTensor)) * 2 > dict.Items.Count / 2;

    private static object? Value(PickleDict dict, string key) =>
        dict.Pairs.LastOrDefault(pair => pair.Key is string name && name == key).Value;

    private static IEnumerable<string> Opaque(PickleDict dict) => dict.Pairs
        .Where(pair => pair.Value is PickleOpaque or PickleGlobal).Select(pair => $"{Key(pair.Key, quoted: false)}: "
            + $"{Describe(pair.Value)}");

    private static string Key(object? key, bool quoted = true) => key is not string name ? Describe(key)
        : quoted ? CheckpointError.Quote(name)
        : CheckpointError.Quote(name)[1..^1];

    private static string Describe(object? value) => value switch
    {
        null => "None",
        PickleOpaque opaque => CheckpointError.Quote(opaque.Name)[1..^1],
        PickleGlobal global => CheckpointError.Quote(global.FullName)[1..^1],
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
