using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>Tensors this thread has made and not disposed.</summary>
internal static class LiveTensors
{
    // Tensor.TotalCount would not do: it belongs to the process, so it also moves when a finalizer frees what an
    // earlier test left behind, and it keeps counting every tensor that a Parameter has taken over.
    public static long Count => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
