using System.Globalization;
using System.Numerics;
using Microsoft.ML.SegSam.Storage;

namespace Microsoft.ML.SegSam.Checkpoints.Torch;

/// <summary>
/// Reads a pickle (protocols 0 to 5) as plain data: a stack machine that calls nothing and looks nothing up. Classes and functions
/// named in the file remain names; see <see cref="PickleCalls"/> for the few that are supported.
/// </summary>
internal sealed class PickleReader
{
    private const int LargestInteger = 1000; // our choice, in bytes or digits: parsing longer ones takes quadratic time
    private readonly PickleInput _input;
    private readonly PickleStack _stack;
    private readonly PickleCalls _calls;

    private PickleReader(Stream stream, Dictionary<string, PickleStorage> storages)
    {
        _input = new(stream);
        _stack = new(_input);
        _calls = new(_input, _stack, storages);
    }

    /// <summary>Reads one pickle, up to and including its STOP opcode.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a pickle, exceed a limit, or hold a value that contains itself.</exception>
    public static object? Read(Stream stream) => Read(stream, out _);

    /// <param name="stream">Must have a length.</param>
    /// <param name="storages">Every referenced storage by its key, including those of objects that are dropped.</param>
    public static object? Read(Stream stream, out Dictionary<string, PickleStorage> storages)
    {
        storages = new(StringComparer.Ordinal);
        var value = new PickleReader(stream, storages).Run();
        PickleNesting.Check(value);
        return value;
    }

    private object? Run()
    {
        for (byte code; (code = _input.Byte()) != '.';)
        {
            _stack.Spend(1);
            Step(code);
        }

        return _stack.Count == 1 ? _stack.Pop() : throw _input.Invalid($"{_stack.Count} values at its end, expected one");
    }

    private void Step(byte code)
    {
        switch ((char)code)
        {
            case '(': _stack.Mark(); break;
            case '0': _stack.Discard(); break;
            case '1': _stack.PopToMark(); break;
            case '2': _stack.Push(_stack.Peek()); break;
            case '\x80': Protocol(_input.Byte()); break;
            case '\x95': _input.UInt64(); break; // FRAME: only a hint for reading ahead
            case 'N': _stack.Push(null); break;
            case '\x88': _stack.Push(true); break;
            case '\x89': _stack.Push(false); break;
            case 'J': _stack.Push((long)_input.Int32()); break;
            case 'K': _stack.Push((long)_input.Byte()); break;
            case 'M': _stack.Push((long)_input.UInt16()); break;
            case '\x8a': _stack.Push(Integer(_input.Bytes(_input.Byte()))); break;
            case '\x8b': _stack.Push(Integer(_input.Bytes(_input.Length32()))); break;
            case 'I': _stack.Push(_input.Line() switch { "00" => false, "01" => true, var digits => Integer(digits) }); break;
            case 'L': _stack.Push(Integer(_input.Line().TrimEnd('L'))); break;
            case 'F': _stack.Push(Float(_input.Line())); break;
            case 'G': _stack.Push(_input.BigEndianDouble()); break;
            case 'S': _stack.Push(Quoted(_input.Line())); break;
            case 'V': _stack.Push(_input.Line()); break; // escapes of protocol 0 are not decoded: no tensor name has any
            case 'U' or '\x8c': _stack.Push(_input.Text(_input.Byte())); break;
            case 'T': _stack.Push(_input.Text(_input.Length32())); break;
            case 'X': _stack.Push(_input.Text(_input.UInt32())); break;
            case '\x8d': _stack.Push(_input.Text(_input.UInt64())); break;
            case 'C': _stack.Push(_input.Bytes(_input.Byte())); break;
            case 'B': _stack.Push(_input.Bytes(_input.UInt32())); break;
            case '\x8e' or '\x96': _stack.Push(_input.Bytes(_input.UInt64())); break;
            case '}': _stack.Push(new PickleDict()); break;
            case ']' or '\x8f': _stack.Push(new PickleList()); break;
            case ')': _stack.Push(new PickleTuple()); break;
            case 'd': _stack.Push(new PickleDict(Even(_stack.PopToMark()))); break;
            case 'l' or '\x91': _stack.Push(new PickleList(_stack.PopToMark())); break;
            case 't': _stack.Push(new PickleTuple(_stack.PopToMark())); break;
            case '\x85': _stack.Push(new PickleTuple(Top(1))); break;
            case '\x86': _stack.Push(new PickleTuple(Top(2))); break;
            case '\x87': _stack.Push(new PickleTuple(Top(3))); break;
            case 'a': Add<PickleList>(Top(1)); break;
            case 'e' or '\x90': Add<PickleList>(_stack.PopToMark()); break;
            case 's': Add<PickleDict>(Top(2)); break;
            case 'u': Add<PickleDict>(Even(_stack.PopToMark())); break;
            case 'g': _stack.Get(Index(_input.Line())); break;
            case 'h': _stack.Get(_input.Byte()); break;
            case 'j': _stack.Get(_input.UInt32()); break;
            case 'p': _stack.Put(Index(_input.Line())); break;
            case 'q': _stack.Put(_input.Byte()); break;
            case 'r': _stack.Put(_input.UInt32()); break;
            case '\x94': _stack.Memoize(); break;
            case 'P': _stack.Push(_calls.Persistent(_input.Line())); break;
            case 'Q': _stack.Push(_calls.Persistent(_stack.Pop())); break;
            default: StepOfObjects(code); break;
        }
    }

    // Opcodes that would import, create or change objects in Python.
    private void StepOfObjects(byte code)
    {
        switch ((char)code)
        {
            case 'c':
                _stack.Push(new PickleGlobal(_input.Line(), _input.Line()));
                break;
            case '\x93':
                _stack.Push(Top(2) is [string module, string name]
                    ? new PickleGlobal(module, name)
                    : throw _input.Invalid("a class whose name is not a text"));
                break;
            case 'R' or '\x81':
                var call = Top(2);
                _stack.Push(_calls.Call(call[0], call[1]));
                break;
            case '\x92': // keyword arguments: none of the supported calls has any
                _stack.Push(_calls.Call(Top(3)[0], new PickleTuple()) is var value and PickleOpaque
                    ? value
                    : throw _input.Invalid("a call with keyword arguments that is not supported"));
                break;
            case 'i':
                var global = new PickleGlobal(_input.Line(), _input.Line());
                _stack.Push(_calls.Call(global, new PickleTuple(_stack.PopToMark())));
                break;
            case 'o':
                var parts = _stack.PopToMark();
                _stack.Push(parts.Count > 0
                    ? _calls.Call(parts[0], new PickleTuple(parts.Skip(1)))
                    : throw _input.Invalid("an object without a class"));
                break;
            case 'b': // BUILD would set attributes; the state is dropped
                _stack.Pop();
                _stack.Peek();
                break;
            case '\x82' or '\x83' or '\x84':
                throw _input.Invalid("an extension code, which only the program that wrote it can resolve");
            default:
                throw _input.Invalid($"the unknown opcode 0x{code:x2}");
        }
    }

    private void Protocol(byte version)
    {
        if (version > 5)
            throw _input.Invalid($"protocol {version}; 0 to 5 are supported");
    }

    private List<object?> Top(int count)
    {
        var values = new object?[count];
        for (var i = count - 1; i >= 0; i--)
            values[i] = _stack.Pop();
        return [.. values];
    }

    private void Add<T>(List<object?> items) where T : PickleContainer
    {
        if (_stack.Peek() is T container)
            container.Items.AddRange(items);
        else if (_stack.Peek() is not PickleOpaque) // what is added to an opaque object is dropped
            throw _input.Invalid("items added to something that is not a container");
    }

    private List<object?> Even(List<object?> items) =>
        items.Count % 2 == 0 ? items : throw _input.Invalid("a dictionary's key without a value");

    private object Integer(byte[] littleEndian)
    {
        if (littleEndian.Length > LargestInteger)
            throw _input.Invalid($"an integer of {littleEndian.Length} bytes; at most {LargestInteger} are allowed");
        return Narrow(new BigInteger(littleEndian));
    }

    private object Integer(string digits) =>
        digits.Length <= LargestInteger
        && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? Narrow(value)
            : throw _input.Invalid($"the number {CheckpointError.Quote(digits)}, which is not an integer of at most {LargestInteger} "
                + "digits");

    private static object Narrow(BigInteger value)
    {
        object narrow = (long)(value >= long.MinValue && value <= long.MaxValue ? value : 0);
        return (long)narrow == value ? narrow : value;
    }

    private long Index(string digits) => Integer(digits) is long index ? index : throw _input.Invalid("a memo number out of range");

    private double Float(string digits) =>
        double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw _input.Invalid($"the number {CheckpointError.Quote(digits)}");

    private string Quoted(string text) =>
        text.Length >= 2 && text[0] is '\'' or '"' && text[^1] == text[0] ? text[1..^1] : throw _input.Invalid("a text without its quotes");
}
