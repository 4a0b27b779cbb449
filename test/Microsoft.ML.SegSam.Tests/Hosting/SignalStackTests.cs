using System.Runtime.CompilerServices;
using Microsoft.ML.SegSam.Hosting;
using static TorchSharp.torch;

namespace Microsoft.ML.SegSam.Tests.Hosting;

[TestClass]
public sealed class SignalStackTests
{
    /// <summary>Fails by ending the process, on processors with AMX.</summary>
    [TestMethod]
    public void A_thread_that_computed_in_bfloat16_can_catch_what_begins_as_a_signal()
    {
        for (var i = 0; i < 3; i++) // each thread takes its stack with it
        {
            var (length, hasFailed) = (0, false);
            var thread = new Thread(() =>
            {
                SignalStack.Enlarge();
                using var scope = NewDisposeScope();
                var matrix = ones([256, 256], ScalarType.BFloat16);
                _ = nn.functional.linear(matrix, matrix);
                try
                {
                    length = LengthOf(null!);
                }
                catch (NullReferenceException)
                {
                    hasFailed = true;
                }
            });
            thread.Start();
            thread.Join();
            Assert.IsTrue(hasFailed);
            Assert.AreEqual(0, length);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LengthOf(string text) => text.Length;
}
