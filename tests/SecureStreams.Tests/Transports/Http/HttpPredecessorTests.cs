using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>A stream whose handler has a request under way when somebody awaits an answer on it, over real connections: each answer is told to whoever made the request.</summary>
public sealed class HttpPredecessorTests
{
    [Theory]
    [InlineData("h1", 500)]
    [InlineData("h1", 200)]
    [InlineData("h2", 500)]
    [InlineData("h2", 200)]
    public async Task The_answer_to_a_handlers_request_is_not_taken_for_that_to_a_message(string protocol, int first)
    {
        var bodies = new ConcurrentQueue<string>();
        TaskCompletionSource<int>[] answers = [New(), New(), New()];
        TaskCompletionSource<int>[] arrived = [New(), New(), New()];
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions
        {
            Otherwise = async context =>
            {
                using var reader = new StreamReader(context.Request.Body);
                bodies.Enqueue(await reader.ReadToEndAsync());
                var number = bodies.Count - 1;
                arrived[number].TrySetResult(number);
                context.Response.StatusCode = await answers[number].Task.OrFail(static () => "The test answers nothing.");
                await context.Response.WriteAsync("x");
            },
        });
        var port = protocol == "h1" ? host.HttpPort : host.H2cPort;
        using var log = new TestLog();
        await using var context = SsContext.FromJson(
            string.Create(CultureInfo.InvariantCulture, $$"""
            { "s": [{ "t": { "endpoint": "127.0.0.1", "port": {{port}}, "protocol": "{{protocol}}", "http_method": "POST", "http_url": "/answer" } }] }
            """),
            new() { LoggerFactory = log });
        var sent = false;
        var handler = new RecordingHandler().OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            if (sent)
                return SsTransmitResult.Nothing;
            sent = true;
            tx.Commit(Encoding.ASCII.GetBytes("handler's", tx.Buffer), SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
        await using var stream = context.Create("t", handler);
        stream.RequestTransmit();
        await arrived[0].Task.OrFail(static () => "The first request does not come.");
        var mine = SendAsync("mine");
        var next = SendAsync("next");
        answers[0].SetResult(first);
        await arrived[1].Task.OrFail(() => $"The second request does not come: {stream.Explain()}");
        Assert.False(mine.IsCompleted);
        answers[1].SetResult(500);
        var refusal = await Assert.ThrowsAsync<SsNackException>(() => mine.OrFail(static () => "The second is not told."));
        Assert.Equal((SsCauseCode.PeerRefused, 500), (refusal.Cause.Code, refusal.Ack));
        await arrived[2].Task.OrFail(() => $"The third request does not come: {stream.Explain()}");
        Assert.False(next.IsCompleted);
        answers[2].SetResult(200);
        await next.OrFail(static () => "The third is not told.");
        Assert.Equal(["handler's", "mine", "next"], bodies);

        Task SendAsync(string text) => stream.SendAsync(Encoding.ASCII.GetBytes(text), SsSendFlags.WaitForAck, TestContext.Current.CancellationToken).AsTask();
    }

    private static TaskCompletionSource<int> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
