using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;

namespace Microsoft.ML.SegSam.Onnx;

/// <summary>Builds an ONNX graph operator by operator, with the weights of one network.</summary>
internal sealed class GraphBuilder(NetworkWeights weights)
{
    /// <summary>Version of the standard operators.</summary>
    public const int Opset = 17;

    private readonly GraphProto _graph = new() { Name = "SegSam" };
    private readonly Dictionary<string, GraphValue> _stored = [];
    private GraphProto? _branch;
    private int _nodes, _constants;

    /// <summary>The graph as far as it is built.</summary>
    public GraphProto Graph => _graph;

    public NetworkWeights Weights => weights;

    /// <param name="shape">Sizes; where one differs from run to run, its name instead.</param>
    public GraphValue Input(string name, params object[] shape)
    {
        _graph.Input.Add(Describe(name, shape));
        return new(this, name);
    }

    /// <summary>An input that has a value of its own where the caller gives none: a weight.</summary>
    /// <inheritdoc cref="Input"/>
    public GraphValue InputWithDefault(string name, string weight, params object[] shape)
    {
        var (values, sizes) = weights.Of(weight);
        _graph.Initializer.Add(Floats(name, values, sizes));
        return Input(name, shape);
    }

    /// <inheritdoc cref="Input"/>
    public void Output(string name, GraphValue value, params object[] shape)
    {
        Add(new() { OpType = "Identity", Input = { value.Name }, Output = { name } });
        _graph.Output.Add(Describe(name, shape));
    }

    /// <summary>A weight of the network as it is.</summary>
    public GraphValue Weight(string name) => Stored(name, () => weights.Of(name));

    /// <summary>A weight [n,m] the other way round [m,n], as products read it.</summary>
    public GraphValue TransposedWeight(string name) => Stored(name + ".transposed", () => weights.Of(name).Transposed());

    /// <summary>A weight in the precision that the file stores weights in, once, whoever asks for it.</summary>
    public GraphValue Stored(string name, Func<WeightArray> weight)
    {
        if (_stored.TryGetValue(name, out var value))
            return value;
        var (values, shape) = weight();
        if (!weights.AreHalf)
        {
            _graph.Initializer.Add(Floats(name, values, shape));
            return _stored[name] = new(this, name);
        }

        _graph.Initializer.Add(Halves(name + ".half", values, shape));
        return _stored[name] = OutsideBranches(() =>
            Node("Cast", [new(this, name + ".half")], ("to", (long)TensorProto.Types.DataType.Float)));
    }

    /// <summary>Numbers in full precision, not shared.</summary>
    public GraphValue Constant(WeightArray values)
    {
        var name = "constant." + Text(_constants++);
        _graph.Initializer.Add(Floats(name, values.Values, values.Shape));
        return new(this, name);
    }

    /// <summary>A number.</summary>
    public GraphValue Number(float value) => Shared("number." + value.ToString("R", CultureInfo.InvariantCulture),
        name => Floats(name, [value], []));

    /// <summary>Integers, such as a shape.</summary>
    public GraphValue Integers(params long[] values) =>
        Shared("integers." + string.Join('_', values.Select(value => Text(value))), name => new()
        {
            Name = name,
            DataType = (int)TensorProto.Types.DataType.Int64,
            Dims = { values.Length },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(values)),
        });

    /// <summary>An operator with one output.</summary>
    public GraphValue Node(string type, IReadOnlyList<GraphValue> inputs, params (string Name, object Value)[] attributes) =>
        Nodes(type, inputs, 1, attributes)[0];

    /// <summary>An operator with several outputs.</summary>
    public GraphValue[] Nodes(string type, IReadOnlyList<GraphValue> inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        var name = $"{type}.{Text(_nodes++)}";
        var node = new NodeProto { Name = name, OpType = type };
        node.Input.Add(inputs.Select(input => input.Name));
        node.Output.Add(Enumerable.Range(0, outputs).Select(i => outputs == 1 ? name : $"{name}.{Text(i)}"));
        node.Attribute.Add(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Add(node);
        return [.. node.Output.Select(output => new GraphValue(this, output))];
    }

    /// <summary>One of two values; only that one is computed.</summary>
    /// <param name="condition">A Boolean.</param>
    public GraphValue If(GraphValue condition, Func<GraphValue> then, Func<GraphValue> otherwise) =>
        Node("If", [condition], ("then_branch", Branch(then)), ("else_branch", Branch(otherwise)));

    private GraphProto Branch(Func<GraphValue> compute)
    {
        var branch = _branch = new() { Name = "Branch." + Text(_nodes++) };
        var result = compute();
        _branch = null;
        branch.Output.Add(new ValueInfoProto { Name = result.Name });
        return branch;
    }

    private T OutsideBranches<T>(Func<T> add)
    {
        (var branch, _branch) = (_branch, null);
        var result = add();
        _branch = branch;
        return result;
    }

    private void Add(NodeProto node) => (_branch ?? _graph).Node.Add(node);

    private GraphValue Shared(string name, Func<string, TensorProto> create)
    {
        if (!_stored.TryGetValue(name, out var value))
        {
            _graph.Initializer.Add(create(name));
            _stored[name] = value = new(this, name);
        }

        return value;
    }

    private static ValueInfoProto Describe(string name, object[] shape)
    {
        var sizes = new TensorShapeProto();
        sizes.Dim.Add(shape.Select(size => size is string dynamic
            ? new TensorShapeProto.Types.Dimension { DimParam = dynamic }
            : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(size, CultureInfo.InvariantCulture) }));
        var type = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = sizes };
        return new() { Name = name, Type = new() { TensorType = type } };
    }

    private static TensorProto Floats(string name, float[] values, long[] shape) => new()
    {
        Name = name, DataType = (int)TensorProto.Types.DataType.Float, Dims = { shape },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
    };

    private static TensorProto Halves(string name, float[] values, long[] shape) => new()
    {
        Name = name, DataType = (int)TensorProto.Types.DataType.Float16, Dims = { shape },
        RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value))),
    };

    private static AttributeProto Attribute(string name, object value) => value switch
    {
        long number => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = number },
        double number => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = (float)number },
        string text => new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(text) },
        long[] numbers => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { numbers } },
        GraphProto graph => new() { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = graph },
        _ => throw new ArgumentException($"No attribute of type {value.GetType().Name} is known.", nameof(value)),
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
