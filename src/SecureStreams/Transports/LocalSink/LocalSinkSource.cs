using SecureStreams.Core;

namespace SecureStreams.Transports.LocalSink;

/// <summary>The end of the stream that connects.</summary>
/// <param name="sinks">Where sinks are found.</param>
/// <param name="setup">The stream's.</param>
/// <param name="link">The connection.</param>
internal sealed class LocalSinkSource(LocalSinks sinks, TransportSetup setup, LocalSinkLink link) : LocalSinkTransport(setup, link.Time, link.ToSource, link.ToSink)
{
    private ITimer? _bound;

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        Setup.Mailbox.AssertCurrent();
        link.Source = this;
        _bound = link.Time.CreateDetachedTimer(static state => ((LocalSinkSource)state!).Post(LocalSinkFact.TimedOut), this, Setup.ConnectTimeout);
        if (!sinks.TryJoin(Setup.Policy.Name, link))
            Refuse(LocalSinkFailures.NoSink(Setup.Policy));
    }

    /// <inheritdoc/>
    protected override void OpenedOnMailbox()
    {
        EndBound();
        base.OpenedOnMailbox();
        BeginOnMailbox();
    }

    /// <inheritdoc/>
    protected override void HangUpOnMailbox()
    {
        EndBound();
        base.HangUpOnMailbox();
    }

    private void EndBound()
    {
        _bound?.Dispose();
        _bound = null;
    }
}
