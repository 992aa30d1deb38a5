using System.Text;

namespace SecureStreams.CompiledPolicy.Probe;

/// <summary>Keeps the payload, and tells how the transaction came out.</summary>
internal sealed class ProbeHandler : SecureStreamHandler
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _payload = new();

    /// <summary>Whether the peer acknowledged.</summary>
    public Task<bool> Done => _done.Task;

    public string Payload => _payload.ToString();

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        Console.Error.WriteLine($"{change.State} {change.Cause}");
        if (change.State is SsState.QosAckRemote or SsState.QosNackRemote or SsState.AllRetriesFailed)
            _done.TrySetResult(change.State == SsState.QosAckRemote);
        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _payload.Append(Encoding.ASCII.GetString(payload));
        return SsResult.Continue;
    }
}
