using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>The few calls of a state dict that are understood. Whatever else a file wants called becomes an opaque value.</summary>
/// <param name="input">For errors.</param>
/// <param name="stack">Pays for what is copied.</param>
/// <param name="storages">Takes up every storage that is referred to, also by objects that are dropped.</param>
internal sealed class PickleCalls(PickleInput input, PickleStack stack, Dictionary<string, PickleStorage> storages)
{
    private const int MostTensors = 100_000;  // our choice; ViT-H with Adam has about 2,000
    private const int MostDimensions = 64;    // torch's own
    private int _tensors;

    /// <summary>What a call, or the making of an object, gives.</summary>
    /// <exception cref="InvalidDataException">A known call with arguments it cannot have, or one that is refused.</exception>
    public object? Call(object? callee, object? arguments)
    {
        if (arguments is not PickleTuple { Items: var args })
            throw input.Bad("a call whose arguments are no tuple");
        if (callee is PickleOpaque opaque)
            return opaque;
        if (callee is not PickleGlobal global)
            throw input.Bad("a call of something that is no function");
        return (global.Module, global.Name) switch
        {
            ("collections", "OrderedDict") or ("builtins" or "__builtin__", "dict") => Dictionary(args),
            ("builtins" or "__builtin__", "list" or "set" or "frozenset") => new PickleList(Paid(args.Count == 0 ? [] : Items(args[0]))),
            ("torch", "Size") => args is [PickleContainer sides] ? new PickleTuple(Paid(sides.Items)) : throw Wrong(global),
            ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor") => Tensor(args) ?? throw Wrong(global),
            ("torch._utils", "_rebuild_parameter" or "_rebuild_parameter_with_state") =>
                args is [PickleTensor or PickleOpaque, ..] ? args[0] : throw Wrong(global),
            ("torch.storage", "_load_from_bytes") => throw input.Bad("a pickle inside the pickle (torch.storage._load_from_bytes), which is refused"),
            _ => new PickleOpaque(global.FullName),
        };
    }

    /// <summary>What stands for an object outside the pickle: a storage, or something opaque.</summary>
    public object Persistent(object? id) => id switch
    {
        PickleTuple { Items: ["storage", PickleGlobal { Module: "torch" or "torch.storage" } type, string key, _, long and >= 0, ..] items } =>
            items is [.., not null] and { Count: > 5 } ? throw input.Bad("a storage that is part of another (PyTorch before 0.4); save the file anew with a later PyTorch")
            : Storage(new(type.Name, key, (long)items[4]!)),
        PickleTuple { Items: ["storage", ..] } => throw input.Bad("a reference to a storage in a form that PyTorch does not write"),
        _ => new PickleOpaque("persistent object"),
    };

    private PickleStorage Storage(PickleStorage storage)
    {
        if (!storages.TryGetValue(storage.Key, out var known))
            storages[storage.Key] = known = storage;
        return known == storage ? known : throw input.Bad($"the storage {BadCheckpoint.Quote(storage.Key)} with two types or sizes");
    }

    private PickleDict Dictionary(List<object?> args)
    {
        var made = new PickleDict();
        foreach (var pair in args.Count == 0 ? [] : Paid(Items(args[0])))
            made.Items.AddRange(Items(pair) is { Count: 2 } two ? two : throw input.Bad("a dictionary made from something else than pairs"));
        return made;
    }

    private PickleTensor? Tensor(List<object?> args)
    {
        if (args is not [PickleStorage storage, long offset, PickleContainer shape, PickleContainer strides, ..])
            return null;
        if (++_tensors > MostTensors)
            throw input.Bad($"more than {MostTensors} tensors, which is the limit");
        return Numbers(shape) is { } sides && Numbers(strides) is { } steps ? new(storage, offset, sides, steps) : null;
    }

    private static long[]? Numbers(PickleContainer values) =>
        values.Items.Count <= MostDimensions && values.Items.TrueForAll(value => value is long) ? [.. values.Items.Select(value => (long)value!)] : null;

    private List<object?> Items(object? value) => value is PickleList or PickleTuple ? ((PickleContainer)value).Items : throw input.Bad("a list, set or dictionary made from something that is no list");

    private List<object?> Paid(List<object?> items)
    {
        stack.Spend(items.Count);
        return items;
    }

    private InvalidDataException Wrong(PickleGlobal global) => input.Bad($"a call of {global.FullName} with arguments that it cannot have");
}
