namespace SecureStreams.Transports.Mqtt;

/// <remarks>What the network connection tells, which is a transport as any other to its owner.</remarks>
internal sealed partial class MqttConnection
{
    void ITransportSink.ConnectedOnMailbox(StreamTransport transport)
    {
        // The link says more of it, see UpOnMailbox.
    }

    void ITransportSink.WritableOnMailbox(StreamTransport transport, bool due)
    {
    }

    void ITransportSink.ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        // A report of the dial, which each stream makes for itself.
    }

    void ITransportSink.UserStateOnMailbox(StreamTransport transport, SsState state, int status)
    {
    }

    void ITransportSink.RestartedOnMailbox(StreamTransport transport, TransportFailure reason)
    {
    }

    void ITransportSink.AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message)
    {
    }

    /// <summary>The network connection is over: every stream on it is told.</summary>
    void ITransportSink.ClosedOnMailbox(StreamTransport transport, TransportFailure? failure)
    {
        Mailbox.AssertCurrent();
        if (transport != _link || _link is not { } link)
            return;
        link.ReleaseOnMailbox();
        StopLeaving();
        Volatile.Write(ref _isResting, false);
        _requests.Clear();
        _toSubscribe.Clear();
        _toUnsubscribe.Clear();
        _endings.Clear();
        LeaveUnfinishedOnMailbox();
        DropAbsentOnMailbox();
        Session.Disconnected();
        DropUnansweredOnMailbox();
        foreach (var member in _members.Concat(_parked))
            KeepBatchOnMailbox(member, link);
        _parked.Clear();
        if (link.Key.Settings.CleanStart)
            EndSessionOnMailbox();
        Volatile.Write(ref _link, null);
        var ending = failure ?? new TransportFailure(SsPhase.Peer, SsCauseCode.PeerClosed, "The broker closed the connection.") { IsOrderly = true, Endpoint = link.EndpointOnMailbox };
        for (var i = _members.Count - 1; i >= 0; i--)
        {
            if (_members[i].Link == link)
                CloseOnMailbox(_members[i], ending);
        }

        if (_members.Count > 0)
        {
            StartLinkOnMailbox(_members[0]);
            return;
        }

        // For whom nothing is kept here the broker keeps what comes.
        _away.RemoveAll(static one => one.WasLast && one.Transport.Owner.KeptMessages == 0);
        RetireIfIdleOnMailbox();
    }
}
