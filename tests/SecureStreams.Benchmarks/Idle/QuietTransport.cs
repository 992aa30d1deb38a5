using SecureStreams.Implementation;
using SecureStreams.Transports;

namespace SecureStreams.Benchmarks.Idle;

/// <summary>Connects at once and is quiet: the least a transport can be, so that what remains is the stream's own cost.</summary>
internal sealed class QuietTransport(TransportSetup setup) : StreamTransport, IMailboxWork
{
    private const long End = 1;

    private TaskCompletionSource? _completion;

    public override TransportWriter Writer => ClosedWriter.Instance;

    // Asked for when the stream lets go, so an idle one holds none.
    public override Task Completion => (_completion ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public override void StartOnMailbox() => setup.Mailbox.Post(this);

    public override void PauseReceiveOnMailbox(bool paused)
    {
        // Nothing is ever received.
    }

    public override void CloseOnMailbox() => setup.Mailbox.Post(this, End);

    void IMailboxWork.RunOnMailbox(long argument)
    {
        if (argument != End)
        {
            setup.Sink.ConnectedOnMailbox(this);
            return;
        }

        setup.Sink.ClosedOnMailbox(this, null);
        (_completion ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
