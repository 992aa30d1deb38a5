using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using SecureStreams.Benchmarks.Processes;

namespace SecureStreams.Tests.Measuring;

/// <summary>The benchmark's peer of raw connections gives back everything, however the bytes lie in its pipe.</summary>
public sealed class RawPeerTests
{
    // What a pipe takes from its pool at a time.
    private const int Block = 4096;

    /// <summary>An echo that keeps bytes back stalls a client that has a bounded number under way.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(Block - 1)]
    public async Task EchoesBytesThatEndWhereTheyBeginInALaterBlock(int offset)
    {
        var turns = new Turns();
        var input = new Pipe(new PipeOptions(readerScheduler: turns, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        var output = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        await using var connection = new DefaultConnectionContext { Transport = new Ends(input.Reader, output.Writer) };
        var echo = RawPeer.EchoAsync(connection);

        // A server that waits for more already when the echo has its turn goes on in the same block; the echo then has the bytes up to the same place of a later one,
        // while nobody writes, so that both blocks are free when it has taken them.
        await EchoAsync(offset, waits: true);
        await EchoAsync(2 * Block, waits: false);
        await EchoAsync(1, waits: false);

        await input.Writer.CompleteAsync();
        turns.Run();
        await echo;

        async Task EchoAsync(int count, bool waits)
        {
            input.Writer.Write(new byte[count]);
            await input.Writer.FlushAsync(TestContext.Current.CancellationToken);
            if (waits)
                input.Writer.GetMemory();
            turns.Run();

            Assert.True(output.Reader.TryRead(out var read), $"{count} bytes do not come back.");
            Assert.Equal(count, read.Buffer.Length);
            output.Reader.AdvanceTo(read.Buffer.End);
        }
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Keeps what is to run until it is told.</summary>
    private sealed class Turns : PipeScheduler
    {
        private readonly Queue<Action> _waiting = new();

        public override void Schedule(Action<object?> action, object? state) => _waiting.Enqueue(() => action(state));

        public void Run()
        {
            while (_waiting.TryDequeue(out var next))
                next();
        }
    }
}
