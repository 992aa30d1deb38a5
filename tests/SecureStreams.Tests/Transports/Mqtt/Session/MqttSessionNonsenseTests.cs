using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>Brokers that answer anything, and journals that say anything with sound checksums: nothing breaks, nothing is left out, and what is kept is what is.</summary>
public sealed class MqttSessionNonsenseTests
{
    private const int Seeds = 300;
    private const int Steps = 400;

    // So few that records often fit something, if not what they should.
    private const int Ids = 6;

    [Fact]
    public void A_broker_may_answer_anything()
    {
        var settled = 0L;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            using var bench = new SessionBench(new MqttSessionLimits { Window = 4, MostMessages = 12 }, new SessionTape());
            var broker = new NonsenseBroker(bench, random);
            for (var step = 0; step < Steps; step++)
                settled += broker.Step();
            Assert.True(bench.Session.Count <= 12 && bench.Session.Bytes >= 0, $"Seed {seed}: {bench.Session.Count} messages of {bench.Session.Bytes} bytes.");
        }

        Assert.True(settled > 2 * Seeds, $"{settled} messages were answered: those that never are would prove nothing.");
    }

    [Fact]
    public void What_is_kept_is_what_is_whatever_the_broker_answers()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            var tape = new SessionTape();
            using var bench = new SessionBench(new MqttSessionLimits { Window = 4, MostMessages = 12 }, tape);
            var broker = new NonsenseBroker(bench, random);
            for (var step = 0; step < Steps; step++)
                broker.Step();
            Assert.Equal(SessionText.Of(bench.Session), tape.StateAt(tape.Length));
        }
    }

    [Fact]
    public void A_journal_may_say_anything_and_counts_up_to_what_makes_no_sense()
    {
        var (whole, cut) = (0, 0);
        for (var seed = 0; seed < Seeds * 10; seed++)
        {
            var random = new Random(seed);
            using var records = new MqttSessionEncoder();
            var count = random.Next(1, 40);
            for (var record = 0; record < count; record++)
                Say(records, random);
            using var bench = new SessionBench();
            using var source = new MemoryStream(records.Gathered.ToArray());
            var taken = MqttSessionDecoder.Replay(source, new MqttSessionRestorer(bench.Session), out var unfinished);
            Assert.True(taken == records.Gathered.Length || !unfinished, "It is damage, not an end.");
            if (taken == records.Gathered.Length)
                whole++;
            else
                cut++;

            // What was taken is a session like any other.
            bench.Connect();
            bench.Sent();
            bench.Session.End();
            bench.Settled();
            Assert.Equal(0, bench.Pool.Out);
        }

        Assert.True(whole > 10 && cut > 10, $"{whole} whole, {cut} cut.");
    }

    // The last two are none.
    private static readonly byte[][] Filters = ["a"u8.ToArray(), "b/+"u8.ToArray(), "c/#"u8.ToArray(), [], "d#"u8.ToArray()];

    private static void Say(MqttSessionEncoder to, Random random)
    {
        var ticket = (ulong)random.Next(Ids);
        var id = (ushort)random.Next(Ids);
        switch (random.Next(14))
        {
            case < 4:
                to.Held(ticket, (byte)random.Next(random.Next(4) == 0 ? 8 : 3), random.Next(2) == 0, new byte[random.Next(20)], new byte[random.Next(3)], new byte[random.Next(100)]);
                break;
            case < 6:
                to.Numbered(ticket, id);
                break;
            case 6:
                to.Released(ticket);
                break;
            case 7:
                to.Settled(ticket);
                break;
            case 8:
                to.Accepted(id);
                break;
            case 9:
                to.Forgotten(id);
                break;
            case 10:
                to.Renewed();
                break;
            case 11:
                to.Subscribed(Filters[random.Next(Filters.Length)], Filters[random.Next(2)]);
                break;
            case 12:
                to.Unsubscribed(Filters[random.Next(Filters.Length)]);
                break;
            default:
                to.Ended();
                break;
        }
    }
}
