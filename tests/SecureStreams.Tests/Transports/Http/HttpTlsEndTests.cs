using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Integration;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>A body that nothing but the end of its connection ends: over TLS it is whole only where TLS was ended too (RFC 9112 section 9.8).</summary>
public sealed class HttpTlsEndTests
{
    private const string Head = "HTTP/1.1 200 OK\r\n\r\n";
    private const string Chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    public static TheoryData<string, bool, bool, bool> Bodies()
    {
        var all = new TheoryData<string, bool, bool, bool>();
        foreach (var way in new[] { "first", "later", "bit by bit", "bounded" })
        {
            foreach (var empty in new[] { false, true })
            {
                all.Add(way, empty, true, true);
                all.Add(way, empty, false, true);
                all.Add(way, empty, false, false);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task It_is_whole_only_where_the_peer_said_that_it_is(string way, bool empty, bool orderly, bool tls)
    {
        var heard = new SemaphoreSlim(0);
        await using var server = Start(tls, async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync(Head, stopping);
            if (way == "bit by bit")
                await heard.WaitAsync(stopping);
            if (!empty)
                await connection.WriteAsync("some", stopping);
            if (way == "bit by bit" && !empty)
                await heard.WaitAsync(stopping);
            await EndAsync(connection, orderly, stopping);
        });
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port, tls: tls, more: way == "bounded" ? "\"max_body_bytes\": 1000" : "");

        // How it is read depends on what the answers before it were like.
        bench.Factory.PlanOf(policy).AnswersAtOnce = way == "later";
        var (run, failure) = await bench.RunAsync(policy, run => run.OnEvent = what =>
        {
            if (what is "connected" or "rx-som")
                heard.Release();
        });
        Assert.Equal(empty ? "" : "some", run.ReceivedText);
        if (orderly || !tls)
        {
            Assert.Null(failure);
            Assert.Equal(empty ? "connected ack-200 closed" : "connected rx-som rx-eom ack-200 closed", run.Story);
        }
        else
        {
            Assert.Equal(empty ? "connected closed" : "connected rx-som closed", run.Story);
            Assert.Equal((SsPhase.Payload, SsCauseCode.PayloadTruncated), (failure!.Phase, failure.Code));
            Assert.Contains("close_notify", failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsome")]
    [InlineData(Chunks + "4\r\nsome\r\n0\r\n\r\n")]
    public async Task What_says_itself_where_it_ends_needs_no_end_of_TLS(string answer)
    {
        await using var server = Start(tls: true, async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync(answer, stopping);
            await EndAsync(connection, orderly: false, stopping);
        });
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, tls: true));
        Assert.Null(failure);
        Assert.Equal(("some", "connected rx-som rx-eom ack-200 closed"), (run.ReceivedText, run.Story));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_HttpClient_over_the_policy_is_told_too(bool orderly)
    {
        await using var server = Start(tls: true, async (connection, stopping) =>
        {
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync(Head + "some", stopping);
            await EndAsync(connection, orderly, stopping);
        });
        await using var bench = new ClientBench(ClientBench.At(server.Port, "\"protocol\": \"h1\", \"tls\": true, \"tls_trust_store\": \"main\""));
        using var client = bench.Context.CreateHttpClient("api");
        var asked = client.GetStringAsync("x", TestContext.Current.CancellationToken);
        if (orderly)
            Assert.Equal("some", await asked);
        else
            Assert.Contains("close_notify", (await Assert.ThrowsAsync<HttpRequestException>(() => asked)).ToString(), StringComparison.Ordinal);
    }

    private static ScriptedServer Start(bool tls, params ConnectionScript[] scripts) =>
        tls ? ScriptedServer.StartTls(TestCertificates.Server, null, scripts) : ScriptedServer.Start(scripts);

    /// <summary>Ends the connection; in order TLS is ended before. What the client still sends is taken, so that the system makes no reset of it.</summary>
    private static async Task EndAsync(ScriptedConnection connection, bool orderly, CancellationToken stopping)
    {
        if (orderly)
            return;
        connection.HalfClose();
        await connection.DrainAsync(stopping);
    }
}
