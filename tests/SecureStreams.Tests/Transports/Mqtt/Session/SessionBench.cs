using System.Text;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>A session with what its tests ask of it in short.</summary>
internal sealed class SessionBench : IDisposable
{
    public SessionBench(MqttSessionLimits? limits = null, IMqttSessionStore? store = null, ushort firstId = 1) =>
        Session = new MqttSession(limits ?? new MqttSessionLimits(), store ?? MqttNoStore.Instance, Pool, firstId);

    public CountingPool Pool { get; } = new();

    public MqttSession Session { get; }

    /// <summary>Gives a message; its owner is its payload.</summary>
    public ulong Hold(string payload, byte qos = 1, string topic = "t", bool retain = false)
    {
        Assert.True(TryHold(payload, out var ticket, qos, topic, retain));
        return ticket;
    }

    public bool TryHold(string payload, out ulong ticket, byte qos = 1, string topic = "t", bool retain = false)
    {
        var body = Pool.Rent(topic.Length + payload.Length);
        Encoding.UTF8.GetBytes(topic + payload, body);
        var message = new MqttOutgoing
        {
            Body = body,
            TopicBytes = topic.Length,
            PayloadBytes = payload.Length,
            Qos = qos,
            Retain = retain,
            Owner = payload,
        };
        if (Session.TryHold(message, out ticket))
            return true;
        Pool.Return(body);
        return false;
    }

    public MqttResumption Connect(bool isPresent = true, int receiveMaximum = 65535, int? own = null) => Session.Connected(isPresent, receiveMaximum, own);

    /// <summary>All that is to be sent now, a line each: <c>PUBLISH 1 dup t=payload</c>, <c>PUBREL 1</c>, <c>PUBCOMP 1 92</c>.</summary>
    public string Sent()
    {
        var lines = new StringBuilder();
        while (Session.TryTake(out var send))
        {
            lines.Append(lines.Length == 0 ? "" : "; ").Append(send.Kind.ToString().ToUpperInvariant()).Append(' ').Append(send.Id);
            if (send.Message is { } message)
            {
                lines.Append(send.IsDuplicate ? " dup " : " ").Append(message.Retain ? "retain " : "");
                lines.Append(Encoding.UTF8.GetString(message.Topic)).Append('=').Append(Encoding.UTF8.GetString(message.Payload));
                Session.Written();
            }
            else if (send.Reason != 0)
            {
                lines.Append(' ').Append(send.Reason.ToString("X2", null));
            }
        }

        return lines.ToString();
    }

    /// <summary>What became of messages, as <c>Lost a; Uncertain b</c>.</summary>
    public string Settled()
    {
        var lines = new List<string>();
        while (Session.TryTakeSettled(out var settled))
            lines.Add($"{settled.How} {settled.Owner}");
        return string.Join("; ", lines);
    }

    public void Dispose()
    {
        Session.Dispose();
        Assert.Equal(0, Pool.Out);
    }
}
