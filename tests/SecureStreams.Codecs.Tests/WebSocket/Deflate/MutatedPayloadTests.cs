using System.Globalization;
using System.IO.Compression;
using SecureStreams.Codecs.WebSocket.Deflate;

namespace SecureStreams.Codecs.Tests.WebSocket.Deflate;

public class MutatedPayloadTests
{
    /// <summary>Damaged payloads: the inflater ends each, gives no byte too many, and gives the same as the platform where that takes it. SS_TEST_SEED replays one.</summary>
    [Fact]
    public void Damaged_payloads_are_refused_or_mean_what_the_platform_says_they_mean()
    {
        var one = Environment.GetEnvironmentVariable("SS_TEST_SEED");
        var count = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 200_000 : 3000;
        var seeds = one is null ? Enumerable.Range(1, count) : [int.Parse(one, CultureInfo.InvariantCulture)];
        var (taken, refused) = (0, 0);
        foreach (var seed in seeds)
        {
            var random = new Random(seed);
            var level = (CompressionLevel)random.Next(4);
            var payload = Inflating.Reference(Inflating.Data(random.Next(5), random.Next(1, 2000), seed), level).ToList();
            for (var change = random.Next(1, 4); change > 0 && payload.Count > 0; change--)
            {
                var at = random.Next(payload.Count);
                switch (random.Next(4))
                {
                    case 0: payload[at] ^= (byte)(1 << random.Next(8)); break;
                    case 1: payload[at] = (byte)random.Next(256); break;
                    case 2: payload.RemoveAt(at); break;
                    default: payload.Insert(at, (byte)random.Next(256)); break;
                }
            }

            using var inflater = new WebSocketInflater(15, contextTakeover: false, 100_000);
            var pieces = random.Next(3) == 0 ? 1 : random.Next(1, 500);
            var status = Inflating.Run(inflater, payload.ToArray(), pieces, random.Next(1, 5000), out var output);
            Assert.True(output.Length <= 100_000, $"seed {seed}");
            Assert.True((status == WebSocketInflateStatus.EndOfMessage) == (inflater.Problem is null), $"seed {seed}");
            byte[] expected;
            try
            {
                expected = Inflating.ReferenceInflate(payload.ToArray());
            }
            catch (InvalidDataException)
            {
                Assert.True(status != WebSocketInflateStatus.EndOfMessage, $"seed {seed}: taken, although it is invalid");
                refused++;
                continue;
            }

            // The platform stops at a block marked as the last and is content with a message that ends anywhere: then it gives a part, or more than a valid whole.
            if (status == WebSocketInflateStatus.EndOfMessage)
            {
                Assert.True(output.AsSpan().StartsWith(expected), $"seed {seed}: other bytes than the platform gives");
                taken++;
            }
            else
            {
                refused++;
            }
        }

        if (one is null)
            Assert.True(taken > count / 100 && refused > count / 10, $"{taken} taken, {refused} refused: the damage is of one kind only");
    }
}
