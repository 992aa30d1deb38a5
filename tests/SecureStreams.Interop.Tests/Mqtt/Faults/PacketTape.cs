using System.Globalization;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Mqtt.Faults;

/// <summary>All packets that go through relays, in the order of their passing, each as a line: the connection's number, <c>&gt;</c> to the broker or <c>&lt;</c> from it, name and packet identifier. From any thread.</summary>
/// <param name="version">4 for MQTT 3.1.1, 5 for MQTT 5.</param>
internal sealed class PacketTape(int version)
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<IReadOnlyList<string>, bool> IsMet, TaskCompletionSource Met)> _waiters = [];

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <summary>Waits until something holds of the lines, looked at again with each that comes.</summary>
    /// <param name="isMet">Whether it holds.</param>
    /// <param name="what">What is waited for.</param>
    /// <param name="missing">What is missing, for the failure.</param>
    public Task WaitForAsync(Func<IReadOnlyList<string>, bool> isMet, string what, Func<string>? missing = null)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (isMet(_lines))
                return Task.CompletedTask;
            _waiters.Add((isMet, met));
        }

        return met.Task.OrFail(() => $"Waited for {what}.{missing?.Invoke()} The last packets:\n{string.Join('\n', Lines.TakeLast(30))}");
    }

    /// <summary>Reads along on a connection.</summary>
    /// <param name="number">What its lines begin with.</param>
    /// <param name="connection">The connection.</param>
    public void Watch(int number, RelayedConnection connection)
    {
        var limits = new MqttReaderLimits();
        var toServer = MqttPacketReader.ForServer(limits);
        var toClient = MqttPacketReader.ForClient((MqttVersion)version, limits);
        connection.Passing = (direction, bytes) =>
        {
            var isToServer = direction == RelayDirection.ToServer;
            var reader = isToServer ? toServer : toClient;
            while (true)
            {
                var kind = reader.Read(ref bytes, out var packet);
                if (kind is MqttReadKind.NeedMore or MqttReadKind.Violation)
                    return;
                if (kind == MqttReadKind.Payload)
                    continue;
                var name = kind == MqttReadKind.Publish ? "PUBLISH" : MqttPacketNames.Of(packet.Type);
                Add(string.Create(CultureInfo.InvariantCulture, $"{number} {(isToServer ? '>' : '<')} {name} {packet.PacketId}"));
            }
        };
    }

    private void Add(string line)
    {
        lock (_lock)
        {
            _lines.Add(line);
            foreach (var (_, met) in _waiters.Where(one => one.IsMet(_lines)))
                met.TrySetResult();
            _waiters.RemoveAll(static one => one.Met.Task.IsCompleted);
        }
    }
}
