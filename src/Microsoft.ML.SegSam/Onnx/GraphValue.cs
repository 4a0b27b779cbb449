namespace Microsoft.ML.SegSam.Onnx;

/// <summary>A tensor of a graph that is being built: what is written with it is computed when the graph runs.</summary>
internal sealed class GraphValue(GraphBuilder graph, string name)
{
    public string Name => name;

    public GraphBuilder Graph => graph;

    public static GraphValue operator +(GraphValue a, GraphValue b) => a.Node("Add", b);

    public static GraphValue operator -(GraphValue a, GraphValue b) => a.Node("Sub", b);

    public static GraphValue operator *(GraphValue a, GraphValue b) => a.Node("Mul", b);

    public static GraphValue operator /(GraphValue a, GraphValue b) => a.Node("Div", b);

    public static GraphValue operator +(GraphValue a, double b) => a + a.Graph.Number((float)b);

    public static GraphValue operator *(GraphValue a, double b) => a * a.Graph.Number((float)b);

    public static GraphValue operator /(GraphValue a, double b) => a / a.Graph.Number((float)b);

    public GraphValue MatMul(GraphValue other) => Node("MatMul", other);

    /// <summary>1 where two numbers are equal, else 0.</summary>
    public GraphValue EqualTo(GraphValue other) => Node("Equal", other).ToFloat();

    public GraphValue EqualTo(double number) => EqualTo(graph.Number((float)number));

    /// <summary>One of two values at each place.</summary>
    /// <param name="condition">Numbers; 0 means <paramref name="otherwise"/>.</param>
    public static GraphValue Where(GraphValue condition, GraphValue then, GraphValue otherwise) =>
        condition.Graph.Node("Where", [condition.Cast(9), then, otherwise]); // to Boolean

    public GraphValue Relu() => Node("Relu");

    public GraphValue Sigmoid() => Node("Sigmoid");

    public GraphValue Exp() => Node("Exp");

    /// <summary>The exact one, written so that engines recognize it.</summary>
    public GraphValue Gelu() => this * ((this / Math.Sqrt(2)).Node("Erf") + 1) * 0.5;

    public GraphValue Clamp(double low, double high) =>
        graph.Node("Clip", [this, graph.Number((float)low), graph.Number((float)high)]);

    public GraphValue Softmax(int axis = -1) => graph.Node("Softmax", [this], ("axis", (long)axis));

    public GraphValue Reshape(params long[] shape) => Node("Reshape", graph.Integers(shape));

    public GraphValue Transpose(params long[] axes) => graph.Node("Transpose", [this], ("perm", axes));

    public GraphValue Unsqueeze(params long[] axes) => Node("Unsqueeze", graph.Integers(axes));

    public GraphValue Squeeze(params long[] axes) => Node("Squeeze", graph.Integers(axes));

    public GraphValue Expand(GraphValue shape) => Node("Expand", shape);

    /// <summary>[start, end) on one axis.</summary>
    public GraphValue Slice(long axis, long start, long end) =>
        graph.Node("Slice", [this, graph.Integers(start), graph.Integers(end), graph.Integers(axis)]);

    /// <summary>The same with ends that are computed.</summary>
    public GraphValue Slice(long axis, GraphValue start, GraphValue end) => graph.Node("Slice", [this, start, end, graph.Integers(axis)]);

    /// <summary>Equal parts on an axis.</summary>
    public GraphValue[] Split(long axis, int parts) => graph.Nodes("Split", [this], parts, ("axis", axis));

    public GraphValue Mean(params long[] axes) => graph.Node("ReduceMean", [this], ("axes", axes));

    public GraphValue Max(params long[] axes) => graph.Node("ReduceMax", [this], ("axes", axes));

    public GraphValue Min(params long[] axes) => graph.Node("ReduceMin", [this], ("axes", axes));

    public GraphValue Sum(params long[] axes) => Node("ReduceSum", graph.Integers(axes));

    /// <summary>Sizes from one axis to another, which is not included.</summary>
    public GraphValue Shape(long start, long end) => graph.Node("Shape", [this], ("start", start), ("end", end));

    public GraphValue ToFloat() => Cast(1);

    public GraphValue ToInteger() => Cast(7);

    public GraphValue ToDouble() => Cast(11);

    /// <summary>A Boolean.</summary>
    public GraphValue Greater(GraphValue other) => Node("Greater", other);

    public GraphValue Greater(double number) => Greater(graph.Number((float)number));

    /// <summary>Zeros around a map [B,H,W,C], right and below.</summary>
    public GraphValue PadMap(long below, long right) =>
        below == 0 && right == 0 ? this : Node("Pad", graph.Integers(0, 0, 0, 0, 0, below, right, 0));

    /// <summary>A map [B,C,H,W] at another size, bilinear, by the corners of pixels and not antialiased.</summary>
    /// <param name="sizes">Of the result: all four.</param>
    public GraphValue Resize(GraphValue sizes) => graph.Node("Resize", [this, None, None, sizes], Bilinear);

    /// <summary>Twice as large.</summary>
    public GraphValue Enlarge() => graph.Node(
        "Resize", [this, None, graph.Constant(new WeightArray([1, 1, 2, 2], [4]))], Bilinear);

    public GraphValue Node(string type, params GraphValue[] others) => graph.Node(type, [this, .. others]);

    public static GraphValue Concat(long axis, params GraphValue[] parts) => parts[0].Graph.Node("Concat", parts, ("axis", axis));

    private static (string, object)[] Bilinear =>
        [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")];

    private GraphValue None => new(graph, ""); // an optional input that is not given

    private GraphValue Cast(long type) => graph.Node("Cast", [this], ("to", type));
}
