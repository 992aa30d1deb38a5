using SecureStreams.Benchmarks.Mqtt;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Streams;

/// <summary>
/// Publishes for as long as there is room. Without acknowledgements the last message goes to the topic that the stream subscribes to, and the end is when it comes back; with them
/// the end is the last acknowledgement.
/// </summary>
internal sealed class PublishHandler(Workload workload) : LinkHandler
{
    private int _operations;
    private int _sent;
    private int _acknowledged;

    protected override void Begin(int operations)
    {
        _operations = operations;
        _sent = _acknowledged = 0;
    }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.QosNackRemote)
            Fail(new InvalidOperationException($"Refused: {change.Cause}"));
        if (change.State != SsState.QosAckRemote)
            return base.OnState(stream, change);
        if (workload.Qos == 0)
            Fail(new InvalidOperationException("An acknowledgement without QoS."));
        else if (++_acknowledged == _operations)
            Complete();
        else if (_sent < _operations && _sent - _acknowledged < workload.Outstanding)
            stream.RequestTransmit();
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        // All but the last of those without acknowledgement, whose topic is another.
        var end = workload.Qos == 0 && _sent < _operations - 1 ? _operations - 1 : _operations;
        if (workload.Qos == 0 && (_sent == 0 || _sent == _operations - 1))
            stream.SetMetadata(MqttNames.Level, _sent == _operations - 1 ? MqttNames.Back : MqttNames.Out);
        var committed = false;
        while (_sent < end && (workload.Qos == 0 || _sent - _acknowledged < workload.Outstanding) && (!committed || tx.MoreRoom))
        {
            if (tx.Buffer.Length < workload.Bytes)
                break;
            tx.Buffer[0] = _sent == _operations - 1 ? Payload.LastMark : (byte)0;
            tx.Commit(workload.Bytes, SsTxFlags.StartOfMessage | SsTxFlags.EndOfMessage);
            _sent++;
            committed = true;
        }

        if (_sent < _operations && (workload.Qos == 0 || _sent - _acknowledged < workload.Outstanding))
            stream.RequestTransmit();
        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (workload.Qos != 0 || payload.Length != workload.Bytes || payload[0] != Payload.LastMark || _sent != _operations)
            Fail(new InvalidOperationException($"A message of {payload.Length} bytes came back after {_sent} of {_operations} messages."));
        else
            Complete();
        return SsResult.Continue;
    }
}
