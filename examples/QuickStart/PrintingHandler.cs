using System.Text;
using SecureStreams;

namespace QuickStart;

/// <summary>Prints what happens to a stream, and tells when its transaction or connect cycle is over.</summary>
internal sealed class PrintingHandler : SecureStreamHandler
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _payload = new();
    private bool _acknowledged;

    /// <summary>Whether payload arrived and was acknowledged; completes when the stream is idle.</summary>
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
            case SsState.QosAckRemote:
                _acknowledged = true;
                break;
            case SsState.Disconnected when change.Cause.NextAction == SsNextAction.Idle:
            case SsState.AllRetriesFailed:
                _done.TrySetResult(_acknowledged && _payload.Length > 0);
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _payload.Append(Encoding.UTF8.GetString(payload));
        if (flags.HasFlag(SsRxFlags.EndOfMessage))
            Console.WriteLine($"received: {_payload}");
        return SsResult.Continue;
    }
}
