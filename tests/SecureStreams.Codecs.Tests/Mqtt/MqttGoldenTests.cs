using System.Buffers;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>
/// Bytes put down by hand from the figures and tables of the two standards, and what they mean: however they are cut, and written again they are the same bytes. All but CONNECT and
/// CONNACK come after one of those.
/// </summary>
public class MqttGoldenTests
{
    private const MqttVersion Old = MqttVersion.V311;
    private const MqttVersion New = MqttVersion.V5;
    private const MqttRole Client = MqttRole.Client;
    private const MqttRole Server = MqttRole.Server;

    /// <summary>First packets: who reads, version, bytes, meaning.</summary>
    public static TheoryData<MqttRole, MqttVersion, string, string> FirstPackets { get; } = new()
    {
        // Section 3.1, figure 3.6 (3.1.1): the variable header of the example, with a payload of our own.
        { Server, Old, "10 1b 00 04 4d 51 54 54 04 ce 00 0a 00 01 63 00 01 77 00 02 6d 73 00 01 75 00 02 70 77", "CONNECT V311 'c' 10s clean will w=ms q1 user 'u' password 'pw'; " },
        { Server, Old, "10 0c 00 04 4d 51 54 54 04 02 00 00 00 00", "CONNECT V311 '' 0s clean; " },
        { Server, Old, "10 0d 00 04 4d 51 54 54 04 00 ff ff 00 01 7a", "CONNECT V311 'z' 65535s; " },
        { Server, Old, "10 13 00 04 4d 51 54 54 04 34 00 3c 00 01 7a 00 01 77 00 01 62", "CONNECT V311 'z' 60s will w=b q2 retain; " },
        { Server, Old, "10 12 00 04 4d 51 54 54 04 26 00 3c 00 01 7a 00 01 77 00 00", "CONNECT V311 'z' 60s clean will w= q0 retain; " },
        { Server, Old, "10 0f 00 04 4d 51 54 54 04 82 00 3c 00 01 7a 00 00", "CONNECT V311 'z' 60s clean user ''; " },
        { Server, Old, "10 11 00 04 4d 51 54 54 04 c2 00 3c 00 01 7a 00 00 00 00", "CONNECT V311 'z' 60s clean user '' password ''; " },
        // Section 3.1, figure 3-6 (5): session expiry interval 10.
        { Server, New, "10 27 00 04 4d 51 54 54 05 ce 00 0a 05 11 00 00 00 0a 00 01 63 05 18 00 00 00 05 00 01 77 00 02 6d 73 00 01 75 00 02 70 77",
            "CONNECT V5 'c' 10s clean will w=ms q1 {24=5 } user 'u' password 'pw' {17=10 }; " },
        { Server, New, "10 0d 00 04 4d 51 54 54 05 00 00 00 00 00 00", "CONNECT V5 '' 0s; " },
        { Server, New, "10 12 00 04 4d 51 54 54 05 40 00 00 00 00 01 7a 00 02 70 77", "CONNECT V5 'z' 0s password 'pw'; " },
        { Server, New, "10 37 00 04 4d 51 54 54 05 02 00 00 2a 11 ff ff ff ff 21 00 14 27 00 00 04 00 22 00 0a 19 01 17 00 26 00 01 6b 00 01 76 26 00 01 6b 00 01 77 15 00 01 6d 16 00 01 ff 00 00",
            "CONNECT V5 '' 0s clean {17=4294967295 33=20 39=1024 34=10 25=1 23=0 38=0k:v 38=0k:w 21=0:m 22=0:ÿ }; " },
        { Server, New, "10 43 00 04 4d 51 54 54 05 04 00 00 00 00 01 7a 2a 18 00 00 00 05 01 01 02 00 00 00 3c 03 00 01 74 08 00 01 72 09 00 02 00 ff 26 00 01 6b 00 01 76 26 00 00 00 00 26 00 00 00 00 00 01 77 00 05 68 65 6c 6c 6f",
            "CONNECT V5 'z' 0s will w=hello q0 {24=5 1=1 2=60 3=0:t 8=0:r 9=0:\0ÿ 38=0k:v 38=0 38=0 }; " },
        { Client, Old, "20 02 00 00", "CONNACK; " },
        { Client, Old, "20 02 01 00", "CONNACK present; " },
        { Client, Old, "20 02 00 01", "CONNACK 84; " },
        { Client, Old, "20 02 00 02", "CONNACK 85; " },
        { Client, Old, "20 02 00 03", "CONNACK 88; " },
        { Client, Old, "20 02 00 04", "CONNACK 86; " },
        { Client, Old, "20 02 00 05", "CONNACK 87; " },
        { Client, New, "20 03 00 00 00", "CONNACK; " },
        { Client, New, "20 03 01 00 00", "CONNACK present; " },
        { Client, New, "20 08 00 87 05 1f 00 02 6e 6f", "CONNACK 87 {31=0:no }; " },
        { Client, New, "20 3f 01 00 3c 11 00 00 00 0a 21 00 0a 24 01 25 00 27 00 01 00 00 12 00 01 69 22 00 05 1f 00 01 72 26 00 01 6b 00 01 76 28 01 29 00 2a 01 13 00 1e 1a 00 01 74 1c 00 01 73 15 00 01 6d 16 00 01 64",
            "CONNACK present {17=10 33=10 36=1 37=0 39=65536 18=0:i 34=5 31=0:r 38=0k:v 40=1 41=0 42=1 19=30 26=0:t 28=0:s 21=0:m 22=0:d }; " },
        { Client, New, "f0 08 18 06 15 00 03 67 73 73", "AUTH 18 {21=0:gss }; " },
    };

    /// <summary>All others: who reads, version, bytes, meaning.</summary>
    public static TheoryData<MqttRole, MqttVersion, string, string> LaterPackets { get; } = new()
    {
        // Section 3.3, figure 3.11 and its example: topic a/b, packet identifier 10.
        { Client, Old, "32 07 00 03 61 2f 62 00 0a", "PUBLISH a/b q1 #10 (0) = ; " },
        { Server, Old, "30 05 00 03 61 2f 62", "PUBLISH a/b q0 (0) = ; " },
        { Server, Old, "30 07 00 03 61 2f 62 68 69", "PUBLISH a/b q0 (2) = hi; " },
        { Client, Old, "31 07 00 03 61 2f 62 68 69", "PUBLISH a/b q0 retain (2) = hi; " },
        { Client, Old, "3a 09 00 03 61 2f 62 ff ff 68 69", "PUBLISH a/b q1 #65535 dup (2) = hi; " },
        { Client, Old, "3d 09 00 03 61 2f 62 00 01 68 69", "PUBLISH a/b q2 #1 retain dup (2) = hi; " },
        { Client, New, "32 08 00 03 61 2f 62 00 0a 00", "PUBLISH a/b q1 #10 (0) = ; " },
        { Client, New, "30 09 00 00 03 23 00 0a 68 69 21", "PUBLISH  q0 {35=10 } (3) = hi!; " },
        { Client, New, "34 3a 00 01 74 00 0c 2f 01 00 02 00 00 00 0a 23 00 01 08 00 01 72 09 00 03 00 01 02 26 00 01 6b 00 01 76 26 00 01 6b 00 01 76 0b 01 0b ff ff ff 7f 03 00 03 74 2f 70 68 65 6c 6c 6f",
            "PUBLISH t q2 #12 {1=0 2=10 35=1 8=0:r 9=0:\0\u0001\u0002 38=0k:v 38=0k:v 11=1 11=268435455 3=0:t/p } (5) = hello; " },
        { Client, Old, "40 02 12 34", "PUBACK #4660; " },
        { Server, Old, "40 02 00 01", "PUBACK #1; " },
        { Client, New, "40 02 12 34", "PUBACK #4660; " },
        { Client, New, "40 03 12 34 10", "PUBACK #4660 10; " },
        { Client, New, "40 0a 12 34 87 06 1f 00 03 77 68 79", "PUBACK #4660 87 {31=0:why }; " },
        { Client, New, "40 0b 12 34 00 07 26 00 01 6b 00 01 76", "PUBACK #4660 {38=0k:v }; " },
        { Client, Old, "50 02 00 01", "PUBREC #1; " },
        { Server, New, "50 03 00 01 97", "PUBREC #1 97; " },
        { Client, Old, "62 02 00 01", "PUBREL #1; " },
        { Client, New, "62 03 00 01 92", "PUBREL #1 92; " },
        { Client, Old, "70 02 ff ff", "PUBCOMP #65535; " },
        { Server, New, "70 03 00 01 92", "PUBCOMP #1 92; " },
        // Section 3.8, figure 3.23: a/b with QoS 1, c/d with QoS 2.
        { Server, Old, "82 0e 00 0a 00 03 61 2f 62 01 00 03 63 2f 64 02", "SUBSCRIBE #10 a/b:q1r0 c/d:q2r0; " },
        { Server, New, "82 0f 00 0a 00 00 03 61 2f 62 01 00 03 63 2f 64 02", "SUBSCRIBE #10 a/b:q1r0 c/d:q2r0; " },
        { Server, New, "82 11 00 0a 02 0b 07 00 01 23 2c 00 05 73 2f 2b 2f 74 18", "SUBSCRIBE #10 {11=7 } #:q0npr2 s/+/t:q0pr1; " },
        { Server, New, "82 16 00 0a 00 00 10 24 73 68 61 72 65 2f 67 72 6f 75 70 2f 61 2f 23 02", "SUBSCRIBE #10 $share/group/a/#:q2r0; " },
        // Section 3.9, figure 3.26.
        { Client, Old, "90 05 00 0a 00 02 80", "SUBACK #10 [00] [02] [80]; " },
        { Client, New, "90 07 00 0a 00 01 02 87 a2", "SUBACK #10 [01] [02] [87] [A2]; " },
        { Client, New, "90 0a 00 0a 06 1f 00 03 77 68 79 8f", "SUBACK #10 {31=0:why } [8F]; " },
        // Section 3.10, figure 3.29.
        { Server, Old, "a2 0c 00 0a 00 03 61 2f 62 00 03 63 2f 64", "UNSUBSCRIBE #10 a/b c/d; " },
        { Server, New, "a2 0f 00 0a 07 26 00 01 6b 00 01 76 00 03 61 2f 23", "UNSUBSCRIBE #10 {38=0k:v } a/#; " },
        { Client, Old, "b0 02 00 0a", "UNSUBACK #10; " },
        { Client, New, "b0 05 00 0a 00 00 11", "UNSUBACK #10 [00] [11]; " },
        { Server, Old, "c0 00", "PINGREQ; " },
        { Server, New, "c0 00", "PINGREQ; " },
        { Client, Old, "d0 00", "PINGRESP; " },
        { Client, New, "d0 00", "PINGRESP; " },
        { Server, Old, "e0 00", "DISCONNECT; " },
        { Server, New, "e0 00", "DISCONNECT; " },
        { Server, New, "e0 01 04", "DISCONNECT 04; " },
        { Client, New, "e0 01 8e", "DISCONNECT 8E; " },
        { Client, New, "e0 0a 9d 08 1c 00 05 6f 74 68 65 72", "DISCONNECT 9D {28=0:other }; " },
        { Server, New, "e0 07 00 05 11 00 00 00 05", "DISCONNECT {17=5 }; " },
        { Server, New, "f0 0c 19 0a 15 00 01 6d 16 00 03 01 02 03", "AUTH 19 {21=0:m 22=0:\u0001\u0002\u0003 }; " },
        { Client, New, "f0 06 00 04 15 00 01 6d", "AUTH {21=0:m }; " },
    };

    [Theory]
    [MemberData(nameof(FirstPackets))]
    public void First_packets_mean_what_the_standard_says(MqttRole reader, MqttVersion version, string hex, string story) =>
        Check(Hex.Bytes(hex), story, () => reader == Client ? MqttPacketReader.ForClient(version, PacketLog.Limits) : MqttPacketReader.ForServer(PacketLog.Limits));

    [Theory]
    [MemberData(nameof(LaterPackets))]
    public void Packets_mean_what_the_standard_says(MqttRole reader, MqttVersion version, string hex, string story) =>
        Check(Hex.Bytes(hex), story, () => PacketLog.Connected(reader, version));

    [Fact]
    public void Every_kind_of_packet_has_an_example_in_each_version_that_has_it()
    {
        foreach (var version in (ReadOnlySpan<MqttVersion>)[Old, New])
        {
            var types = FirstPackets.Concat(LaterPackets).Where(one => one.Data.Item2 == version).Select(static one => Hex.Bytes(one.Data.Item3)[0] >> 4).Distinct().Order();
            Assert.Equal(Enumerable.Range(1, version == Old ? 14 : 15), types);
        }
    }

    /// <summary>Packets that follow each other, cut at any two places.</summary>
    [Fact]
    public void A_conversation_is_the_same_however_it_is_cut()
    {
        byte[] bytes = [.. LaterPackets.Where(static one => one.Data is (Client, New, _, _) && !one.Data.Item3.StartsWith("e0", StringComparison.Ordinal)).SelectMany(static one => Hex.Bytes(one.Data.Item3))];
        var story = PacketLog.Read(bytes, bytes.Length, PacketLog.Connected(Client, New));
        Assert.DoesNotContain("violation", story, StringComparison.Ordinal);
        for (var first = 0; first < bytes.Length; first++)
        {
            for (var second = first; second < bytes.Length; second += 7)
            {
                using var log = new PacketLog(PacketLog.Connected(Client, New));
                log.Feed(bytes.AsSpan(0, first));
                log.Feed(bytes.AsSpan(first, second - first));
                log.Feed(bytes.AsSpan(second));
                Assert.Equal(story, log.Story);
            }
        }
    }

    private static void Check(byte[] bytes, string story, Func<MqttPacketReader> reader)
    {
        for (var step = 1; step <= bytes.Length; step++)
            Assert.Equal(story, PacketLog.Read(bytes, step, reader()));
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            using var log = new PacketLog(reader());
            log.Feed(bytes.AsSpan(0, cut));
            Assert.Equal(cut > 0, log.Reader.IsInPacket);
            Assert.DoesNotContain("; ", log.Story, StringComparison.Ordinal);
            log.Feed(bytes.AsSpan(cut));
            Assert.Equal(story, log.Story);
            Assert.False(log.Reader.IsInPacket);
        }

        Assert.Equal(story, ReadSegments(bytes, reader()));
        Assert.Equal(bytes, PacketEcho.Of(bytes, reader()));
    }

    /// <summary>As a sequence of segments of three bytes.</summary>
    private static string ReadSegments(byte[] bytes, MqttPacketReader reader)
    {
        using var log = new PacketLog(reader);
        Segment? first = null;
        Segment? last = null;
        for (var at = 0; at < bytes.Length; at += 3)
        {
            last = new Segment(bytes.AsMemory(at, Math.Min(3, bytes.Length - at)), last);
            first ??= last;
        }

        log.Feed(new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length));
        return log.Story;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null)
                return;
            before.Next = this;
            RunningIndex = before.RunningIndex + before.Memory.Length;
        }
    }
}
