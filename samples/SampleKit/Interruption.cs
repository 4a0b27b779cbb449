using System.Runtime.InteropServices;

namespace SampleKit;

/// <summary>
/// Ctrl-C and SIGTERM as cancellation: the first one asks the program to stop, so that it can keep finished work; a second Ctrl-C ends
/// it at once.
/// </summary>
public sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly PosixSignalRegistration _ended;

    /// <summary>Listens until it is disposed.</summary>
    public Interruption()
    {
        Console.CancelKeyPress += OnPressed;
        _ended = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            _cancel.Cancel();
        });
    }

    /// <summary>Canceled by the first signal.</summary>
    public CancellationToken Token => _cancel.Token;

    /// <summary>Leaves later signals to the system.</summary>
    public void Dispose()
    {
        Console.CancelKeyPress -= OnPressed;
        _ended.Dispose();
        _cancel.Dispose();
    }

    private void OnPressed(object? sender, ConsoleCancelEventArgs pressed)
    {
        pressed.Cancel = !_cancel.IsCancellationRequested;
        _cancel.Cancel();
    }
}
