using SecureStreams.Interop.Tests.Http;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Nghttpd;

/// <summary>HTTP/2 with the server of nghttp2, over TLS and in the clear.</summary>
public class NghttpdTests
{
    private const int FileLength = 3_000_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Gets_a_file_and_its_trailer(bool tls)
    {
        await using var server = await StartAsync(tls, "--trailer=x-sum: 7");
        await using var streams = PeerStreams.Open(server.Port, "h2", tls, "file.bin", "\"metadata\": [{ \"sum\": \"x-sum\" }, { \"length\": \"content-length\" }]");
        using var handler = new BodyHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("Creating Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal((FileLength, DeterministicBytes.Sha256(FileLength, seed: 3)), (handler.BodyReceived, handler.BodyReceivedSha256));
        Assert.Equal(("7", $"{FileLength}"), (stream.GetMetadata("sum"), stream.GetMetadata("length")));
        handler.AssertClean();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Posts_and_gets_it_back(bool tls, bool announced)
    {
        await using var server = await StartAsync(tls, "--echo-upload");
        await using var streams = PeerStreams.Open(server.Port, "h2", tls, "echo", "\"http_method\": \"POST\", \"nghttp2_quirk_end_stream\": true");
        using var handler = new BodyHandler(DeterministicBytes.Open(FileLength, seed: 4));
        await using var stream = streams.Context.Create("x", handler);
        if (announced)
            stream.RequestTransmit(handler.BodyLength);
        else
            stream.RequestTransmit();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("Creating Poll Connecting Connected QosAckRemote Disconnected", handler.Story);
        Assert.Equal((FileLength, DeterministicBytes.Sha256(FileLength, seed: 4)), (handler.BodyReceived, handler.BodyReceivedSha256));
        handler.AssertClean();
    }

    [Fact]
    public async Task A_multipart_body_arrives_with_its_framing()
    {
        await using var server = await StartAsync(tls: false, "--echo-upload");
        await using var streams = PeerStreams.Open(
            server.Port, "h2", tls: false, "echo", "\"http_method\": \"POST\", \"http_multipart_name\": \"a\", \"rideshare\": \"y\"",
            "\"y\": { \"endpoint\": \"x\", \"http_method\": \"POST\", \"http_multipart_name\": \"b\", \"http_multipart_filename\": \"b.txt\", \"http_mime_content_type\": \"text/plain\" }");
        var handler = new RecordingHandler().OnTransmitDo((SecureStream stream, scoped ref SsTransmit tx) =>
        {
            tx.Commit(System.Text.Encoding.ASCII.GetBytes($"payload of {stream.Rideshare}", tx.Buffer), SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
        await using var stream = streams.Context.Create("x", handler);
        stream.RequestTransmit();
        await handler.WaitForStateAsync(SsState.Disconnected);
        var boundary = handler.ReceivedText.Split("\r\n")[0];
        Assert.Equal(34, boundary.Length);
        Assert.Equal(
            $"{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\npayload of x\r\n{boundary}\r\nContent-Disposition: form-data; name=\"b\"; filename=\"b.txt\"\r\nContent-Type: text/plain\r\n\r\npayload of y\r\n{boundary}--\r\n",
            handler.ReceivedText);
        handler.AssertClean();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Many_streams_share_what_the_server_allows_and_all_are_served(bool tls)
    {
        // Five at a time on a connection: more streams than that take more connections, and every one gets its file.
        await using var server = await StartAsync(tls, "-m", "5");
        await using var streams = PeerStreams.Open(server.Port, "h2", tls, "file.bin");
        var handlers = Enumerable.Range(0, 20).Select(static _ => new BodyHandler()).ToList();
        foreach (var handler in handlers)
            streams.Context.Create("x", handler).Connect();
        foreach (var handler in handlers)
        {
            await handler.WaitForStateAsync(SsState.Disconnected);
            Assert.Equal(DeterministicBytes.Sha256(FileLength, seed: 3), handler.BodyReceivedSha256);
            handler.AssertClean();
            handler.Dispose();
        }
    }

    [Fact]
    public async Task A_server_that_dies_in_the_middle_is_told_and_found_again()
    {
        var server = await StartAsync(tls: false, "-w", "10");
        await using (server)
        {
            await using var streams = PeerStreams.Open(server.Port, "h2", tls: false, "file.bin");
            using var handler = new BodyHandler();
            await using var stream = streams.Context.Create("x", handler);
            stream.Connect();
            await handler.WaitForAsync(static h => h.ReceivedLength > 0);
            stream.PauseReceive();
            await server.KillAsync();
            stream.ResumeReceive();
            await handler.WaitForStateAsync(SsState.AllRetriesFailed);
            Assert.False(handler.BodyComplete);
            Assert.StartsWith("Creating Connecting Connected Disconnected Poll Connecting Unreachable", handler.Story, StringComparison.Ordinal);
            Assert.Contains(handler.CauseOf(SsState.Disconnected).Code, new[] { SsCauseCode.ConnectionReset, SsCauseCode.PeerClosed, SsCauseCode.PayloadTruncated });
            Assert.Equal(SsCauseCode.ConnectionRefused, handler.CauseOf(SsState.Unreachable).Code);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_not_there_is_refused(bool tls)
    {
        await using var server = await StartAsync(tls);
        await using var streams = PeerStreams.Open(server.Port, "h2", tls, "nothing", "\"http_resp_map\": [{ \"404\": 1404 }]");
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal((404, SsCauseCode.PeerRefused), (handler.LastOf(SsState.QosNackRemote).Ack, handler.CauseOf(SsState.QosNackRemote).Code));
        Assert.Contains((SsState)1404, handler.States);
    }

    private static async Task<PeerServer> StartAsync(bool tls, params string[] options)
    {
        var program = Peer.Find("nghttpd") ?? throw Peer.Absent("nghttpd", "nghttp2-server");
        return await PeerServer.StartAsync(program, (directory, port) =>
        {
            using (var file = File.Create(Path.Combine(directory, "file.bin")))
            using (var bytes = DeterministicBytes.Open(FileLength, seed: 3))
                bytes.CopyTo(file);
            string[] common = ["--address=127.0.0.1", $"--htdocs={directory}", .. options];
            if (!tls)
                return [.. common, "--no-tls", $"{port}"];
            var (certificate, key) = TestCertificates.Server.WritePem(directory, "server");
            return [.. common, $"{port}", key, certificate];
        });
    }
}
