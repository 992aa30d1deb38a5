using SecureStreams.Interop.Tests.Http;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.Node;

/// <summary>HTTP with node's own servers: trailers, 1xx, answers of several parts, GOAWAY, resets with a code.</summary>
public class NodeHttpTests
{
    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task Trailers_count_when_the_verdict_is_told(string kind)
    {
        await using var server = await StartAsync(kind);
        await using var streams = Open(server, kind, "/trailers", "\"metadata\": [{ \"sum\": \"x-sum\" }, { \"head\": \"x-head\" }]");
        string? early = "unset", late = null;
        var handler = new RecordingHandler()
            .OnStateDo(SsState.Connected, stream => early = stream.GetMetadata("sum"))
            .OnStateDo(SsState.QosAckRemote, stream => late = stream.GetMetadata("sum"));
        await RunAsync(streams, handler);
        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal(("body", null, "7"), (handler.ReceivedText, early, late));
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task Hints_before_the_answer_are_passed_over(string kind)
    {
        await using var server = await StartAsync(kind);
        await using var streams = Open(server, kind, "/hints", "\"metadata\": [{ \"head\": \"x-head\" }, { \"link\": \"link\" }]");
        var handler = new RecordingHandler();
        await using var stream = await RunAsync(streams, handler);
        Assert.Equal(("final", "final", null), (handler.ReceivedText, stream.GetMetadata("head"), stream.GetMetadata("link")));
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task An_answer_of_two_parts_is_two_messages(string kind)
    {
        await using var server = await StartAsync(kind);
        await using var streams = Open(server, kind, "/parts", "\"http_multipart_ss_in\": true, \"metadata\": [{ \"type\": \"content-type\" }]");
        await using var stream = streams.Context.Create("x");
        var messages = stream.ReadMessagesAsync(new SsReadOptions { Metadata = ["type"] }, TestContext.Current.CancellationToken);
        stream.Connect();
        var seen = new List<string>();
        await foreach (var message in messages)
        {
            seen.Add($"{message.GetMetadata("type")} {message.Payload.Length}");
            if (seen.Count == 2)
                break;
        }

        Assert.Equal(["application/json 7", "audio/x 100000"], seen);
    }

    [Theory]
    [InlineData("h1", "\"http_cookies\": true, \"http_expect_continue\": true")]
    [InlineData("h2", "\"http_cookies\": true, \"http_expect_continue\": true")]
    public async Task Asked_before_a_body_the_server_consents(string kind, string more)
    {
        await using var server = await StartAsync(kind);
        await using var streams = Open(server, kind, "/any", "\"http_method\": \"POST\", " + more);
        using var handler = new BodyHandler(DeterministicBytes.Make(5000));
        await using var stream = streams.Context.Create("x", handler);
        stream.RequestTransmit(5000);
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("POST /any  5000".Length, handler.BodyReceived);
        Assert.Equal("Creating Poll Connecting Connected QosAckRemote Disconnected", handler.Story);
    }

    [Theory]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task After_GOAWAY_the_next_transaction_takes_another_connection(string kind)
    {
        await using var server = await StartAsync(kind);
        await using var streams = Open(server, kind, "/goaway", "\"metadata\": [{ \"session\": \"x-session\" }]");
        var sessions = new List<string?>();
        var handler = new RecordingHandler().OnStateDo(SsState.Connected, stream => sessions.Add(stream.GetMetadata("session")));
        await using var stream = streams.Context.Create("x", handler);
        for (var round = 1; round <= 5; round++)
        {
            stream.Connect();
            await handler.WaitForStateAsync(SsState.Disconnected, times: round);
        }

        Assert.Equal(string.Concat(Enumerable.Repeat("last", 5)), handler.ReceivedText);
        Assert.Equal(["1", "2", "3", "4", "5"], sessions); // The server's own count.
        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        handler.AssertClean();
    }

    [Theory]
    [InlineData(2, SsCauseCode.ConnectionReset, "INTERNAL_ERROR")]
    [InlineData(8, SsCauseCode.ConnectionReset, "CANCEL")]
    [InlineData(11, SsCauseCode.PeerBusy, "ENHANCE_YOUR_CALM")]
    [InlineData(13, SsCauseCode.ProtocolError, "HTTP_1_1_REQUIRED")]
    public async Task A_reset_is_told_with_its_code(int code, SsCauseCode cause, string name)
    {
        await using var server = await StartAsync("h2");
        await using var streams = Open(server, "h2", $"/reset?code={code}");
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var told = handler.CauseOf(SsState.AllRetriesFailed);
        Assert.Equal(cause, told.Code);
        Assert.Contains(name, streams.Context.Diagnostics.Find(told.DetailId)!.PeerText, StringComparison.Ordinal);
        Assert.Equal(3, handler.States.Count(static state => state == SsState.Unreachable));
    }

    private static PeerStreams Open(PeerServer server, string kind, string url, string more = "") =>
        PeerStreams.Open(server.Port, kind == "h1" ? "h1" : "h2", tls: kind == "h2", url, more);

    private static async Task<SecureStream> RunAsync(PeerStreams streams, RecordingHandler handler)
    {
        var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        handler.AssertClean();
        return stream;
    }

    private static async Task<PeerServer> StartAsync(string kind)
    {
        var program = Peer.Find("node") ?? throw Peer.Absent("node", "nodejs");
        return await PeerServer.StartAsync(program, (directory, port) =>
        {
            var (certificate, key) = TestCertificates.Server.WritePem(directory, "server");
            return [RepoPaths.Combine("tests", "SecureStreams.Interop.Tests", "Node", "http-peer.mjs"), kind, $"{port}", key, certificate];
        });
    }
}
