using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>Stack, marks and memo of the pickle machine, with the limits that keep them small.</summary>
internal sealed class PickleStack(PickleInput input)
{
    public const int MostSteps = 8_000_000; // our choice: opcodes, copied items and memo numbers; bounds memory and time
    public const int DeepestNesting = 500;  // our choice
    private static readonly object Unset = new();
    private readonly List<object?> _values = [];
    private readonly Stack<int> _marks = [];
    private readonly List<object?> _memo = [];
    private int _memoized;
    private long _steps;

    public int Count => _values.Count;

    /// <summary>Accounts for work: every opcode and every copied item.</summary>
    public void Spend(int steps)
    {
        if ((_steps += steps) > MostSteps)
            throw input.Invalid($"more than {MostSteps} steps, which is the limit");
    }

    public void Push(object? value) => _values.Add(value);

    public object? Pop()
    {
        var top = Peek();
        _values.RemoveAt(_values.Count - 1);
        return top;
    }

    public object? Peek() => _values.Count > (_marks.TryPeek(out var floor) ? floor : 0)
        ? _values[^1]
        : throw input.Invalid("an operation on an empty stack");

    public void Mark()
    {
        if (_marks.Count == DeepestNesting)
            throw input.Invalid($"values nested deeper than the limit of {DeepestNesting}");
        _marks.Push(_values.Count);
    }

    /// <summary>Removes the last mark and returns everything above it.</summary>
    public List<object?> PopToMark()
    {
        if (!_marks.TryPop(out var mark))
            throw input.Invalid("an operation on a mark that does not exist");
        var above = _values[mark..];
        _values.RemoveRange(mark, _values.Count - mark);
        return above;
    }

    /// <summary>The opcode POP, which removes a mark if one is on top.</summary>
    public void Discard()
    {
        if (_marks.TryPeek(out var mark) && mark == _values.Count)
            _marks.Pop();
        else
            Pop();
    }

    public void Memoize() => Put(_memoized);

    public void Put(long number)
    {
        if (number is < 0 or >= MostSteps)
            throw input.Invalid($"the memo number {CheckpointError.List(number)}; at most {MostSteps} are allowed");
        var value = Peek();
        while (_memo.Count <= number)
            _memo.Add(Unset);
        if (ReferenceEquals(_memo[(int)number], Unset))
            _memoized++;
        _memo[(int)number] = value;
    }

    public void Get(long number)
    {
        if (number < 0 || number >= _memo.Count || ReferenceEquals(_memo[(int)number], Unset))
            throw input.Invalid($"a use of the memo number {CheckpointError.List(number)}, which was never set");
        Push(_memo[(int)number]);
    }
}

/// <summary>Checks that no value contains itself, so that walks over values end. Values may share parts.</summary>
internal sealed class PickleNesting
{
    private const int Open = -1;
    private readonly Dictionary<object, int> _heights = new(ReferenceEqualityComparer.Instance);

    /// <exception cref="InvalidDataException">Values are nested too deeply, or one contains itself.</exception>
    public static void Check(object? value) => new PickleNesting().Height(value, 0);

    // Recursion is safe: it ends at the limit.
    private int Height(object? value, int depth)
    {
        if (value is not PickleContainer { Items: var items })
            return 0;
        if (_heights.TryGetValue(value, out var known))
        {
            return known != Open
                ? known
                : throw CheckpointError.Invalid("the pickle holds a value that contains itself; a state dict never does");
        }

        _heights[value] = Open;
        var height = 1;
        foreach (var item in items)
            height = Math.Max(height, depth < PickleStack.DeepestNesting ? 1 + Height(item, depth + 1) : throw Invalid());
        return _heights[value] = height <= PickleStack.DeepestNesting ? height : throw Invalid();
    }

    private static InvalidDataException Invalid() =>
        CheckpointError.Invalid($"the pickle holds values nested deeper than the limit of {PickleStack.DeepestNesting}");
}
