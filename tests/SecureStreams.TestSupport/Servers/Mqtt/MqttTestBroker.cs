using System.Buffers.Binary;
using System.Text;
using System.Threading.Channels;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Servers.Mqtt;

/// <summary>
/// An MQTT broker (3.1.1 and 5) for tests: QoS 0 to 2, retained messages, wildcards, sessions, wills, takeover; it misbehaves where <see cref="MqttBrokerOptions"/> say so. With a journal
/// it syncs all that came in before it answers or passes anything on, so that what it acknowledged outlasts even its own sudden death. It uses the product's codec, so what is on the
/// wire is proven with brokers of others.
/// </summary>
/// <remarks>Not there: shared subscriptions, expiry, keep-alive of clients. From any thread.</remarks>
public sealed class MqttTestBroker : IAsyncDisposable
{
    private const int ReadBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly MqttBrokerCore _core;
    private readonly MqttBrokerJournal? _journal;
    private readonly Dictionary<int, (MqttBrokerLink Link, Channel<byte[]> Out)> _links = [];
    private readonly List<(Func<MqttTestBroker, bool> Condition, TaskCompletionSource Met)> _waiters = [];
    private int _opened;

    private MqttTestBroker(MqttBrokerOptions options, Func<ConnectionScript, ScriptedServer> listen)
    {
        Options = options;
        _core = new MqttBrokerCore(options);
        if (options.JournalPath is { } path)
            _journal = Play(path);
        Server = listen(ServeAsync);
    }

    /// <summary>How it behaves.</summary>
    public MqttBrokerOptions Options { get; }

    /// <summary>What listens: its port, its counters.</summary>
    public ScriptedServer Server { get; }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port => Server.Port;

    /// <summary>Messages that were taken from clients, each once (QoS 1: as often as it came), in their order.</summary>
    public IReadOnlyList<MqttBrokerMessage> Taken => Look(static core => core.Taken.ToArray());

    /// <summary>The packets that came in, as <c>0 PUBLISH 7 q1 dup topic</c>: the number of the connection, the name of the packet, and what tells one from another.</summary>
    public IReadOnlyList<string> Packets => Look(static core => core.Packets.ToArray());

    /// <summary>Ids of the clients that are connected now.</summary>
    public IReadOnlyList<string> Clients => Look(static core => core.Sessions.Values.Where(static session => session.Link is not null).Select(static session => session.ClientId).ToArray());

    /// <summary>Retained messages by topic.</summary>
    public IReadOnlyDictionary<string, MqttBrokerMessage> Retained => Look(static core => core.Retained.ToDictionary());

    /// <summary>Starts one in the clear, on a free port.</summary>
    public static MqttTestBroker Start(MqttBrokerOptions? options = null) => new(options ?? new MqttBrokerOptions(), static script => ScriptedServer.Start(script));

    /// <summary>Starts one with TLS.</summary>
    public static MqttTestBroker StartTls(TestCertificate certificate, MqttBrokerOptions? options = null) =>
        new(options ?? new MqttBrokerOptions(), script => ScriptedServer.StartTls(certificate, alpn: null, script));

    /// <summary>Messages that are on their way to a client, in flight and waiting, its session's.</summary>
    public int PendingFor(string clientId) => Look(core => core.Sessions.TryGetValue(clientId, out var session) ? session.InFlight.Count + session.Waiting.Count : 0);

    /// <summary>Whether there is a session of a client.</summary>
    public bool HasSession(string clientId) => Look(core => core.Sessions.ContainsKey(clientId));

    /// <summary>Publishes something itself.</summary>
    public void Publish(string topic, ReadOnlySpan<byte> payload, MqttQos qos = MqttQos.AtMostOnce, bool retain = false)
    {
        var name = Encoding.UTF8.GetBytes(topic);
        var record = new byte[4 + name.Length + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(record, (ushort)name.Length);
        record[2] = (byte)qos;
        record[3] = retain ? (byte)1 : (byte)0;
        name.CopyTo(record.AsSpan(4));
        payload.CopyTo(record.AsSpan(4 + name.Length));
        Do(() =>
        {
            _journal?.Add(MqttBrokerJournal.Kind.Published, 0, record);
            Published(record);
        });
    }

    /// <summary>Publishes text itself.</summary>
    public void Publish(string topic, string payload, MqttQos qos = MqttQos.AtMostOnce, bool retain = false) => Publish(topic, Encoding.UTF8.GetBytes(payload), qos, retain);

    /// <summary>Ends the connection of a client: with DISCONNECT in MQTT 5, then by closing. As a takeover with <see cref="MqttReasonCode.SessionTakenOver"/>.</summary>
    /// <returns>Whether it was connected.</returns>
    public bool Disconnect(string clientId, MqttReasonCode reason)
    {
        var found = false;
        Do(() =>
        {
            if (_core.Sessions.GetValueOrDefault(clientId)?.Link is not { } link)
                return;
            found = true;
            MqttBrokerCore.Close(link, reason);
        });
        return found;
    }

    /// <summary>Forgets the session of a client that is not connected, as a broker does that lost its state.</summary>
    public void ForgetSessions() => Do(_core.ForgetSessions);

    /// <summary>Waits until <paramref name="condition"/> holds, which is asked after everything that comes in.</summary>
    public async Task WaitForAsync(Func<MqttTestBroker, bool> condition, string what)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(this))
                return;
            _waiters.Add((condition, met));
        }

        await met.Task.OrFail(() => $"Waited for {what}; the broker saw: {string.Join("; ", Packets.TakeLast(30))}.");
    }

    /// <summary>Waits until so many messages were taken.</summary>
    public Task WaitForTakenAsync(int count) => WaitForAsync(broker => broker.Taken.Count >= count, $"{count} messages");

    /// <summary>Waits until a packet came in that has <paramref name="text"/> in its line (see <see cref="Packets"/>).</summary>
    public Task WaitForPacketAsync(string text) => WaitForAsync(broker => broker.Packets.Any(line => line.Contains(text, StringComparison.Ordinal)), $"'{text}'");

    /// <summary>Serves one connection until it ends; for connections that come another way than to <see cref="Port"/> (TLS, a Unix socket, WebSocket).</summary>
    /// <param name="stream">Its bytes; the caller's.</param>
    /// <param name="cut">Ends it at once.</param>
    /// <param name="stopping">Ends it.</param>
    public async Task ServeAsync(Stream stream, Action cut, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(cut);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var (link, output) = Open();
        var writing = WriteAsync(link.Number, output.Reader, stream, cut, ending);
        try
        {
            await ReadAsync(link, stream, cut, ending.Token);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer went away, or the connection was ended from this side.
        }
        finally
        {
            End(link);
            await writing;
            link.Dispose();
        }
    }

    /// <summary>Closes everything. What is in the journal stays.</summary>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _journal?.Dispose();
    }

    private static (MqttBrokerLink Link, Channel<byte[]> Out) Pair(int number, MqttBrokerOptions options) =>
        (new MqttBrokerLink(number, new MqttReaderLimits { TopicAliasMaximum = options.TopicAliasMaximum }), Channel.CreateUnbounded<byte[]>());

    private Task ServeAsync(ScriptedConnection connection, CancellationToken stopping) => ServeAsync(connection.Stream, connection.Cut, stopping);

    private async Task ReadAsync(MqttBrokerLink link, Stream stream, Action cut, CancellationToken ending)
    {
        var buffer = new byte[ReadBytes];
        long received = 0;
        while (!link.IsClosing)
        {
            var most = Options.CutAfterReceived(link.Number) is { } bound ? (int)Math.Min(buffer.Length, bound - received) : buffer.Length;
            if (most <= 0)
            {
                cut();
                return;
            }

            var count = await stream.ReadAsync(buffer.AsMemory(0, most), ending);
            if (count == 0)
                return;
            received += count;
            Do(() =>
            {
                _journal?.Add(MqttBrokerJournal.Kind.Bytes, link.Number, buffer.AsSpan(0, count));
                _core.Take(link, buffer.AsSpan(0, count));
            });
        }
    }

    private async Task WriteAsync(int number, ChannelReader<byte[]> output, Stream stream, Action cut, CancellationTokenSource ending)
    {
        try
        {
            long sent = 0;
            await foreach (var packet in output.ReadAllAsync(ending.Token))
            {
                var most = Options.CutAfterSent(number) is { } bound ? (int)Math.Min(packet.Length, bound - sent) : packet.Length;
                await stream.WriteAsync(packet.AsMemory(0, Math.Max(0, most)), ending.Token);
                await stream.FlushAsync(ending.Token);
                sent += most;
                if (most == packet.Length)
                    continue;
                cut();
                break;
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer went away, or the server is going.
        }

        await ending.CancelAsync();
    }

    private (MqttBrokerLink Link, Channel<byte[]> Out) Open()
    {
        lock (_gate)
        {
            var number = _opened++;
            _journal?.Add(MqttBrokerJournal.Kind.Opened, number, default);
            return _links[number] = Pair(number, Options);
        }
    }

    private void End(MqttBrokerLink link) => Do(() =>
    {
        _journal?.Add(MqttBrokerJournal.Kind.Gone, link.Number, default);
        _core.Gone(link);
        if (_links.Remove(link.Number, out var gone))
            gone.Out.Writer.TryComplete();
    });

    /// <summary>One thing after the other: what is done is on the disk before anybody hears of it.</summary>
    private void Do(Action what)
    {
        lock (_gate)
        {
            what();
            _journal?.Sync();
            foreach (var (link, output) in _links.Values)
            {
                foreach (var packet in link.TakeStaged())
                    output.Writer.TryWrite(packet);
                if (link.IsClosing)
                    output.Writer.TryComplete();
            }

            for (var index = _waiters.Count - 1; index >= 0; index--)
            {
                if (!_waiters[index].Condition(this))
                    continue;
                _waiters[index].Met.TrySetResult();
                _waiters.RemoveAt(index);
            }
        }
    }

    private T Look<T>(Func<MqttBrokerCore, T> at)
    {
        lock (_gate)
            return at(_core);
    }

    private void Published(byte[] record)
    {
        var name = BinaryPrimitives.ReadUInt16BigEndian(record);
        _core.Spread(new MqttBrokerMessage(Encoding.UTF8.GetString(record, 4, name), record[(4 + name)..], (MqttQos)record[2], record[3] != 0));
    }

    private MqttBrokerJournal Play(string path)
    {
        var links = new Dictionary<int, MqttBrokerLink>();
        var journal = new MqttBrokerJournal(path, (kind, number, bytes) =>
        {
            switch (kind)
            {
                case MqttBrokerJournal.Kind.Opened:
                    links.Add(number, Pair(number, Options).Link);
                    _opened = Math.Max(_opened, number + 1);
                    break;
                case MqttBrokerJournal.Kind.Bytes:
                    _core.Take(links[number], bytes);
                    links[number].TakeStaged();
                    break;
                case MqttBrokerJournal.Kind.Gone:
                    links.Remove(number, out var gone);
                    _core.Gone(gone!);
                    gone!.Dispose();
                    break;
                default:
                    Published(bytes);
                    break;
            }
        });

        // Connections of the life before this one.
        foreach (var (number, link) in links)
        {
            journal.Add(MqttBrokerJournal.Kind.Gone, number, default);
            _core.Gone(link);
            link.Dispose();
        }

        journal.Sync();
        return journal;
    }
}
