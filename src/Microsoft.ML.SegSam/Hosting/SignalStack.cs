using System.Runtime.InteropServices;
using Microsoft.ML.SegSam.Kernels;

namespace Microsoft.ML.SegSam.Hosting;

/// <summary>Room for a thread's signals once it has computed with AMX.</summary>
/// <remarks>
/// Where a signal is handled, Linux saves the thread's registers, and AMX's have 8 KB. The stacks that .NET 10 gives its threads for that
/// are too small: the next NullReferenceException of such a thread, which begins as a signal, would end the process without a word, even
/// where it is caught.
/// </remarks>
internal static unsafe partial class SignalStack
{
    private const nuint Size = 128 << 10;
    private const int ReadAndWrite = 3, OwnMemory = 0x20022, IsDisabled = 2; // PROT_, MAP_ and SS_ of Linux on x64
    [ThreadStatic] private static bool _isLarge;

    /// <summary>Gives this thread a larger one. To be called before it computes in bfloat16; costs nothing the second time.</summary>
    public static void Enlarge()
    {
        if (_isLarge || !Processor.HasTiles || !OperatingSystem.IsLinux())
            return;
        _isLarge = true;
        if (Change(null, out var before) != 0 || before.Flags == IsDisabled || before.Size >= Size)
            return;
        var memory = Map(null, Size, ReadAndWrite, OwnMemory, -1, 0);
        if (memory == (void*)-1)
            return;
        var larger = new Stack { Memory = memory, Size = Size };
        if (Change(&larger, out _) != 0)
            _ = Unmap(memory, Size);
    }

    // At the end of a thread .NET unmaps the stack that it finds.
    [LibraryImport("libc", EntryPoint = "sigaltstack")]
    private static partial int Change(Stack* stack, out Stack before);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint size, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint size);

    private struct Stack
    {
        public void* Memory;
        public int Flags;
        public nuint Size;
    }
}
