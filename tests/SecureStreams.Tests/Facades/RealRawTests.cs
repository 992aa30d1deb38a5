using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.EndToEnd;
using Xunit;

namespace SecureStreams.Tests.Facades;

/// <summary>What is awaited, over real raw connections: the pipe and the stream end one side at a time.</summary>
public sealed class RealRawTests
{
    private const int Length = 500_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("raw")]
    [InlineData("raws")]
    public async Task A_stream_is_written_completed_and_read_to_its_end(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = SsContext.FromJson(LoopbackPolicy.Around(LoopbackPolicy.StreamType("x", host, kind, "")));
        await using var stream = context.Create("x");
        Assert.True(stream.Traits is { CanHalfClose: true, HasMessages: false, IsTransactional: false, Acknowledges: false });
        await using var bytes = stream.AsStream();

        var writing = Task.Run(async () =>
        {
            await bytes.WriteAsync(DeterministicBytes.Make(Length), Token);
            bytes.CompleteWrites();
        }, Token);
        var back = new MemoryStream();
        await bytes.CopyToAsync(back, Token);
        await writing;
        Assert.Equal(DeterministicBytes.Make(Length), back.ToArray());
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("raws")]
    public async Task A_pipe_is_completed_and_read_to_its_end(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = SsContext.FromJson(LoopbackPolicy.Around(LoopbackPolicy.StreamType("x", host, kind, "")));
        await using var stream = context.Create("x");
        var pipe = stream.AsDuplexPipe();
        await pipe.Output.WriteAsync("to and fro"u8.ToArray(), Token);
        await pipe.Output.CompleteAsync();

        while (true)
        {
            var read = await pipe.Input.ReadAsync(Token);
            if (read.IsCompleted)
            {
                Assert.Equal("to and fro", System.Text.Encoding.ASCII.GetString(System.Buffers.BuffersExtensions.ToArray(read.Buffer)));
                break;
            }

            pipe.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        await pipe.Input.CompleteAsync();
    }
}
