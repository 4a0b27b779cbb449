namespace Microsoft.ML.SegSam.Storage;

/// <summary>Makes sure that values are a tree or share parts, but never contain themselves, so that walks over them end.</summary>
internal sealed class PickleNesting
{
    private const int Open = -1;
    private readonly Dictionary<object, int> _heights = new(ReferenceEqualityComparer.Instance);

    /// <exception cref="InvalidDataException">Values are nested too deep, or one contains itself.</exception>
    public static void Check(object? value) => new PickleNesting().Height(value, 0);

    // Recursion is safe: it ends at the limit.
    private int Height(object? value, int depth)
    {
        if (value is not PickleContainer { Items: var items })
            return 0;
        if (_heights.TryGetValue(value, out var known))
            return known != Open ? known : throw BadCheckpoint.Because("the pickle holds a value that contains itself; a state dict never does");
        _heights[value] = Open;
        var height = 1;
        foreach (var item in items)
            height = Math.Max(height, depth < PickleStack.DeepestNesting ? 1 + Height(item, depth + 1) : throw TooDeep());
        return _heights[value] = height <= PickleStack.DeepestNesting ? height : throw TooDeep();
    }

    private static InvalidDataException TooDeep() =>
        BadCheckpoint.Because($"the pickle holds values nested deeper than the limit of {PickleStack.DeepestNesting}");
}
