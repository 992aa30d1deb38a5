using SecureStreams.Implementation;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Core;

/// <summary>
/// A transport with a loop of its own, as those of wire protocols have one, that connects, offers room to write, and waits to be closed; it may have a defect in one
/// place, or take its time to end.
/// </summary>
internal sealed class LoopTransport(TransportSetup setup, string defect, Task mayEnd) : StreamTransport
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _run;

    public override TransportWriter Writer => defect == "Writer" ? throw new InvalidOperationException("defect in Writer") : ClosedWriter.Instance;

    public override Task Completion => _run ?? new TaskCompletionSource().Task;

    /// <summary>What came out of a call to the stream: nothing ever should.</summary>
    public Exception? Escaped { get; private set; }

    public override void StartOnMailbox()
    {
        if (defect == "Start")
            throw new InvalidOperationException("defect in Start");
        _run = RunAsync();
    }

    public override void PauseReceiveOnMailbox(bool paused)
    {
        if (defect == "Pause")
            throw new InvalidOperationException("defect in Pause");
    }

    public override void CloseOnMailbox()
    {
        if (defect == "Close")
            throw new InvalidOperationException("defect in Close");
        _closed.TrySetResult();
    }

    private async Task RunAsync()
    {
        var entry = new MailboxEntry(setup.Mailbox);
        try
        {
            using (await entry)
                setup.Sink.ConnectedOnMailbox(this);
            using (await entry)
                setup.Sink.WritableOnMailbox(this, due: true);
        }
        catch (InvalidOperationException error)
        {
            Escaped = error;
        }

        await _closed.Task;
        await mayEnd;
        using (await entry)
            setup.Sink.ClosedOnMailbox(this, null);
        if (defect == "Completion")
            throw new InvalidOperationException("defect in Completion");
    }
}
