using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>The few calls of a state dict that are supported. The result of any other call is an opaque value.</summary>
/// <param name="input">Creates errors.</param>
/// <param name="stack">Accounts for copied items.</param>
/// <param name="storages">Collects every referenced storage, including those of objects that are dropped.</param>
internal sealed class PickleCalls(PickleInput input, PickleStack stack, Dictionary<string, PickleStorage> storages)
{
    private const int MostTensors = 100_000;  // our choice; ViT-H with Adam has about 2,000
    private const int MostDimensions = 64;    // torch's own
    private int _tensors;

    /// <summary>The result of a call, or of creating an object.</summary>
    /// <exception cref="InvalidDataException">A supported call has invalid arguments, or a call is refused.</exception>
    public object? Call(object? callee, object? arguments)
    {
        if (arguments is not PickleTuple { Items: var args })
            throw input.Invalid("a call whose arguments are not a tuple");
        if (callee is PickleOpaque opaque)
            return opaque;
        if (callee is not PickleGlobal global)
            throw input.Invalid("a call of something that is not a function");
        return (global.Module, global.Name) switch
        {
            ("collections", "OrderedDict") or ("builtins" or "__builtin__", "dict") => Dictionary(args),
            ("builtins" or "__builtin__", "list" or "set" or "frozenset") => new PickleList(Counted(args.Count == 0 ? [] : Items(args[0]))),
            ("torch", "Size") => args is [PickleContainer sides] ? new PickleTuple(Counted(sides.Items)) : throw InvalidCall(global),
            ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor") => Tensor(args) ?? throw InvalidCall(global),
            ("torch._utils", "_rebuild_parameter" or "_rebuild_parameter_with_state") =>
                args is [PickleTensor or PickleOpaque, ..] ? args[0] : throw InvalidCall(global),
            ("torch.storage", "_load_from_bytes") =>
                throw input.Invalid("a pickle inside the pickle (torch.storage._load_from_bytes), which is refused"),
            _ => new PickleOpaque(global.FullName),
        };
    }

    /// <summary>The value for an object outside the pickle: a storage, or an opaque value.</summary>
    public object Persistent(object? id) => id switch
    {
        PickleTuple
        {
            Items: ["storage", PickleGlobal { Module: "torch" or "torch.storage" } type, string key, _, long and >= 0, ..] items
        } =>
            items is [.., not null] and { Count: > 5 }
                ? throw input.Invalid("a storage that is part of another one (PyTorch before 0.4); save the file again with a later "
                    + "PyTorch")
                : Storage(new(type.Name, key, (long)items[4]!)),
        PickleTuple { Items: ["storage", ..] } => throw input.Invalid("a reference to a storage in a form that PyTorch does not write"),
        _ => new PickleOpaque("persistent object"),
    };

    private PickleStorage Storage(PickleStorage storage)
    {
        if (!storages.TryGetValue(storage.Key, out var known))
            storages[storage.Key] = known = storage;
        return known == storage ? known : throw input.Invalid($"the storage {CheckpointError.Quote(storage.Key)} with two types or sizes");
    }

    private PickleDict Dictionary(List<object?> args)
    {
        var dict = new PickleDict();
        foreach (var pair in args.Count == 0 ? [] : Counted(Items(args[0])))
            dict.Items.AddRange(Items(pair) is { Count: 2 } items ? items : throw input.Invalid("a dictionary made from something other "
                + "than pairs"));
        return dict;
    }

    private PickleTensor? Tensor(List<object?> args)
    {
        if (args is not [PickleStorage storage, long offset, PickleContainer shape, PickleContainer strides, ..])
            return null;
        if (++_tensors > MostTensors)
            throw input.Invalid($"more than {MostTensors} tensors, which is the limit");
        return Numbers(shape) is { } sides && Numbers(strides) is { } steps ? new(storage, offset, sides, steps) : null;
    }

    private static long[]? Numbers(PickleContainer values) =>
        values.Items.Count <= MostDimensions && values.Items.TrueForAll(value => value is long)
            ? [.. values.Items.Select(value => (long)value!)]
            : null;

    private List<object?> Items(object? value) => value is PickleList or PickleTuple
        ? ((PickleContainer)value).Items
        : throw input.Invalid("a list, set or dictionary made from something that is not a list");

    private List<object?> Counted(List<object?> items)
    {
        stack.Spend(items.Count);
        return items;
    }

    private InvalidDataException InvalidCall(PickleGlobal global) => input.Invalid($"a call of {global.FullName} with invalid arguments");
}
