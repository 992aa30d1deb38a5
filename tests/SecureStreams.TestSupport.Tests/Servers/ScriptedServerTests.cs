using System.Net.Sockets;
using System.Security.Authentication;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.TestSupport.Tests.Servers;

public class ScriptedServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, HttpRequestError> Failing => new()
    {
        { nameof(Scripts.CloseAfterRequest), HttpRequestError.ResponseEnded },
        { nameof(Scripts.ResetAfterRequest), HttpRequestError.Unknown },
        { nameof(Scripts.MalformedStatusLine), HttpRequestError.InvalidResponse },
        { nameof(Scripts.OversizedHead), HttpRequestError.ConfigurationLimitExceeded },
        { nameof(Scripts.TruncateChunked), HttpRequestError.ResponseEnded },
    };

    [Theory]
    [MemberData(nameof(Failing))]
    public async Task Each_misbehaviour_reaches_a_client_as_meant(string name, HttpRequestError expected)
    {
        var script = (ConnectionScript)typeof(Scripts).GetProperty(name)!.GetValue(null)!;
        await using var server = ScriptedServer.Start(script);
        using var client = TestClient.H1();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"http://127.0.0.1:{server.Port}/", Cancellation));
        Assert.Equal(expected, Deepest(error));
    }

    [Fact]
    public async Task Closed_or_reset_at_once_a_connection_carries_nothing()
    {
        await using var server = ScriptedServer.Start(Scripts.CloseAtOnce, Scripts.ResetAtOnce);
        using var client = TestClient.H1();
        await AssertFailsAsync(client, server);
        await AssertFailsAsync(client, server);
        Assert.Equal(0, server.Counters.Bytes);
    }

    [Fact]
    public async Task Closed_or_reset_before_its_client_looks_at_it_a_connection_carries_nothing()
    {
        using var connected = new SemaphoreSlim(0);
        await using var server = ScriptedServer.Start(WhenConnected(Scripts.CloseAtOnce), WhenConnected(Scripts.ResetAtOnce));
        using var client = TestClient.WhoseConnectionsHaveEnded(connected);
        await AssertFailsAsync(client, server);
        await AssertFailsAsync(client, server);
        Assert.Equal(0, server.Counters.Bytes);

        ConnectionScript WhenConnected(ConnectionScript script) => async (connection, stopping) =>
        {
            await connected.WaitAsync(stopping);
            await script(connection, stopping);
        };
    }

    [Fact]
    public async Task A_reset_is_a_reset_and_a_close_is_an_end()
    {
        await using var server = ScriptedServer.Start(
            Scripts.ResetAfterRequest, Scripts.CloseAfterRequest, static async (connection, stopping) => await connection.DrainAsync(stopping));
        var buffer = new byte[1];
        using (var first = await ConnectAsync(server))
        {
            await first.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Cancellation);
            var error = await Assert.ThrowsAsync<SocketException>(async () => await first.ReceiveAsync(buffer, Cancellation));
            Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
        }

        using (var second = await ConnectAsync(server))
        {
            await second.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Cancellation);
            Assert.Equal(0, await second.ReceiveAsync(buffer, Cancellation));
        }

        // The last script serves all that follow, and reads what comes.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var more = await ConnectAsync(server);
            await more.SendAsync("abc"u8.ToArray(), Cancellation);
            more.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await more.ReceiveAsync(buffer, Cancellation));
        }

        Assert.Equal(4, server.Counters.Accepted);
        Assert.Equal(18 * 2 + 6, server.Counters.Bytes);
    }

    [Fact]
    public async Task A_body_cut_short_ends_after_the_part()
    {
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = ScriptedServer.Start(Scripts.TruncateBody(1000, 400), Scripts.ResetMidBody(1000, 400, received.Task));
        using var client = TestClient.H1();
        for (var i = 0; i < 2; i++)
        {
            using var response = await client.GetAsync($"http://127.0.0.1:{server.Port}/", HttpCompletionOption.ResponseHeadersRead, Cancellation);
            Assert.Equal(1000, response.Content.Headers.ContentLength);
            var body = await response.Content.ReadAsStreamAsync(Cancellation);
            var part = new byte[400];
            await body.ReadExactlyAsync(part, Cancellation);
            Assert.Equal(DeterministicBytes.Make(400), part);
            if (i == 1)
                received.SetResult();
            var error = await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadExactlyAsync(new byte[1], Cancellation));
            Assert.Equal(i == 1, error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset });
        }
    }

    [Fact]
    public async Task Dribble_redirect_loop_and_answers_are_sound_http()
    {
        await using var dribble = ScriptedServer.Start(Scripts.Dribble("drop by drop"));
        await using var loop = ScriptedServer.Start(Scripts.RedirectLoop(307));
        await using var answer = ScriptedServer.Start(Scripts.Answer(201, "made", "X-One: 1\r\n"));
        using var client = TestClient.H1();
        Assert.Equal("drop by drop", await client.GetStringAsync($"http://127.0.0.1:{dribble.Port}/", Cancellation));

        using var moved = await client.GetAsync($"http://127.0.0.1:{loop.Port}/here?x=1", Cancellation);
        Assert.Equal(307, (int)moved.StatusCode);
        Assert.Equal("/here?x=1", moved.Headers.Location!.OriginalString);

        for (var i = 0; i < 2; i++)
        {
            using var content = new StringContent("body");
            using var made = await client.PostAsync($"http://127.0.0.1:{answer.Port}/", content, Cancellation);
            Assert.Equal("made", await made.Content.ReadAsStringAsync(Cancellation));
            Assert.Equal("1", made.Headers.GetValues("X-One").Single());
        }

        Assert.Equal(1, answer.Counters.Accepted);
    }

    [Fact]
    public async Task Hanging_scripts_hang_until_the_server_stops()
    {
        var leaks = new LeakCheck();
        var server = ScriptedServer.Start(Scripts.Hang, Scripts.HangAfterRequest, Scripts.StallInHead, Scripts.StallMidBody(100, 10));
        var port = server.Port;
        using var client = TestClient.H1();
        var tls = client.GetStringAsync($"https://127.0.0.1:{port}/", Cancellation);
        await server.WaitForConnectionsAsync(1);
        var requests = Enumerable.Range(0, 3).Select(_ => client.GetStringAsync($"http://127.0.0.1:{port}/", Cancellation)).ToArray();
        await server.WaitForConnectionsAsync(4);
        Assert.False(tls.IsCompleted);
        Assert.All(requests, static request => Assert.False(request.IsCompleted));

        await server.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => tls);
        foreach (var request in requests)
            await Assert.ThrowsAnyAsync<Exception>(() => request);
        client.Dispose();
        await leaks.AssertNoNewSocketsAsync(port);
    }

    [Fact]
    public async Task With_tls_a_refused_certificate_lets_no_byte_through()
    {
        await using var server = ScriptedServer.StartTls(TestCertificates.Expired, null, Scripts.Answer("never"));
        await using var good = ScriptedServer.StartTls(TestCertificates.Server, null, Scripts.Answer("hello"));
        using var client = TestClient.H1();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync($"https://localhost:{server.Port}/", Cancellation));
        Assert.IsType<AuthenticationException>(error.InnerException);
        Assert.Equal(0, server.Counters.Bytes);
        Assert.Equal("hello", await client.GetStringAsync($"https://localhost:{good.Port}/", Cancellation));
        Assert.True(good.Counters.RawBytes > good.Counters.Bytes);
    }

    [Fact]
    public async Task A_mistake_in_a_script_fails_the_test()
    {
        var server = ScriptedServer.Start(static (_, _) => throw new InvalidOperationException("wrong script"));
        using (var client = await ConnectAsync(server))
            Assert.Equal(0, await client.ReceiveAsync(new byte[1], Cancellation));
        var error = await Assert.ThrowsAsync<CheckFailedException>(async () => await server.DisposeAsync());
        Assert.Contains("wrong script", error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// Which error a client sees depends on how far it was when it noticed; that it sees one does not. The platform's asks a new connection for the address of its peer, and what a socket that was reset
    /// says to that it lets out as it is.
    /// </summary>
    private static async Task AssertFailsAsync(HttpClient client, ScriptedServer server)
    {
        var error = await Record.ExceptionAsync(() => client.GetStringAsync($"http://127.0.0.1:{server.Port}/", Cancellation));
        Assert.True(error is HttpRequestException or SocketException { SocketErrorCode: SocketError.NotConnected }, $"Not the failure of a request: {error}");
    }

    private static async Task<Socket> ConnectAsync(ScriptedServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", server.Port, Cancellation);
        return socket;
    }

    // The body's own failure comes wrapped in that of the request.
    private static HttpRequestError Deepest(Exception error)
    {
        var found = HttpRequestError.Unknown;
        for (var one = error; one is not null; one = one.InnerException)
        {
            found = one switch
            {
                HttpRequestException request when request.HttpRequestError != HttpRequestError.Unknown => request.HttpRequestError,
                HttpIOException body => body.HttpRequestError,
                _ => found,
            };
        }

        return found;
    }
}
