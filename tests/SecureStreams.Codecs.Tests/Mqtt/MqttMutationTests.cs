using System.Diagnostics.CodeAnalysis;
using SecureStreams.Codecs.Mqtt;

namespace SecureStreams.Codecs.Tests.Mqtt;

/// <summary>
/// Whatever arrives, and however it is cut, the reader neither throws nor hangs, allocates no more than its limits, gives no more than it got, and tells the same story.
/// <c>SS_TEST_LONG=1</c> reads ten million spoiled packets; <c>SS_TEST_SEED</c> those of one seed again.
/// </summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
public sealed class MqttMutationTests(ITestOutputHelper output)
{
    private const int MostHeadBytes = 2048;

    private static readonly MqttReaderLimits Limits = new() { MaxPacketBytes = 1 << 20, MaxHeadBytes = MostHeadBytes, TopicAliasMaximum = 10 };

    [Fact]
    public void Packets_that_may_be_sent_are_taken_and_written_again_as_they_were()
    {
        var seed = Seed();
        var maker = new PacketMaker();
        var bytes = new byte[2 * PacketMaker.MostBytes];
        for (var i = 0; i < 20_000; i++)
        {
            var random = new Random(unchecked(seed + i));
            var (role, version) = Side(random);
            var isFirst = random.Next(4) == 0;
            var length = isFirst ? maker.MakeFirst(bytes, role, version, random) : maker.Make(bytes, role, version, random);
            using var reader = isFirst ? Begun(role, version) : PacketLog.Connected(role, version, Limits);
            try
            {
                Assert.Equal(bytes.AsSpan(0, length).ToArray(), PacketEcho.Of(bytes.AsSpan(0, length), reader));
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed + i}: {Convert.ToHexString(bytes.AsSpan(0, length))}", error);
            }
        }
    }

    [Fact]
    public void Spoiled_packets_tell_one_story_however_they_are_cut()
    {
        var seed = Seed();
        var maker = new PacketMaker();
        var bytes = new byte[8 * PacketMaker.MostBytes];
        for (var i = 0; i < 20_000; i++)
        {
            var random = new Random(unchecked(seed + i));
            var (role, version) = Side(random);
            var length = Make(maker, bytes, role, version, random);
            var whole = PacketLog.Read(bytes.AsSpan(0, length), length, Begun(role, version));
            var pieces = Begun(role, version);
            pieces.Pool = new CountingPool();
            var cut = PacketLog.Read(bytes.AsSpan(0, length), 1 + random.Next(9), pieces);

            // A violation is told again with each piece that follows it.
            Assert.True(FirstViolation(whole) == FirstViolation(cut), $"seed {seed + i}: {whole} | {cut}");
        }
    }

    /// <summary>What is held is what has arrived, within the limits; it is given back, and between packets nothing is held.</summary>
    [Fact]
    public void Spoiled_packets_are_held_no_longer_and_no_larger_than_need_be()
    {
        var seed = Seed();
        var maker = new PacketMaker();
        var bytes = new byte[8 * PacketMaker.MostBytes];
        var rents = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var random = new Random(unchecked(seed + i));
            var (role, version) = Side(random);
            var length = Make(maker, bytes, role, version, random);
            var pool = new CountingPool();
            var reader = Begun(role, version);
            reader.Pool = pool;
            var step = 1 + random.Next(30);
            for (var at = 0; at < length; at += step)
            {
                ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(step, length - at));
                while (reader.Read(ref input, out var packet) is not (MqttReadKind.NeedMore or MqttReadKind.Violation) and var kind)
                    Walk(packet, kind);
                Assert.True(pool.Outstanding <= (reader.IsInPacket && reader.Violation is null ? 1 : 0), $"seed {seed + i}: {pool.Outstanding} arrays at {at}");
                Assert.True(pool.Longest <= Math.Max(256, Math.Min(MostHeadBytes, 2 * (at + step))), $"seed {seed + i}: an array of {pool.Longest} bytes after {at + step}");
            }

            reader.Dispose();
            Assert.True(pool.Outstanding == 0, $"seed {seed + i}");
            rents += pool.Rents;
        }

        Assert.True(rents > 10_000, $"{rents} arrays");
    }

    [Fact]
    public void Spoiled_packets_cost_no_more_than_the_limits()
    {
        var seed = Seed();
        var wanted = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 10_000_000 : 100_000;
        var maker = new PacketMaker();
        var bytes = new byte[8 * PacketMaker.MostBytes];
        var packets = 0;
        var taken = 0;
        var refused = 0;
        long most = 0;
        for (var i = 0; packets < wanted; i++)
        {
            var random = new Random(unchecked(seed + i));
            var (role, version) = Side(random);
            var length = Make(maker, bytes, role, version, random);
            packets++;
            var step = random.Next(2) == 0 ? length : 1 + random.Next(Math.Min(length, 40));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var reader = Begun(role, version);
            var reads = 0;
            long given = 0;
            for (var at = 0; at < length && reader.Violation is null; at += step)
            {
                ReadOnlySpan<byte> input = bytes.AsSpan(at, Math.Min(step, length - at));
                while (true)
                {
                    reads++;
                    var kind = reader.Read(ref input, out var packet);
                    if (kind is MqttReadKind.NeedMore or MqttReadKind.Violation)
                        break;
                    taken++;
                    given += Walk(packet, kind);
                }
            }

            refused += reader.Violation is null ? 0 : 1;
            reader.Dispose();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            most = Math.Max(most, allocated);

            // The reader and the words of a violation; and an array that the pool did not have.
            Assert.True(allocated <= 2048 + (4 * MostHeadBytes), $"seed {seed + i}: {allocated} bytes");
            Assert.True(given <= length && reads <= (3 * length) + 3, $"seed {seed + i}: {given} of {length} bytes in {reads} reads");
        }

        output.WriteLine($"{packets} spoiled packets: {taken} things taken, {refused} refused; at most {most} bytes allocated for one");
        Assert.InRange(refused, packets / 3, packets - (packets / 20));
        Assert.InRange(taken, packets / 20, 10 * packets);
    }

    private static MqttPacketReader Begun(MqttRole role, MqttVersion version) =>
        role == MqttRole.Client ? MqttPacketReader.ForClient(version, Limits) : MqttPacketReader.ForServer(Limits);

    private static (MqttRole Role, MqttVersion Version) Side(Random random) =>
        ((MqttRole)random.Next(2), random.Next(2) == 0 ? MqttVersion.V311 : MqttVersion.V5);

    private static string FirstViolation(string story) =>
        story.IndexOf("violation", StringComparison.Ordinal) is >= 0 and var at ? story[..(at + "violation 00".Length)] : story;

    /// <summary>A first packet, which may be the one that is spoiled; a spoiled one behind it, and one that shows whether the reader is still in step.</summary>
    private static int Make(PacketMaker maker, Span<byte> bytes, MqttRole role, MqttVersion version, Random random)
    {
        var length = maker.MakeFirst(bytes, role, version, random);
        if (random.Next(4) == 0)
            return PacketMaker.Spoil(bytes, length, random);
        var next = maker.Make(bytes[length..], role, version, random);
        length += PacketMaker.Spoil(bytes[length..], next, random);
        return random.Next(2) == 0 ? length : length + maker.Make(bytes[length..], role, version, random);
    }

    /// <summary>Looks at everything that a packet has.</summary>
    /// <returns>How many bytes were given.</returns>
    private static long Walk(in MqttPacket packet, MqttReadKind kind)
    {
        if (kind == MqttReadKind.Payload)
            return packet.Payload.Length;
        long given = packet.Reasons.Length;
        foreach (var property in packet.Properties)
            given += property.Name.Length + property.Value.Length;
        foreach (var entry in packet.Subscriptions)
            given += entry.Filter.Length;
        if (kind == MqttReadKind.Publish)
            return given + packet.Publish.Topic.Length;
        if (packet.Type != MqttPacketType.Connect)
            return given;
        var connect = packet.Connect;
        foreach (var property in connect.WillProperties)
            given += property.Name.Length + property.Value.Length;
        return given + connect.ClientId.Length + connect.WillTopic.Length + connect.WillPayload.Length + connect.UserName.Length + connect.Password.Length;
    }

    private int Seed()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var given) ? given : 20_261_129;
        output.WriteLine($"SS_TEST_SEED={seed}");
        return seed;
    }
}
