namespace Microsoft.ML.SegSam.Checkpoints.Torch;

// The values of a pickle, as plain data. None is null; bool, long, BigInteger, double, string and byte[] represent themselves.

/// <summary>
/// A value that holds others. A dictionary keeps key, value, key, value: nothing is hashed, so a file cannot choose keys that collide.
/// </summary>
internal abstract class PickleContainer(IEnumerable<object?>? items = null)
{
    public List<object?> Items { get; } = items is null ? [] : [.. items];
}

/// <summary>A list or a set.</summary>
internal sealed class PickleList(IEnumerable<object?>? items = null) : PickleContainer(items);

internal sealed class PickleTuple(IEnumerable<object?>? items = null) : PickleContainer(items);

internal sealed class PickleDict(IEnumerable<object?>? items = null) : PickleContainer(items)
{
    public IEnumerable<(object? Key, object? Value)> Pairs =>
        Enumerable.Range(0, Items.Count / 2).Select(i => (Items[2 * i], Items[2 * i + 1]));
}

/// <summary>The name of a class or function in the file. It is compared with the few supported names, and never looked up.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public string FullName => $"{Module}.{Name}";
}

/// <summary>An unsupported object: only the name of its class or factory is kept, its contents are dropped.</summary>
internal sealed record PickleOpaque(string Name);

/// <summary>A reference to values stored elsewhere in the file.</summary>
/// <param name="TypeName">The class, such as FloatStorage; its dtype is in <see cref="StorageTypes"/>.</param>
/// <param name="Count">The number of elements that the pickle claims.</param>
internal sealed record PickleStorage(string TypeName, string Key, long Count);

/// <summary>A view of a storage; offset and strides count elements. <see cref="CheckpointTensor"/> does all checks.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);
