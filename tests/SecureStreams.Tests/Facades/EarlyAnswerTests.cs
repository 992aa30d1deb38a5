using System.Text;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Facades;

/// <summary>Peers that answer before they have the body, or refuse it: what is awaited tells whose answer that was.</summary>
public sealed class EarlyAnswerTests
{
    private const string Asks = "\"http_expect_continue\": true";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transaction_redirected_before_its_body_was_asked_for_is_answered_by_where_that_leads()
    {
        var second = "";
        await using var server = ScriptedServer.Start(
            AnswerAtOnce("303 See Other", "Location: /done\r\n", ""),
            async (connection, stopping) =>
            {
                second = await connection.ReadHeadAsync(stopping);
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone", stopping);
            });
        await using var context = NewContext(server, $"{Asks}, \"allow_redirects\": true");

        var answer = await context.TransactAsync("t", new byte[5000], cancellationToken: Token);

        Assert.Equal((true, 200, "done"), (answer.IsAck, answer.Status, Encoding.ASCII.GetString(answer.Body.Span)));
        Assert.StartsWith("GET /done ", second, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_refused_before_it_was_asked_for_is_refused_to_who_waits_for_its_acknowledgement()
    {
        await using var server = ScriptedServer.Start(AnswerAtOnce("413 Too Large", "", "no"));
        await using var context = NewContext(server, Asks);
        await using var stream = context.Create("t");

        AssertRefused(await Assert.ThrowsAsync<SsNackException>(async () => await stream.SendAsync(new byte[5000], SsSendFlags.WaitForAck, Token)));
        var plain = await Assert.ThrowsAsync<SsStreamException>(async () => await stream.SendAsync(new byte[5000], Token));
        Assert.Equal((SsPhase.Peer, SsCauseCode.PeerRefused), (plain.Cause.Phase, plain.Cause.Code));
        Assert.Contains("before it asked for the message", plain.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("too large")]
    public async Task A_refused_upload_is_read_to_its_last_byte_and_then_throws(string said)
    {
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            // The head, then the chunks to the last one, which is empty.
            await connection.ReadHeadAsync(stopping);
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync($"HTTP/1.1 413 Too Large\r\nContent-Length: {said.Length}\r\n\r\n{said}", stopping);
        });
        await using var context = NewContext(server, "");
        await using var stream = context.Create("t");
        await using var bytes = stream.AsStream();
        await bytes.WriteAsync("0123456789"u8.ToArray(), Token);
        bytes.CompleteWrites();

        using var received = new MemoryStream();
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(() => bytes.CopyToAsync(received, Token)));
        Assert.Equal(said, Encoding.ASCII.GetString(received.ToArray()));
    }

    [Fact]
    public async Task An_upload_refused_before_it_was_asked_for_throws_from_the_write_that_can_go_on_no_more()
    {
        await using var server = ScriptedServer.Start(AnswerAtOnce("413 Too Large", "", "no"));
        await using var context = NewContext(server, Asks);
        await using var stream = context.Create("t");
        await using var bytes = stream.AsStream();

        AssertRefused(await Assert.ThrowsAsync<SsNackException>(async () => await bytes.WriteAsync(new byte[200_000], Token)));
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(async () => await bytes.WriteAsync(new byte[1], Token)));
        var buffer = new byte[2];
        await bytes.ReadExactlyAsync(buffer, Token);
        Assert.Equal("no"u8.ToArray(), buffer);
        AssertRefused(await Assert.ThrowsAsync<SsNackException>(async () => await bytes.ReadExactlyAsync(buffer, Token)));
    }

    private static void AssertRefused(SsNackException error) =>
        Assert.Equal((413, SsPhase.Peer, SsCauseCode.PeerRefused, 413), (error.Ack, error.Cause.Phase, error.Cause.Code, error.Cause.Status));

    /// <summary>Answers the head alone, and gets nothing of the body.</summary>
    private static ConnectionScript AnswerAtOnce(string status, string fields, string body) => async (connection, stopping) =>
    {
        await connection.ReadHeadAsync(stopping);
        await connection.WriteAsync($"HTTP/1.1 {status}\r\n{fields}Content-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}", stopping);
        Assert.Equal(0, await connection.DrainAsync(stopping));
    };

    private static LocalContext NewContext(ScriptedServer server, string more) => new(HttpBench.Load(
        $"\"t\": {{ \"endpoint\": \"127.0.0.1\", \"port\": {server.Port}, \"http_method\": \"POST\"{(more.Length > 0 ? ", " + more : "")} }}"));
}
