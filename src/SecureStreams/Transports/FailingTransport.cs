using SecureStreams.Implementation;

namespace SecureStreams.Transports;

/// <summary>Stands in for a transport that cannot be: the attempt fails at once, with a cause that says why.</summary>
internal sealed class FailingTransport(TransportSetup setup, TransportFailure failure) : StreamTransport, IMailboxWork
{
    // Who waits for it goes on in the turn that tells the end: there is nothing here that a thread of the pool would have to wait for.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.None);
    private bool _started;

    /// <inheritdoc/>
    public override TransportWriter Writer => ClosedWriter.Instance;

    /// <inheritdoc/>
    public override Task Completion => _started ? _done.Task : Task.CompletedTask;

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        _started = true;
        setup.Mailbox.Post(this);
    }

    /// <inheritdoc/>
    public override void PauseReceiveOnMailbox(bool paused)
    {
        // Nothing is ever received.
    }

    /// <inheritdoc/>
    public override void CloseOnMailbox()
    {
        // The posted Closed is on its way.
    }

    void IMailboxWork.RunOnMailbox(long argument)
    {
        setup.Sink.ClosedOnMailbox(this, failure);
        _done.TrySetResult();
    }
}
