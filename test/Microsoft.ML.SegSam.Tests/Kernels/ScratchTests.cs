using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Tests.Kernels;

[TestClass]
public sealed unsafe class ScratchTests
{
    [TestMethod]
    public void What_is_taken_is_aligned_and_stays_apart_however_much_it_is()
    {
        for (var round = 0; round < 4; round++)
        {
            var scratch = Scratch.Empty();
            var blocks = new List<(nint Block, int Count)>();
            for (var i = 1; i < 40; i++)
            {
                var block = scratch.Take<float>(i * 37);
                Assert.AreEqual(0, (long)block % 64);
                new Span<float>(block, i * 37).Fill(i);
                blocks.Add(((nint)block, i * 37));
            }

            for (var i = 1; i < 40; i++)
                Assert.IsTrue(new Span<float>((void*)blocks[i - 1].Block, blocks[i - 1].Count).IndexOfAnyExcept(i) < 0, $"block {i}");
        }
    }
}
