namespace SecureStreams.Tool.Running;

/// <summary>The handler of the one stream: body out, payload in, and what each state means for the exit status.</summary>
internal sealed class RunHandler(RequestBody body, PayloadOutput output, RunReport report, RunOutcome outcome, RunPlan plan) : SecureStreamHandler
{
    private readonly LateRefusals _refusals = new();
    private long _received;
    private int _messages;
    private int _acknowledged;
    private bool _peerEnded;
    private bool _endedWell;
    private int? _answer;

    /// <summary>Payload bytes so far. For progress, from any thread.</summary>
    public long Received => Volatile.Read(ref _received);

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        var endsWell = change.State == SsState.Disconnected && !plan.IsTransactional && HasEndedWell(change.Cause);

        // What policy makes of that end is nobody's concern any more.
        _endedWell |= endsWell;
        report.State(stream, change, isExpected: _endedWell);
        switch (change.State)
        {
            case SsState.Creating:
                body.Request(stream);
                break;
            case SsState.Connecting when !plan.IsTransactional && body.IsDone && body.Sent > 0:
                // Connected anew only to go on receiving.
                _peerEnded = false;
                break;
            case SsState.Connecting when !body.TryRestart():
                return Fail(body.Problem);
            case SsState.Connecting:
                _peerEnded = false;
                break;
            case SsState.Connected when !plan.IsTransactional && !body.IsDone:
                stream.RequestTransmit();
                break;
            case SsState.QosAckRemote when plan.IsMqtt:
                _acknowledged++;
                if (HasSentAll && _acknowledged == body.Messages)
                    outcome.Finish(ExitCode.Success);
                break;
            case SsState.QosAckRemote:
            case SsState.QosNackRemote:
                _answer = change.State == SsState.QosAckRemote ? ExitCode.Success : ExitCode.Failed;
                body.Stop();
                if (!plan.IsTransactional)
                    outcome.Finish(_answer.Value);
                break;
            case SsState.Disconnected when endsWell:
                outcome.Finish(ExitCode.Success);
                break;
            case SsState.Disconnected when !plan.IsTransactional && _peerEnded && body.IsPending:
                return Fail("the peer ended the connection before all of the data was sent");
            case SsState.Disconnected when change.Cause.NextAction != SsNextAction.Retry:
                outcome.Finish(_answer ?? ExitCode.Failed);
                break;
            case SsState.Disconnected when plan.IsTransactional && Received > 0:
                // The next answer would be written behind the beginning of this one.
                return Fail($"the answer was cut short after {Received} bytes, which are written already; it is not fetched again");
            case SsState.AllRetriesFailed:
            case SsState.Destroying:
                outcome.Finish(ExitCode.Failed);
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if ((flags & SsRxFlags.PerfJson) != 0)
        {
            report.Performance(payload);
            return SsResult.Continue;
        }

        report.Received(payload.Length, flags);
        Volatile.Write(ref _received, _received + payload.Length);
        output.Write(stream, payload);
        if ((flags & SsRxFlags.PeerEndOfStream) != 0)
        {
            _peerEnded = true;

            // What this side has to say may still be said, and its end then ends the connection; who has nothing to say has heard all.
            if (plan.OnlyReceives)
            {
                _endedWell = true;
                outcome.Finish(ExitCode.Success);
            }
        }

        if (plan.HasMessages && (flags & SsRxFlags.EndOfMessage) != 0)
        {
            if (plan.Lines)
                output.Write(stream, "\n"u8);
            if (++_messages == plan.Receive)
                outcome.Finish(ExitCode.Success);
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var before = body.Sent;
        var result = body.Fill(stream, ref tx);
        if (result == SsTransmitResult.Disconnect)
            Fail(body.Problem);
        else if (result == SsTransmitResult.Send)
            report.Sent(body.Sent - before);
        if (HasSentAll && (plan.Acknowledges ? _acknowledged == body.Messages : _refusals.AreTold(stream, result == SsTransmitResult.Send)))
            outcome.Finish(ExitCode.Success);
        return result;
    }

    /// <summary>Whether a lasting connection ended because the peer had no more to say, and this side neither. A broker that goes away says nothing of the kind.</summary>
    private bool HasEndedWell(in SsCause cause) =>
        !plan.IsMqtt && !body.IsPending && cause.Code == SsCauseCode.PeerClosed && (plan.IsRaw ? _peerEnded : RunPlan.IsOrderlyClose(cause.Status));

    /// <summary>mqtt: whether all is sent that ends the run. What the last callback sends still leaves, since a stream that goes away sends what it released.</summary>
    private bool HasSentAll => plan.EndsWhenSent && body.IsDone;

    private SsResult Fail(string problem)
    {
        if (outcome.Finish(ExitCode.Failed))
            report.Problem(problem);
        return SsResult.Disconnect;
    }
}
