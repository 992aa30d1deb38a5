using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>The broker's end of one connection, in the hands of a test.</summary>
internal sealed class MqttPeer(Socket socket, Stream stream) : IContractPeer, IDisposable
{
    private readonly List<byte> _unread = [];
    private byte[] _heldBack = [];
    private Task? _gone;

    public Socket Socket => socket;

    public Stream Stream => stream;

    /// <summary>What the client said first.</summary>
    public MqttSeen Connect { get; private set; } = null!;

    /// <summary>Completes when the stream's side has ended; subscriptions and messages are answered meanwhile.</summary>
    public Task Gone => _gone ??= NoticeAsync();

    /// <summary>Reads CONNECT and takes it; then SUBSCRIBE, where the streamtype has one.</summary>
    public async Task AcceptAsync()
    {
        await AcceptOnlyAsync();
        await AnswerSubscribeAsync();
    }

    /// <summary>Reads CONNECT alone.</summary>
    public async Task ReadConnectAsync() => Connect = await ReadAsync(MqttPacketType.Connect);

    /// <summary>Reads CONNECT and answers it.</summary>
    public async Task AcceptOnlyAsync(bool sessionPresent = false, byte code = 0)
    {
        Connect = await ReadAsync(MqttPacketType.Connect);
        await SendRawAsync(0x20, 2, sessionPresent ? (byte)1 : (byte)0, code);
    }

    /// <summary>Reads SUBSCRIBE and grants what it asks for, or answers with <paramref name="code"/>.</summary>
    public async Task<MqttSeen> AnswerSubscribeAsync(byte? code = null)
    {
        var subscribe = await ReadAsync(MqttPacketType.Subscribe);
        await SendRawAsync(0x90, 3, (byte)(subscribe.Id >> 8), (byte)subscribe.Id, code ?? (byte)subscribe.AskedQos);
        return subscribe;
    }

    public async Task SendRawAsync(params byte[] bytes)
    {
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    public static byte[] Publish(string topic, byte[] payload, int qos = 0, ushort id = 0, bool retain = false, bool duplicate = false, int? total = null)
    {
        var name = Encoding.UTF8.GetBytes(topic);
        var head = new List<byte> { (byte)(0x30 | (duplicate ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)) };
        var remaining = 2 + name.Length + (qos > 0 ? 2 : 0) + (total ?? payload.Length);
        do
        {
            head.Add((byte)((remaining & 0x7f) | (remaining > 0x7f ? 0x80 : 0)));
            remaining >>= 7;
        }
        while (remaining > 0);
        head.AddRange([(byte)(name.Length >> 8), (byte)name.Length, .. name]);
        if (qos > 0)
            head.AddRange([(byte)(id >> 8), (byte)id]);
        return [.. head, .. payload];
    }

    public Task PublishAsync(string topic, string text, int qos = 0, ushort id = 0, bool retain = false, bool duplicate = false) =>
        SendRawAsync(Publish(topic, Encoding.UTF8.GetBytes(text), qos, id, retain, duplicate));

    public Task AckAsync(MqttPacketType type, ushort id) =>
        SendRawAsync((byte)(((int)type << 4) | (type == MqttPacketType.PublishRelease ? 2 : 0)), 2, (byte)(id >> 8), (byte)id);

    /// <summary>Sends a message but for its last byte, which <see cref="FinishAsync"/> sends: what is not ended can be seen to be broken.</summary>
    public async Task SendAsync(byte[] payload)
    {
        Assert.Empty(_heldBack);
        var packet = Publish("t/in", payload);
        _heldBack = packet[^1..];
        await SendRawAsync(packet[..^1]);
    }

    public async Task FinishAsync()
    {
        await SendHeldBackAsync();
        if (stream is System.Net.Security.SslStream tls)
            await tls.ShutdownAsync();
        socket.Shutdown(SocketShutdown.Send);
        await Gone;
    }

    public Task BreakAsync()
    {
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The next packet; null at the end of the connection.</summary>
    public async Task<MqttSeen?> ReadAsync()
    {
        var one = new byte[1];
        if (await stream.ReadAsync(one) == 0)
            return null;
        var first = one[0];
        int length = 0, shift = 0;
        do
        {
            await stream.ReadExactlyAsync(one);
            length |= (one[0] & 0x7f) << shift;
            shift += 7;
        }
        while (one[0] >= 0x80);
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return new MqttSeen((MqttPacketType)(first >> 4), first & 15, body);
    }

    /// <summary>The next packet, which must be of this type.</summary>
    public async Task<MqttSeen> ReadAsync(MqttPacketType type)
    {
        var seen = await ReadAsync().OrFail(() => $"{MqttPacketNames.Of(type)} was awaited, and nothing came.");
        Assert.NotNull(seen);
        Assert.True(seen.Type == type, $"{MqttPacketNames.Of(type)} was awaited, and {seen} came.");
        return seen;
    }

    /// <summary>What a stream answers a message of this QoS with, when it has taken it.</summary>
    public static MqttPacketType AnswerTo(int qos) => qos == 1 ? MqttPacketType.PublishAck : MqttPacketType.PublishReceived;

    /// <summary>So many packets of this type, and no other between them but SUBSCRIBE, which is granted: whether there is one depends on what the client knows of its session.</summary>
    /// <param name="type">What they are.</param>
    /// <param name="count">How many.</param>
    /// <param name="passedOver">A type that may come between them as well.</param>
    /// <returns>Their identifiers, in order.</returns>
    public async Task<int[]> ReadAnswersAsync(MqttPacketType type, int count, MqttPacketType? passedOver = null)
    {
        List<int> answers = [];
        while (answers.Count < count)
        {
            var seen = (await ReadAsync().OrFail(() => $"Only {string.Join(", ", answers)} came."))!;
            if (seen.Type == MqttPacketType.Subscribe)
                await SendRawAsync(0x90, 3, (byte)(seen.Id >> 8), (byte)seen.Id, (byte)seen.AskedQos);
            if (seen.Type == MqttPacketType.Subscribe || seen.Type == passedOver)
                continue;
            Assert.Equal(type, seen.Type);
            answers.Add(seen.Id);
        }

        return [.. answers];
    }

    public async Task<byte[]> ReceivedAsync(int count)
    {
        while (_unread.Count < count)
            _unread.AddRange((await ReadAsync(MqttPacketType.Publish)).Payload);
        var bytes = _unread[..count].ToArray();
        _unread.RemoveRange(0, count);
        return bytes;
    }

    public void Dispose() => socket.Dispose();

    private Task SendHeldBackAsync() => SendRawAsync(Interlocked.Exchange(ref _heldBack, []));

    private async Task NoticeAsync()
    {
        try
        {
            while (await ReadAsync() is { } seen)
            {
                if (seen.Type != MqttPacketType.Publish || seen.Qos != 1)
                    continue;

                // Nothing can be said within a message, so what was begun is ended first.
                await SendHeldBackAsync();
                await AckAsync(MqttPacketType.PublishAck, seen.Id);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException or System.Net.WebSockets.WebSocketException)
        {
            // Reset, or ended by the test: gone as well.
        }

        socket.Dispose();
    }
}
