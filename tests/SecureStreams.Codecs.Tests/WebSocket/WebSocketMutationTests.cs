using System.Diagnostics.CodeAnalysis;
using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Codecs.Tests.WebSocket;

/// <summary>
/// Whatever arrives, and however it is cut, the reader neither throws nor hangs nor allocates, gives no more than it got, and tells the same story. <c>SS_TEST_LONG=1</c> reads
/// millions of inputs; <c>SS_TEST_SEED</c> those of one seed again.
/// </summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
public sealed class WebSocketMutationTests(ITestOutputHelper output)
{
    private const int MostBytes = 2048;

    [Fact]
    public void Mutated_frames_tell_one_story_however_they_are_cut()
    {
        var (seed, cases) = Plan();
        for (var i = 0; i < cases; i++)
        {
            var random = new Random(unchecked(seed + i));
            var role = (WebSocketRole)random.Next(2);
            var compressed = random.Next(3) == 0;
            var bytes = Make(random, role);
            var story = FrameLog.Read(bytes, bytes.Length + 1, role, 5000, compressed);
            var end = story.IndexOf("violation", StringComparison.Ordinal);
            var cut = FrameLog.Read(bytes, 1 + random.Next(9), role, 5000, compressed);
            var cutEnd = cut.IndexOf("violation", StringComparison.Ordinal);
            Assert.True((end < 0 ? story : story[..end]) == (cutEnd < 0 ? cut : cut[..cutEnd]) && end < 0 == cutEnd < 0, $"seed {seed + i}: {story} | {cut}");
        }
    }

    /// <summary>
    /// Beside the one buffer for control frames and the words for a violation. What the runtime itself puts on a thread now and then, other tests being run beside this one, comes once: a
    /// reader that allocates does so again.
    /// </summary>
    [Fact]
    public void Mutated_frames_cost_no_memory()
    {
        var (seed, cases) = Plan();
        for (var i = 0; i < cases; i++)
        {
            var most = Cost(unchecked(seed + i));
            Assert.True(most < MostBytes || Cost(unchecked(seed + i)) < MostBytes, $"seed {seed + i}: {most} bytes");
        }
    }

    private static long Cost(int seed)
    {
        var random = new Random(seed);
        var role = (WebSocketRole)random.Next(2);
        var bytes = Make(random, role);
        var reader = new WebSocketFrameReader(role, 5000, 16 * 1024, false);
        var step = 1 + random.Next(bytes.Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reads = 0;
        long given = 0;
        for (var at = 0; at < bytes.Length && reader.Violation is null; at += step)
        {
            var input = bytes.AsSpan(at, Math.Min(step, bytes.Length - at));
            while (true)
            {
                reads++;
                var kind = reader.Read(ref input, out var payload);
                given += payload.Length;
                if (kind is WebSocketReadKind.NeedMore or WebSocketReadKind.Violation)
                    break;
            }
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(given <= bytes.Length && reads <= (2 * bytes.Length) + 2, $"seed {seed}");
        return allocated;
    }

    private static byte[] Make(Random random, WebSocketRole reader)
    {
        var bytes = new List<byte>();
        Span<byte> frame = stackalloc byte[WebSocketFrame.MaxHeaderBytes + 400];
        var open = false;
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var control = random.Next(3) == 0;
            var final = control || random.Next(2) == 0;
            var opcode = control ? (WebSocketOpcode)random.Next(8, 11) : open ? WebSocketOpcode.Continuation : (WebSocketOpcode)random.Next(1, 3);
            if (!control)
                open = !final;
            var length = random.Next(4) == 0 ? random.Next(126, 400) : random.Next(0, control ? 20 : 126);
            if (control && length > 125)
                length = 2;
            var key = (uint)random.Next();
            var at = reader == WebSocketRole.Server ? WebSocketFrame.WriteHeader(frame, opcode, final, false, length, key) : WebSocketFrame.WriteHeader(frame, opcode, final, false, length);
            var payload = frame.Slice(at, length);
            random.NextBytes(payload);
            if (opcode == WebSocketOpcode.Close && length >= 2)
                (payload[0], payload[1]) = (3, 0xe8);
            if (reader == WebSocketRole.Server)
                WebSocketMask.Apply(payload, key, 0);
            bytes.AddRange(frame[..(at + length)]);
        }

        for (var count = random.Next(0, 4); count > 0 && bytes.Count > 0; count--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 30), bytes.Count - at)));
                    break;
            }
        }

        if (bytes.Count == 0)
            bytes.Add(0x81);
        return [.. bytes];
    }

    private (int Seed, int Cases) Plan()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SS_TEST_SEED"), out var given) ? given : 20_261_129;
        var cases = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 3_000_000 : 20_000;
        output.WriteLine($"SS_TEST_SEED={seed}, {cases} inputs");
        return (seed, cases);
    }
}
