using TorchSharp;

namespace Microsoft.ML.SegSam.Tests.Support;

/// <summary>
/// Torch on one thread while it lives: small networks gain nothing from more, and on a busy machine the threads wait for each
/// other.
/// </summary>
internal sealed class OneThread : IDisposable
{
    private readonly int _before = torch.get_num_threads();

    public OneThread() => torch.set_num_threads(1);

    public void Dispose() => torch.set_num_threads(_before);
}
