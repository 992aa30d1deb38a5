using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Mqtt.Wire;

/// <summary>A client that is the codec and a socket: it sends what it is given, answers messages, and tells what comes.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly MqttPacketReader _reader;
    private readonly byte[] _input = new byte[4096];
    private readonly Queue<WirePacket> _packets = new();
    private readonly List<byte> _payload = [];
    private string _head = "";
    private ushort _headId;
    private MqttQos _headQos;

    public WireClient(MqttVersion version)
    {
        Version = version;
        _reader = MqttPacketReader.ForClient(version, new() { TopicAliasMaximum = 5 });
    }

    public delegate bool Writer(Span<byte> destination, out int written);

    public MqttVersion Version { get; }

    public Task ConnectAsync(int port) => _socket.ConnectAsync(IPAddress.Loopback, port);

    /// <summary>Sends what <paramref name="writer"/> writes, and <paramref name="payload"/> behind it.</summary>
    public async Task SendAsync(Writer writer, string payload = "")
    {
        var bytes = new byte[2000];
        Assert.True(writer(bytes, out var written));
        await _socket.SendAsync((byte[])[.. bytes.AsSpan(0, written), .. Encoding.UTF8.GetBytes(payload)]);
    }

    /// <summary>The next packet; null when the peer has closed.</summary>
    public async Task<WirePacket?> NextAsync()
    {
        while (_packets.Count == 0)
        {
            var count = await _socket.ReceiveAsync(_input).OrFail(static () => "The broker says nothing.");
            if (count == 0)
                return null;
            foreach (var answer in Take(_input.AsSpan(0, count)))
                await _socket.SendAsync(answer);
        }

        return _packets.Dequeue();
    }

    /// <summary>As many packets as are named, in the order of their types and texts: QoS and load decide which of them comes first.</summary>
    public async Task<string[]> NextAsync(int count)
    {
        var all = new List<string>();
        while (all.Count < count)
        {
            var packet = await NextAsync() ?? throw new CheckFailedException($"The broker closed after {string.Join("; ", all)}.");
            all.Add($"{MqttPacketNames.Of(packet.Type)} {packet.Text}".TrimEnd());
        }

        return [.. all.Order(StringComparer.Ordinal)];
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }

    private static string Describe(MqttProperties properties)
    {
        var text = new StringBuilder();
        foreach (var property in properties)
        {
            text.Append(' ').Append(property.Id).Append('=');
            text.Append(property.Name.IsEmpty && property.Value.IsEmpty ? $"{property.Number}" : $"{Encoding.UTF8.GetString(property.Name)}:{Encoding.UTF8.GetString(property.Value)}");
        }

        return text.ToString();
    }

    private List<byte[]> Take(ReadOnlySpan<byte> input)
    {
        var answers = new List<byte[]>();
        while (true)
        {
            var kind = _reader.Read(ref input, out var packet);
            switch (kind)
            {
                case MqttReadKind.NeedMore:
                    return answers;
                case MqttReadKind.Violation:
                    throw new CheckFailedException(_reader.Violation!.Message);
                case MqttReadKind.Publish:
                    var publish = packet.Publish;
                    _headId = publish.PacketId;
                    _headQos = publish.Qos;
                    _head = $"{Encoding.UTF8.GetString(publish.Topic)} q{(int)publish.Qos}{(publish.Retain ? " retain" : "")}{(publish.Duplicate ? " dup" : "")}{Describe(publish.Properties)}";
                    break;
                case MqttReadKind.Payload:
                    _payload.AddRange(packet.Payload);
                    if (!packet.IsEnd)
                        break;
                    _packets.Enqueue(new WirePacket(MqttPacketType.Publish, _headId, $"{_head} = {Encoding.UTF8.GetString([.. _payload])}"));
                    _payload.Clear();
                    if (_headQos != MqttQos.AtMostOnce)
                        answers.Add(Ack(_headQos == MqttQos.AtLeastOnce ? MqttPacketType.PublishAck : MqttPacketType.PublishReceived, _headId));
                    break;
                default:
                    if (packet.Type == MqttPacketType.PublishReceived)
                        answers.Add(Ack(MqttPacketType.PublishRelease, packet.PacketId));
                    else if (packet.Type == MqttPacketType.PublishRelease)
                        answers.Add(Ack(MqttPacketType.PublishComplete, packet.PacketId));
                    var codes = string.Concat(packet.Reasons.ToArray().Select(static code => $" {(byte)code:X2}"));
                    _packets.Enqueue(new WirePacket(packet.Type, packet.PacketId, $"{(packet.Reason == 0 ? "" : MqttReasonCodes.Describe(packet.Reason))}{codes}{Describe(packet.Properties)}".Trim()));
                    break;
            }
        }
    }

    private byte[] Ack(MqttPacketType type, ushort id)
    {
        var bytes = new byte[MqttPacketWriter.PlainAckBytes];
        Assert.True(MqttPacketWriter.TryWriteAck(bytes, Version, type, id, MqttReasonCode.Success, default, out _));
        return bytes;
    }
}
