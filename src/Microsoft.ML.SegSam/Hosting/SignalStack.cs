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
    [ThreadStatic] private static bool _isDone;
    [ThreadStatic] private static Room? _room; // ends some time after the thread

    /// <summary>Gives this thread a larger one. To be called before it computes in bfloat16; costs nothing the second time.</summary>
    public static void Enlarge()
    {
        if (_isDone || !Processor.HasTiles || !OperatingSystem.IsLinux())
            return;
        _isDone = true;
        if (Change(null, out var before) != 0 || before.Flags == IsDisabled || before.Size >= Size || !IsOfDotNet(before))
            return;
        var memory = Map(null, Size, ReadAndWrite, OwnMemory, -1, 0);
        if (memory == (void*)-1)
            return;
        var room = new Room(memory);
        var larger = new Stack { Memory = memory, Size = Size };
        if (Change(&larger, out _) != 0)
            return;
        _room = room;
        _ = Unmap(before.Memory, before.Size); // .NET frees a thread's stack only where it finds the one that it made
    }

    // .NET maps whole pages for it; another library's may be anywhere.
    private static bool IsOfDotNet(Stack stack)
    {
        var page = (nuint)Environment.SystemPageSize;
        return (nuint)stack.Memory % page == 0 && stack.Size % page == 0;
    }

    [LibraryImport("libc", EntryPoint = "sigaltstack")]
    private static partial int Change(Stack* stack, out Stack before);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(void* address, nuint size, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint size);

    private sealed class Room(void* memory)
    {
        ~Room() => _ = Unmap(memory, Size);
    }

    private struct Stack
    {
        public void* Memory;
        public int Flags;
        public nuint Size;
    }
}
