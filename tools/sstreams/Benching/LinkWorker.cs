namespace SecureStreams.Tool.Benching;

/// <summary>A stream whose connection lasts: whenever it is connected and there is something to do it asks to send.</summary>
internal abstract class LinkWorker(BenchPlan plan, BenchTroubles troubles) : BenchWorker(troubles)
{
    private bool _wasConnected;
    private bool _isConnected;
    private int _sentOfMessage;
    private long _message;

    protected BenchPlan Plan => plan;

    /// <summary>Whether there is a connection.</summary>
    protected bool IsConnected => Volatile.Read(ref _isConnected);

    /// <summary>Whether another message may be begun now, or one goes on.</summary>
    protected bool MaySend => _sentOfMessage > 0 || MayBegin;

    /// <summary>Whether another message may be begun now. Takes it from the phase if need be.</summary>
    protected abstract bool MayBegin { get; }

    /// <summary>Whether nothing is under way.</summary>
    protected abstract bool IsIdle { get; }

    public sealed override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while (!HasGivenUp && MaySend && (!committed || tx.MoreRoom))
        {
            // What precedes a batch fits into any room; its own turn keeps the rest simple.
            if (_sentOfMessage == 0 && Preface(tx.Buffer) is > 0 and var preface)
            {
                CountSent(preface);
                tx.Commit(preface, SsTxFlags.WholeMessage);
            }
            else
            {
                Fill(ref tx);
            }

            committed = true;
        }

        if (!HasGivenUp && MaySend)
            stream.RequestTransmit();
        else
            Rest(stream, committed);
        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    protected sealed override void Wake(SecureStream stream) => stream.RequestTransmit();

    protected sealed override SsResult Follow(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Creating:
                stream.Connect();
                break;
            case SsState.Connected:
                Volatile.Write(ref _isConnected, true);
                Reconnects += _wasConnected ? 1 : 0;
                _wasConnected = true;
                BecomeReady();
                if (Phase is not null)
                    stream.RequestTransmit();
                break;
            case SsState.QosAckRemote or SsState.QosNackRemote when HasGivenUp:
                break;
            case SsState.QosAckRemote:
                Acknowledged(stream);
                break;
            case SsState.QosNackRemote when change.Cause is { Phase: SsPhase.Peer, Code: SsCauseCode.PeerClosed }:
                // It went with its connection, or with the session that the broker has lost.
                Troubles.Add($"not acknowledged: {Words(change.Cause)}");
                Lose(change.Message);
                stream.RequestTransmit();
                break;
            case SsState.QosNackRemote:
                Troubles.Add($"refused: {Words(change.Cause)}");
                Refused++;
                Decline(stream, change.Message);
                stream.RequestTransmit();
                break;
            case SsState.Disconnected:
                Volatile.Write(ref _isConnected, false);
                if (Phase is not null || change.Cause.NextAction == SsNextAction.Retry)
                    Troubles.Add($"disconnected: {Words(change.Cause)}");
                if (plan.OutlastsConnections)
                    Outlast();
                else
                    Forfeit();
                if (change.Cause.NextAction is not (SsNextAction.Retry or SsNextAction.Destroy))
                    return GiveUp("not connected again: the policy does not ask for it");
                break;
        }

        return SsResult.Continue;
    }

    protected override void Forfeit() => _sentOfMessage = 0;

    /// <summary>mqtt: the connection is lost, and what is under way goes on over the next. What was not handed over whole was not handed over.</summary>
    protected virtual void Outlast()
    {
        if (_sentOfMessage == 0)
            return;
        _sentOfMessage = 0;
        Lose(_message);
    }

    /// <summary>Writes what precedes the first message of a batch.</summary>
    /// <returns>How many bytes; 0 for nothing.</returns>
    protected virtual int Preface(Span<byte> room) => 0;

    /// <summary>A message is done with, as the peer says.</summary>
    protected virtual void Acknowledged(SecureStream stream)
    {
        // What comes back counts, and not this.
    }

    /// <summary>mqtt: a message is refused, which is an answer too.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="message">Its number.</param>
    protected abstract void Decline(SecureStream stream, long message);

    /// <summary>mqtt: a message got lost, and is done again as another.</summary>
    /// <param name="message">Its number.</param>
    protected abstract void Lose(long message);

    /// <summary>There is nothing to send for the moment.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="hasSent">Whether this callback has sent something.</param>
    protected virtual void Rest(SecureStream stream, bool hasSent)
    {
        if (!hasSent && IsIdle)
            Leave(stream); // Others have taken all there was.
    }

    /// <summary>A message begins: writes what tells it from others.</summary>
    protected abstract void BeginMessage(Span<byte> room);

    /// <summary>The last byte of a message is on its way.</summary>
    protected abstract void EndMessage();

    private void Fill(scoped ref SsTransmit tx)
    {
        var room = tx.Buffer;
        var count = Math.Min(room.Length, plan.Size - _sentOfMessage);
        var flags = SsTxFlags.None;
        room[..count].Clear();
        if (_sentOfMessage == 0)
        {
            flags = SsTxFlags.StartOfMessage;
            _message = tx.Message;
            BeginMessage(room[..count]);
        }

        _sentOfMessage += count;
        if (_sentOfMessage == plan.Size)
        {
            flags |= SsTxFlags.EndOfMessage;
            _sentOfMessage = 0;
            EndMessage();
        }

        CountSent(count);
        tx.Commit(count, flags);
    }
}
