using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>A broker on threads of its own, which block: it answers what has to be answered, gives messages back where it is told to, and allocates nothing for a message.</summary>
internal sealed class BlockingBroker : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _accepted = [];
    private readonly bool _echoes;
    private long _messages;
    private long _reads;

    public BlockingBroker(bool echoes)
    {
        _echoes = echoes;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(512);
        Start(() =>
        {
            while (true)
            {
                var socket = _listener.Accept();
                lock (_accepted)
                    _accepted.Add(socket);
                Start(() => Serve(socket));
            }
        });
    }

    /// <summary>Endpoint and protocol, as JSON members.</summary>
    public string Where => $"\"endpoint\": \"127.0.0.1\", \"port\": {((IPEndPoint)_listener.LocalEndPoint!).Port}, \"protocol\": \"mqtt\"";

    /// <summary>Messages that came so far.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Reads that it took.</summary>
    public long Reads => Volatile.Read(ref _reads);

    public int Connections
    {
        get
        {
            lock (_accepted)
                return _accepted.Count;
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_accepted)
            _accepted.ForEach(static one => one.Dispose());
    }

    private static void Start(Action serve) => new Thread(() =>
    {
        try
        {
            serve();
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            // It is over.
        }
    }) { IsBackground = true }.Start();

    private void Serve(Socket socket)
    {
        socket.NoDelay = true;
        var input = new byte[128 * 1024];
        var output = new byte[256 * 1024];
        var held = 0;
        while (true)
        {
            var count = socket.Receive(input, held, input.Length - held, SocketFlags.None);
            if (count == 0)
                return;
            Interlocked.Increment(ref _reads);
            held += count;
            var at = 0;
            var answer = 0;
            while (PacketAt(input.AsSpan(at, held - at)) is var (header, length) && length > 0)
            {
                answer += Answer(input.AsSpan(at, length), header, output.AsSpan(answer));
                at += length;
            }

            input.AsSpan(at, held - at).CopyTo(input);
            held -= at;
            for (var sent = 0; sent < answer;)
                sent += socket.Send(output, sent, answer - sent, SocketFlags.None);
        }
    }

    private static (int Header, int Length) PacketAt(ReadOnlySpan<byte> bytes)
    {
        int length = 0, shift = 0;
        for (var i = 1; i < bytes.Length; i++)
        {
            length |= (bytes[i] & 0x7f) << shift;
            shift += 7;
            if (bytes[i] < 0x80)
                return bytes.Length >= i + 1 + length ? (i + 1, i + 1 + length) : default;
        }

        return default;
    }

    private int Answer(ReadOnlySpan<byte> packet, int header, Span<byte> output)
    {
        var body = packet[header..];
        switch (packet[0] >> 4)
        {
            case 1:
                return Put(output, [0x20, 2, 0, 0]);
            case 8:
                return Put(output, [0x90, 3, body[0], body[1], 2]);
            case 10:
                return Put(output, [0xb0, 2, body[0], body[1]]);
            case 12:
                return Put(output, [0xd0, 0]);
            case 5:
                return Put(output, [0x62, 2, body[0], body[1]]);
            case 6:
                return Put(output, [0x70, 2, body[0], body[1]]);
            case 3:
                Interlocked.Increment(ref _messages);
                var used = 0;
                var qos = (packet[0] >> 1) & 3;
                if (qos > 0)
                {
                    var id = body[(2 + BinaryPrimitives.ReadUInt16BigEndian(body))..];
                    used = Put(output, [(byte)(qos == 1 ? 0x40 : 0x50), 2, id[0], id[1]]);
                }

                if (!_echoes)
                    return used;
                packet.CopyTo(output[used..]);
                return used + packet.Length;
            default:
                return 0;
        }
    }

    private static int Put(Span<byte> output, ReadOnlySpan<byte> packet)
    {
        packet.CopyTo(output);
        return packet.Length;
    }
}
