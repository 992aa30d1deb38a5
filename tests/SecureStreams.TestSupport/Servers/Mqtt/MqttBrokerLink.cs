using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>The broker's side of one connection: what has been read of it, and what is to be written.</summary>
internal sealed class MqttBrokerLink(int number, MqttReaderLimits limits) : IDisposable
{
    private readonly List<byte[]> _staged = [];

    public int Number => number;

    public MqttPacketReader Reader { get; } = MqttPacketReader.ForServer(limits);

    public MqttVersion Version => Reader.Version;

    /// <summary>Null before CONNECT was accepted and after the connection has lost it.</summary>
    public MqttBrokerSession? Session { get; set; }

    public MqttBrokerMessage? Will { get; set; }

    public int Window { get; set; }

    public Dictionary<ushort, string> Aliases { get; } = [];

    /// <summary>The PUBLISH being read, and how much of its payload is there.</summary>
    public MqttBrokerMessage? Reading { get; set; }

    public ushort ReadingId { get; set; }

    public bool ReadingIsDuplicate { get; set; }

    public int ReadingBytes { get; set; }

    /// <summary>Closed by the broker when all that was staged is written.</summary>
    public bool IsClosing { get; set; }

    public void Stage(byte[] packet)
    {
        if (!IsClosing)
            _staged.Add(packet);
    }

    /// <summary>What was staged since the last call.</summary>
    public byte[][] TakeStaged()
    {
        byte[][] all = [.. _staged];
        _staged.Clear();
        return all;
    }

    public void Dispose() => Reader.Dispose();
}
