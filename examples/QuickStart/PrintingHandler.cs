using System.Text;
using SecureStreams;

namespace QuickStart;

/// <summary>
/// Prints what happens to a stream, and tells when its transaction or connect cycle is over. Where a connection is not a request, it sends the name and waits for the greeting.
/// </summary>
internal sealed class PrintingHandler : SecureStreamHandler
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _payload = new();
    private bool _greeted;

    /// <summary>Whether the greeting arrived, whole; completes when the stream is idle.</summary>
    public Task<bool> Done => _done.Task;

    /// <summary>The cause of the last failure.</summary>
    public SsCause LastCause { get; private set; }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        Console.WriteLine(change.Cause.IsNone ? $"{change.State}" : $"{change.State}: {change.Cause}");
        if (change.Cause.DetailId != 0)
            LastCause = change.Cause;

        switch (change.State)
        {
            case SsState.Connected when !stream.Traits.IsTransactional:
                stream.RequestTransmit();
                break;
            case SsState.QosAckRemote:
                _greeted = _payload.Length > 0;
                break;
            case SsState.Disconnected when change.Cause.NextAction == SsNextAction.Idle:
            case SsState.AllRetriesFailed:
                _done.TrySetResult(_greeted);
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _payload.Append(Encoding.UTF8.GetString(payload));

        // raw has no messages; there the greeting ends as the line does.
        if (!flags.HasFlag(SsRxFlags.EndOfMessage) && (stream.Traits.HasMessages || !payload.EndsWith("\n"u8)))
            return SsResult.Continue;
        Console.Write($"received: {_payload}");
        if (!stream.Traits.IsTransactional)
        {
            _greeted = true;
            stream.Disconnect();
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        var bytes = Encoding.UTF8.GetBytes($"{stream.GetMetadata("name")}\n", tx.Buffer);
        tx.Commit(bytes, SsTxFlags.WholeMessage);
        return SsTransmitResult.Send;
    }
}
