namespace SecureStreams.Tool.Running;

/// <summary>The handler of the one stream: body out, payload in, and what each state means for the exit status.</summary>
/// <param name="transactional">Whether the protocol ends each exchange by itself (HTTP): then the end is awaited after the acknowledgement.</param>
internal sealed class RunHandler(RequestBody body, PayloadOutput output, RunReport report, RunOutcome outcome, bool transactional) : SecureStreamHandler
{
    private long _received;
    private int? _answer;

    /// <summary>Payload bytes so far. For progress, from any thread.</summary>
    public long Received => Volatile.Read(ref _received);

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        report.State(stream, change);
        switch (change.State)
        {
            case SsState.Creating:
                body.Request(stream);
                break;
            case SsState.Connecting when !body.TryRestart():
                return Fail(body.Problem);
            case SsState.QosAckRemote:
            case SsState.QosNackRemote:
                _answer = change.State == SsState.QosAckRemote ? ExitCode.Success : ExitCode.Failed;
                body.Stop();
                if (!transactional)
                    outcome.Finish(_answer.Value);
                break;
            case SsState.Disconnected when change.Cause.NextAction != SsNextAction.Retry:
                outcome.Finish(_answer ?? ExitCode.Failed);
                break;
            case SsState.Disconnected when transactional && Received > 0:
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
        return result;
    }

    private SsResult Fail(string problem)
    {
        if (outcome.Finish(ExitCode.Failed))
            report.Problem(problem);
        return SsResult.Disconnect;
    }
}
