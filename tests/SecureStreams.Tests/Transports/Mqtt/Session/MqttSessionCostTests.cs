using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>What a message costs in memory once everything is warm: nothing.</summary>
public sealed class MqttSessionCostTests(ITestOutputHelper output) : IDisposable
{
    private const int Messages = 20_000;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ss-session-cost-");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    public void Messages_of_both_ways_allocate_nothing(byte qos, bool isKept)
    {
        // Beyond what is measured here the file would be written anew, which costs a buffer now and then.
        var store = isKept
            ? MqttSessionFile.TryOpen(_root.FullName, "cost", NullLogger.Instance, out _, compactFrom: long.MaxValue)!
            : (IMqttSessionStore)MqttNoStore.Instance;

        // A pool of its own: what others take from the shared one would be missing here.
        using var session = new MqttSession(new MqttSessionLimits { Window = 32 }, store, ArrayPool<byte>.Create(1024, 256));
        session.Connected(isPresent: false, 65535, ownReceiveMaximum: 100);
        Out(session, qos, Messages / 10);
        In(session, qos, Messages / 10);

        long begun = 0, sent = 0, taken = 0;
        Assert.Equal(0, Allocated.Least(() =>
        {
            begun = TimeProvider.System.GetTimestamp();
            Out(session, qos, Messages);
            sent = TimeProvider.System.GetTimestamp();
            In(session, qos, Messages);
            taken = TimeProvider.System.GetTimestamp();
        }));
        output.WriteLine($"QoS {qos}{(isKept ? ", in a file" : "")}: {Nanoseconds(begun, sent)} ns a message out, {Nanoseconds(sent, taken)} ns in");
        Assert.Null(session.StoreProblem);
    }

    private static long Nanoseconds(long from, long to) => (long)TimeProvider.System.GetElapsedTime(from, to).TotalNanoseconds / Messages;

    /// <summary>Windows of messages, answered in their order.</summary>
    private static void Out(MqttSession session, byte qos, int messages)
    {
        for (var number = 0; number < messages; number += 32)
        {
            for (var one = 0; one < 32; one++)
            {
                var body = session.Pool.Rent(64);
                Assert.True(session.TryHold(new MqttOutgoing { Body = body, TopicBytes = 8, PayloadBytes = 56, Qos = qos }, out _));
            }

            while (session.TryTake(out var send))
            {
                session.Written();
                Answer(session, send);
            }
        }

        if (session.Count != 0)
            Assert.Fail("All are answered.");
    }

    private static void Answer(MqttSession session, in MqttSend send)
    {
        switch (send.Kind)
        {
            case MqttSendKind.Publish when send.Message!.Qos == 1 || send.Message.Bytes == 0:
                session.PubAckArrived(send.Id, 0);
                break;
            case MqttSendKind.Publish:
                session.PubRecArrived(send.Id, 0);
                break;
            default:
                session.PubCompArrived(send.Id, 0);
                break;
        }
    }

    private static void In(MqttSession session, byte qos, int messages)
    {
        for (var number = 0; number < messages; number += 32)
        {
            for (ushort id = 1; id <= 32; id++)
            {
                session.PublishArrived(id, qos, out var ticket);
                session.Accept(ticket);
            }

            while (session.TryTake(out var send))
            {
                if (send.Kind == MqttSendKind.PubRec)
                    session.PubRelArrived(send.Id);
            }
        }

        if (session.Incoming + session.Replies != 0)
            Assert.Fail("All are answered.");
    }
}
