using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Microsoft.ML.SegSam.Network.Layers;

/// <summary>A module whose intermediate tensors are freed when its forward ends; what <see cref="Compute"/> returns survives.</summary>
/// <remarks>
/// So a forward reads as mathematics. Everything else opens a dispose scope of its own: methods that others call directly, static
/// functions, and loops that must free their tensors at every turn.
/// </remarks>
internal abstract class ScopedModule<TIn, TOut>(string name) : Module<TIn, TOut>(name)
{
    public sealed override TOut forward(TIn input)
    {
        using var scope = NewDisposeScope();
        return scope.Keep(Compute(input));
    }

    protected abstract TOut Compute(TIn input);
}

/// <inheritdoc cref="ScopedModule{TIn, TOut}"/>
internal abstract class ScopedModule<T1, T2, TOut>(string name) : Module<T1, T2, TOut>(name)
{
    public sealed override TOut forward(T1 first, T2 second)
    {
        using var scope = NewDisposeScope();
        return scope.Keep(Compute(first, second));
    }

    protected abstract TOut Compute(T1 first, T2 second);
}

/// <inheritdoc cref="ScopedModule{TIn, TOut}"/>
internal abstract class ScopedModule<T1, T2, T3, TOut>(string name) : Module<T1, T2, T3, TOut>(name)
{
    public sealed override TOut forward(T1 first, T2 second, T3 third)
    {
        using var scope = NewDisposeScope();
        return scope.Keep(Compute(first, second, third));
    }

    protected abstract TOut Compute(T1 first, T2 second, T3 third);
}

/// <inheritdoc cref="ScopedModule{TIn, TOut}"/>
internal abstract class ScopedModule<T1, T2, T3, T4, TOut>(string name) : Module<T1, T2, T3, T4, TOut>(name)
{
    public sealed override TOut forward(T1 first, T2 second, T3 third, T4 fourth)
    {
        using var scope = NewDisposeScope();
        return scope.Keep(Compute(first, second, third, fourth));
    }

    protected abstract TOut Compute(T1 first, T2 second, T3 third, T4 fourth);
}

internal static class DisposeScopeExtensions
{
    /// <summary>Hands a tensor, or every tensor of a tuple, to the scope outside this one.</summary>
    public static T Keep<T>(this DisposeScope scope, T result)
    {
        if (result is Tensor tensor)
            scope.MoveToOuter(tensor);
        else if (result is ITuple tuple)
        {
            for (var i = 0; i < tuple.Length; i++)
            {
                if (tuple[i] is Tensor part)
                    scope.MoveToOuter(part);
            }
        }

        return result;
    }
}
