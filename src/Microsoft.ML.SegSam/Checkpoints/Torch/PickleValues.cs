namespace Microsoft.ML.SegSam.Checkpoints.Torch;

// What a pickle may say, as plain data. None is null; bool, long, BigInteger, double, string and byte[] stand for themselves.

/// <summary>A value that holds others. A dictionary keeps key, value, key, value: nothing is hashed, so no keys can be chosen to collide.</summary>
internal abstract class PickleContainer(IEnumerable<object?>? items = null)
{
    public List<object?> Items { get; } = items is null ? [] : [.. items];
}

/// <summary>A list or a set.</summary>
internal sealed class PickleList(IEnumerable<object?>? items = null) : PickleContainer(items);

internal sealed class PickleTuple(IEnumerable<object?>? items = null) : PickleContainer(items);

internal sealed class PickleDict(IEnumerable<object?>? items = null) : PickleContainer(items)
{
    public IEnumerable<(object? Key, object? Value)> Pairs => Enumerable.Range(0, Items.Count / 2).Select(i => (Items[2 * i], Items[2 * i + 1]));
}

/// <summary>A name in the file of a class or function. It is compared with the few names known, never looked up.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public string FullName => $"{Module}.{Name}";
}

/// <summary>An object that is not understood, kept as no more than the name of its class or maker; its contents are dropped.</summary>
internal sealed record PickleOpaque(string Name);

/// <summary>Reference to numbers stored elsewhere in the file.</summary>
/// <param name="TypeName">The class, such as FloatStorage; its dtype is in <see cref="StorageTypes"/>.</param>
/// <param name="Count">Number of elements, as the pickle claims.</param>
internal sealed record PickleStorage(string TypeName, string Key, long Count);

/// <summary>A view of a storage; offset and strides count elements. Nothing is checked here: <see cref="CheckpointTensor"/> does.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);
