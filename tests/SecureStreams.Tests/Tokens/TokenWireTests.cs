using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Tests.Tokens;

/// <summary>Tokens over real connections: who waits, what is sent, what a refusal does.</summary>
public sealed class TokenWireTests : IDisposable
{
    // So long that the platform does not send it in spite of a refusal, to save the connection.
    private const int Length = 2000;

    private readonly ManualTimeProvider _clock = new();
    private readonly TestLog _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Fifty_streams_of_three_protocols_share_one_fetch()
    {
        await using var host = await TokenHost.StartAsync(isGated: true);
        await using var context = Context(host);
        var runs = Enumerable.Range(0, 50).Select(i => new RecordingHandler()).ToList();
        for (var i = 0; i < runs.Count; i++)
            context.Create(((string[])["h1", "h2", "ws"])[i % 3], runs[i]).Connect();
        await host.Host.WaitForRequestAsync("/token");
        Assert.Equal(0, host.Served + host.Refused);
        host.Open();
        for (var i = 0; i < runs.Count; i++)
            await runs[i].WaitForStateAsync(i % 3 == 2 ? SsState.Connected : SsState.QosAckRemote);
        Assert.Equal((1, 50, 0), (host.Fetches, host.Served, host.Refused));
        Assert.Equal(["application/x-www-form-urlencoded grant_type=refresh_token&refresh_token=root-secret"], host.Bodies);
    }

    [Theory]
    [InlineData("h1", SsState.QosAckRemote)]
    [InlineData("h2", SsState.QosAckRemote)]
    [InlineData("ws", SsState.Connected)]
    [InlineData("expect", SsState.QosAckRemote)]
    public async Task A_token_that_is_revoked_is_renewed_and_the_request_made_again(string streamType, SsState last)
    {
        await using var host = await TokenHost.StartAsync();
        await using var context = Context(host);
        await FinishAsync(context, "h1", new RecordingHandler(), SsState.Disconnected);
        Revoke(host);
        var handler = Sending();
        await FinishAsync(context, streamType, handler, last);
        Assert.Equal((2, 2, 1), (host.Fetches, host.Served, host.Refused));
        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        Assert.Equal(1, handler.States.Count(static state => state == SsState.Connecting));
        if (streamType == "expect")
            Assert.Equal(("served 2000", 1), (handler.ReceivedText, handler.Transmits));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 bad refresh_token=root-secret\r\nContent-Length: 0\r\n\r\n", "status 400")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /login/root-secret\r\nContent-Length: 0\r\n\r\n", "302")]
    [InlineData("HTTP/1.1 503 Busy with root-secret\r\nContent-Length: 11\r\n\r\nroot-secret", "503")]
    public async Task A_token_server_that_quotes_the_root_in_its_head_does_not_bring_it_into_any_detail(string answer, string told)
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw(answer));
        var streamType = $"\"endpoint\": \"127.0.0.1\", \"port\": {server.Port}, \"protocol\": \"h1\"";
        await using var context = SsContext.FromJson(
            $$"""
            { "auth": [{ "name": "a", "streamtype": "fetch", "blob": 0 }],
              "s": [{ "fetch": { {{streamType}}, "http_method": "POST", "http_url": "t" }, "get": { {{streamType}}, "http_method": "GET", "http_url": "", "use_auth": "a", "http_auth_header": "authorization:" } }] }
            """);
        context.Blobs.Write(SsBlobNames.AuthRoot, "refresh_token=root-secret"u8);
        var handler = new RecordingHandler();
        await using var stream = context.Create("get", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AuthFailed);
        var details = string.Join('\n', context.Diagnostics.Recent()) + stream.Explain();
        Assert.Contains(told, details, StringComparison.Ordinal);
        Assert.DoesNotContain("root-secret", details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_has_begun_is_not_sent_twice_and_the_next_request_has_a_new_token()
    {
        await using var host = await TokenHost.StartAsync();
        await using var context = Context(host);
        await FinishAsync(context, "h1", new RecordingHandler(), SsState.Disconnected);
        Revoke(host);
        var handler = Sending();
        var stream = context.Create("post", handler);
        stream.RequestTransmit();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal((SsState.QosNackRemote, 401), (handler.States[^2], handler.LastOf(SsState.QosNackRemote).Ack));
        stream.RequestTransmit();
        await handler.WaitForStateAsync(SsState.Disconnected, times: 2);
        Assert.EndsWith("served 2000", handler.ReceivedText, StringComparison.Ordinal);
        Assert.Equal((2, 2, 1), (host.Fetches, host.Served, host.Refused));
    }

    [Theory]
    [InlineData(403, "Bearer error=\"insufficient_scope\"")]
    [InlineData(401, "Bearer error=\"insufficient_scope\", error_description=\"error=invalid_token\"")]
    public async Task A_token_that_is_good_and_not_enough_is_not_renewed(int status, string challenge)
    {
        await using var host = await TokenHost.StartAsync();
        await using var context = Context(host);
        await FinishAsync(context, "h1", new RecordingHandler(), SsState.Disconnected);
        Revoke(host);
        (host.RefusalStatus, host.Challenge) = (status, challenge);
        var handler = new RecordingHandler();
        await FinishAsync(context, "h2", handler, SsState.Disconnected);
        Assert.Equal(status, handler.LastOf(SsState.QosNackRemote).Ack);
        Assert.Equal((1, 1), (host.Fetches, host.Refused));
    }

    [Fact]
    public async Task A_peer_that_refuses_the_new_token_too_has_the_last_word()
    {
        await using var host = await TokenHost.StartAsync();
        await using var context = Context(host);
        host.TakesNone = true;
        host.Challenge = "Bearer";
        context.Blobs.Write("AUTH_0", "of no use"u8);
        var handler = new RecordingHandler();
        await FinishAsync(context, "h1", handler, SsState.Disconnected);
        Assert.Equal(401, handler.LastOf(SsState.QosNackRemote).Ack);
        Assert.Equal((1, 0, 2), (host.Fetches, host.Served, host.Refused));
    }

    [Fact]
    public async Task Requests_of_an_HttpClient_do_the_same()
    {
        await using var host = await TokenHost.StartAsync();
        await using var context = Context(host);
        using var client = context.CreateHttpClient("post");
        var cancellation = TestContext.Current.CancellationToken;
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("", cancellation)));
        Assert.All(answers, static answer => Assert.Equal("served 0", answer));
        Assert.Equal((1, 20, 0), (host.Fetches, host.Served, host.Refused));

        Revoke(host);
        using var body = new StringContent(new string('x', Length));
        using var response = await client.PostAsync("", body, cancellation);
        Assert.Equal("served 2000", await response.Content.ReadAsStringAsync(cancellation));
        Assert.Equal((2, 21, 1), (host.Fetches, host.Served, host.Refused));
        Revoke(host);
        using var stream = new StreamContent(new OnceStream(new byte[Length]));
        using var refused = await client.PostAsync("", stream, cancellation);
        Assert.Equal(401, (int)refused.StatusCode);
    }

    [Fact]
    public async Task A_token_lives_on_in_its_file_and_belongs_to_its_context()
    {
        var folder = Directory.CreateTempSubdirectory("ss-tokens");
        try
        {
            await using var host = await TokenHost.StartAsync();
            await using (var context = Context(host, folder.FullName))
                await FinishAsync(context, "h1", new RecordingHandler(), SsState.Disconnected);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.FullName, "blobs", "AUTH_0.blob")));
            _clock.Advance(TimeSpan.FromMinutes(40));
            await using (var context = Context(host, folder.FullName))
                await FinishAsync(context, "h1", new RecordingHandler(), SsState.Disconnected);
            Assert.Equal((1, 2), (host.Fetches, host.Served));

            await using var other = Context(host);
            await FinishAsync(other, "h1", new RecordingHandler(), SsState.Disconnected);
            Assert.Equal((2, 3), (host.Fetches, host.Served));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static RecordingHandler Sending() => new RecordingHandler().OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
    {
        tx.Buffer[..Length].Fill((byte)'x');
        tx.Commit(Length, SsTxFlags.WholeMessage);
        return SsTransmitResult.Send;
    });

    private static async Task FinishAsync(LocalContext context, string streamType, RecordingHandler handler, SsState last)
    {
        var stream = context.Create(streamType, handler);
        if (streamType == "expect")
            stream.RequestTransmit(Length);
        else
            stream.Connect();
        await handler.WaitForStateAsync(last);
        await stream.DisposeAsync();
        handler.AssertCleanAndDestroyed();
    }

    /// <summary>Some time later, so that nothing is held back for having been done just now.</summary>
    private void Revoke(TokenHost host)
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        host.RevokeAll();
    }

    private LocalContext Context(TokenHost host, string? folder = null)
    {
        var context = SsContext.FromJson(host.Policy(), new SsContextOptions { Platform = new SsPlatform { Time = _clock }, LoggerFactory = _log, StateFolder = folder });
        context.Blobs.Write(SsBlobNames.AuthRoot, Encoding.UTF8.GetBytes("grant_type=refresh_token&refresh_token=root-secret"));
        return context;
    }

    /// <summary>A stream that can be read once.</summary>
    private sealed class OnceStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
