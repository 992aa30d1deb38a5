using SecureStreams.Implementation;
using SecureStreams.Policy;

namespace SecureStreams.Transports;

/// <summary>Stands in for a protocol that this build has no transport for: the attempt fails at once with a cause that names it.</summary>
internal sealed class UnsupportedTransport(TransportSetup setup) : StreamTransport, IMailboxWork
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;

    /// <inheritdoc/>
    public override TransportWriter Writer => ClosedWriter.Instance;

    /// <inheritdoc/>
    public override Task Completion => _started ? _done.Task : Task.CompletedTask;

    /// <summary>The name a policy has for a protocol.</summary>
    public static string NameOf(WireProtocol protocol) => protocol switch
    {
        WireProtocol.H1 => "h1",
        WireProtocol.H2 => "h2",
        WireProtocol.H3 => "h3",
        WireProtocol.WebSocket => "ws",
        WireProtocol.Mqtt => "mqtt",
        _ => "raw",
    };

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
        var protocol = NameOf(setup.Policy.Protocol);
        setup.Sink.ClosedOnMailbox(this, new TransportFailure(
            SsPhase.Policy,
            SsCauseCode.NotSupported,
            $"Streamtype '{setup.Policy.Name}' asks for protocol '{protocol}', which this build or platform does not provide; use another protocol for it.")
        {
            Permanent = true,
            Attribute = "protocol",
        });
        _done.TrySetResult();
    }
}
