namespace SecureStreams.Transports.Mqtt;

/// <summary>A stream as a connection knows it over several attempts: whom to tell what became of a message. On the connection's mailbox.</summary>
internal sealed class MqttOwner
{
    private Queue<MqttVerdict>? _late;

    /// <summary>The stream's attempt that is attached now; null for none.</summary>
    public MqttMember? Current { get; set; }

    /// <summary>What became of a message of a stream that is not attached: it is told when it is again.</summary>
    public void Keep(in MqttVerdict verdict) => (_late ??= new Queue<MqttVerdict>()).Enqueue(verdict);

    /// <summary>What was kept.</summary>
    public bool TryTake(out MqttVerdict verdict)
    {
        if (_late is { } late)
            return late.TryDequeue(out verdict);
        verdict = default;
        return false;
    }
}
