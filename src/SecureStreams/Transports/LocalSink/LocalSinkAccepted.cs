namespace SecureStreams.Transports.LocalSink;

/// <summary>The end of the stream that a sink accepted: it is connected first, and the source hears of it then.</summary>
/// <param name="setup">The stream's.</param>
/// <param name="link">The connection.</param>
internal sealed class LocalSinkAccepted(TransportSetup setup, LocalSinkLink link) : LocalSinkTransport(setup, link.Time, link.ToSink, link.ToSource)
{
    private bool _sourceKnows;

    /// <inheritdoc/>
    public override void StartOnMailbox()
    {
        Setup.Mailbox.AssertCurrent();
        link.ToSink.Join(link.Source!, this);
        link.ToSource.Join(this, link.Source!);
        Post(LocalSinkFact.Opened);
    }

    /// <inheritdoc/>
    protected override void OpenedOnMailbox()
    {
        if (IsPeerGone)
        {
            EndOnMailbox(LocalSinkFailures.SourceGone(Setup));
            return;
        }

        base.OpenedOnMailbox();
        if (IsOver)
            return;
        _sourceKnows = true;
        link.Source!.Post(LocalSinkFact.Opened);
        BeginOnMailbox();
    }

    /// <inheritdoc/>
    protected override void HangUpOnMailbox()
    {
        base.HangUpOnMailbox();
        if (!_sourceKnows)
            link.Refuse(LocalSinkFailures.Refused(Setup.Policy));
    }
}
