using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using SecureStreams.Server.Http;
using SecureStreams.Server.Tests.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Time;

namespace SecureStreams.Server.Tests.Routing;

/// <summary>HTTP and raw connections on one port, in the clear and in TLS, told apart by what a client says first.</summary>
public sealed class SniffTests
{
    private const string Lines = "\"lines\": { \"server\": true, \"protocol\": \"raw\", \"endpoint\": \"!web\", \"metadata\": [{ \"v\": \"\" }], \"metadata_from_connection\": [{ \"v\": \"tls_version\" }] }";

    private static readonly string Web = $"\"web\": {{ \"server\": true, \"protocol\": \"h2\", \"endpoint\": \"127.0.0.1\", {ServerBench.Tls}, \"sniff_protocol\": true, "
        + "\"metadata\": [{ \"method\": \"\" }, { \"path\": \"\" }, { \"query\": \"\" }, { \"arg\": \"\" }, { \"agent\": \"\" }, { \"mime\": \"content-type:\" }] }";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_port_serves_http_and_raw_in_the_clear_and_in_tls()
    {
        await using var bench = new ServerBench($"{Web}, {Lines}");
        await using var web = bench.Context.CreateListener("web", static _ => new HttpEchoHandler());
        await using var lines = bench.Echo("lines");
        foreach (var tls in new[] { false, true })
        {
            foreach (var version in new[] { "1.1", "2.0" })
            {
                using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) } };
                using var client = new HttpClient(handler) { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
                var uri = new Uri($"{(tls ? "https" : "http")}://localhost:{ServerBench.PortOf(web)}/x");
                Assert.StartsWith("GET /x", await client.GetStringAsync(uri, Token), StringComparison.Ordinal);

                // A body comes whole too. The client takes nothing of the answer before it has sent all of it, so that it may not be more than flow control lets pass.
                var body = DeterministicBytes.Make(40_000);
                using var answer = await client.PostAsync(uri, new ByteArrayContent(body), Token);
                Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync(Token));
            }

            foreach (var begin in new[] { "", "GE", "P", "PRI * HTTP/3", "hello" })
            {
                await using Stream stream = tls ? await ServerBench.ConnectTlsAsync(web, bench.Authority) : new NetworkStream(await ServerBench.ConnectAsync(web), ownsSocket: true);
                await EchoAsync(stream, [.. Encoding.ASCII.GetBytes(begin), 0, .. DeterministicBytes.Make(100_000)]);
                await Poll.UntilAsync(() => lines.Streams.Count == 1, static () => "It is not the raw streamtype's.");
                Assert.Equal(tls ? "1.3" : null, lines.Streams.Single().GetMetadata("v"));
                if (!tls)
                    ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
                else
                    await ((SslStream)stream).ShutdownAsync();
                Assert.Equal(0, await stream.ReadAsync(new byte[1], Token).AsTask().OrFail(static () => "Its end is not answered."));
                await stream.DisposeAsync();
                await Poll.UntilAsync(() => lines.Streams.Count == 0, static () => "The raw stream stays.");
            }
        }

        await Poll.UntilAsync(() => web.Streams.Count == 0 && ((ServerListener)web).Connections == 0, () => $"{((ServerListener)web).Connections} connections");
    }

    [Fact]
    public async Task Bytes_one_by_one_are_judged_as_all_at_once_and_none_is_lost()
    {
        await using var bench = new ServerBench($"{Web}, {Lines}");
        await using var web = bench.Context.CreateListener("web", static _ => new HttpEchoHandler());
        await using var lines = bench.Echo("lines");
        using var request = await ServerBench.ConnectAsync(web);
        request.NoDelay = true;
        foreach (var one in Encoding.ASCII.GetBytes("OPTIONS /slow HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
            await request.SendAsync(new[] { one }, Token);
        await using var answer = new NetworkStream(request);
        using var reader = new StreamReader(answer);
        Assert.StartsWith("HTTP/1.1 200 OK", await reader.ReadToEndAsync(Token).OrFail(static () => "It is not answered."), StringComparison.Ordinal);

        await using var raw = new NetworkStream(await ServerBench.ConnectAsync(web), ownsSocket: true);
        raw.Socket.NoDelay = true;
        foreach (var one in "OPTIONALLY"u8.ToArray())
            await raw.WriteAsync(new[] { one }, Token);
        var back = new byte[10];
        await raw.ReadExactlyAsync(back, Token).AsTask().OrFail(static () => "No echo.");
        Assert.Equal("OPTIONALLY"u8.ToArray(), back);
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_closed_at_the_bound_and_one_that_ends_undecided_is_raw()
    {
        var clock = new ManualTimeProvider();
        await using var bench = new ServerBench($"{Web}, {Lines}", clock);
        await using var web = bench.Context.CreateListener("web", static _ => new HttpEchoHandler());
        await using var lines = bench.Listen("lines");
        using (var silent = await ServerBench.ConnectAsync(web))
        {
            await clock.WaitForArmedExactlyAsync(TimeSpan.FromSeconds(10));
            clock.Advance(TimeSpan.FromSeconds(10));
            Assert.Equal(0, await silent.ReceiveAsync(new byte[1]).OrFail(static () => "It is not closed."));
        }

        Assert.Contains(bench.Context.Diagnostics.Recent(), static one => one.Policy?.Attribute == "web.unauthenticated_timeout_ms");
        using var short_ = await ServerBench.ConnectAsync(web);
        await short_.SendAsync("PO"u8.ToArray(), Token);
        short_.Shutdown(SocketShutdown.Send);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForAsync(static one => one.Events.Any(static e => e.Flags.HasFlag(SsRxFlags.PeerEndOfStream)));
        Assert.Equal("PO", handler.ReceivedText);
        bench.Streams.Single().Disconnect();
        await handler.WaitForStateAsync(SsState.Destroying);
    }

    [Fact]
    public async Task A_client_that_goes_ends_its_request_and_a_drain_serves_what_is_under_way()
    {
        await using var bench = new ServerBench($"{Web}, {Lines}");
        await using var web = bench.Listen("web");
        await using var lines = bench.Listen("lines");
        using (var gone = await ServerBench.ConnectAsync(web))
        {
            await gone.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray(), Token);
            await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.ServerTxn);
            gone.LingerState = new LingerOption(true, 0);
        }

        var first = await bench.AcceptedAsync();
        await first.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(SsCauseCode.ConnectionReset, first.CauseOf(SsState.Disconnected).Code);

        using var idle = await ServerBench.ConnectAsync(web);
        using var busy = await ServerBench.ConnectAsync(web);
        await busy.SendAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray(), Token);
        await (await bench.AcceptedAsync(2)).WaitForStateAsync(SsState.ServerTxn);
        var draining = web.DrainAsync(Token).AsTask();
        await (await bench.AcceptedAsync(2)).WaitForStateAsync(SsState.EventWaitCancelled);
        bench.Streams.Last().ServerAck();
        bench.Streams.Last().RequestTransmit(0);
        Assert.Equal(0, await draining.OrFail(static () => "The drain does not end."));
        var buffer = new byte[1024];
        Assert.StartsWith("HTTP/1.1 200 OK", Encoding.ASCII.GetString(buffer, 0, await busy.ReceiveAsync(buffer)), StringComparison.Ordinal);
        Assert.Equal(0, await idle.ReceiveAsync(buffer).OrFail(static () => "It is not closed."));
    }

    [Theory]
    [InlineData("", false, null)]
    [InlineData("", true, 0)]
    [InlineData("G", false, null)]
    [InlineData("GET", false, null)]
    [InlineData("GET ", false, 1)]
    [InlineData("GETS", false, 0)]
    [InlineData("get /", false, 0)]
    [InlineData("PATCH /", false, 1)]
    [InlineData("CONNECT h", false, 1)]
    [InlineData("PRI * HTTP/2.0\r", false, null)]
    [InlineData("PRI * HTTP/2.0\r\n", false, 2)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM", false, 2)]
    [InlineData("PRI x", false, 0)]
    [InlineData("PO", true, 0)]
    [InlineData("\r\nGET / ", false, 0)]
    [InlineData("\0", false, 0)]
    public void The_beginning_of_a_connection_is_judged_as_soon_as_it_can_be(string begin, bool isAll, int? expected) =>
        Assert.Equal((HttpBeginningKind?)expected, HttpBeginning.Judge(Encoding.ASCII.GetBytes(begin), isAll));

    private static async Task EchoAsync(Stream stream, byte[] bytes)
    {
        var writing = stream.WriteAsync(bytes, Token).AsTask();
        var back = new byte[bytes.Length];
        await stream.ReadExactlyAsync(back, Token).AsTask().OrFail(static () => "No echo.");
        await writing;
        Assert.Equal(bytes, back);
    }
}
