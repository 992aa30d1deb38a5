using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Mqtt;

/// <summary>
/// A socket and the fewest bytes that are MQTT 3.1.1, all packets made beforehand: what no client can undercut. Only for the round trip, which none of mosquitto's programs makes.
/// </summary>
internal sealed class BareMqttSide(Workload workload, BenchBroker broker) : IWorkloadSide
{
    // CONNECT with clean session, no keep-alive, client id "b"; SUBSCRIBE with packet id 1 and QoS 0.
    private static readonly byte[] Connect = [0x10, 13, 0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 0, 0, 1, (byte)'b'];
    private static readonly byte[] Topic = Encoding.ASCII.GetBytes("bench/bare");
    private const int AcknowledgementBytes = 4;
    private const int GrantBytes = 5;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _sent = new byte[4 + Topic.Length + workload.Bytes];
    private readonly byte[] _received = new byte[4 + Topic.Length + workload.Bytes];

    public string Name => "bare socket";

    public async Task OpenAsync()
    {
        await _socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, broker.Port));
        await _socket.SendAsync(Connect);
        await ReceiveAsync(AcknowledgementBytes);
        await _socket.SendAsync(new byte[] { 0x82, (byte)(5 + Topic.Length), 0, 1, 0, (byte)Topic.Length }.Concat(Topic).Append((byte)0).ToArray());
        await ReceiveAsync(GrantBytes);

        _sent[0] = 0x30;
        _sent[1] = (byte)(_sent.Length - 2);
        BinaryPrimitives.WriteUInt16BigEndian(_sent.AsSpan(2), (ushort)Topic.Length);
        Topic.CopyTo(_sent.AsSpan(4));
    }

    public async Task RunAsync(int operations)
    {
        for (var echo = 0; echo < operations; echo++)
        {
            Payload.Number(_sent.AsSpan(4 + Topic.Length), echo);
            await _socket.SendAsync(_sent.AsMemory()).ConfigureAwait(false);
            await ReceiveAsync(_received.Length).ConfigureAwait(false);
            if (!_received.AsSpan().SequenceEqual(_sent))
                throw Payload.Wrong(echo, Payload.NumberOf(_received.AsSpan(4 + Topic.Length)));
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask ReceiveAsync(int count)
    {
        for (var received = 0; received < count;)
        {
            var read = await _socket.ReceiveAsync(_received.AsMemory(received, count - received)).ConfigureAwait(false);
            if (read == 0)
                throw new InvalidOperationException("The broker closed.");
            received += read;
        }
    }
}
