using System.Runtime.CompilerServices;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>What becomes of the connections of an HttpClient's requests when peers fall silent and callers forget.</summary>
public sealed class ClientConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_shared_connection_that_never_answers_is_left_however_early_each_request_gives_up()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var relay = TcpRelay.Start(host.H2cPort);
        await using var bench = new ClientBench(ClientBench.At(relay.Port, "\"protocol\": \"h2\""));
        using var client = bench.Context.CreateHttpClient("api");
        await client.GetByteArrayAsync("bytes/5", Token);
        relay.Connections[0].Stop(RelayDirection.Both);

        // None of them waits for as long as an answer may take; together they do.
        for (var i = 0; i < 6; i++)
        {
            using var patience = new CancellationTokenSource();
            var sending = client.GetByteArrayAsync("bytes/5", patience.Token);
            bench.Clock.Advance(TimeSpan.FromSeconds(5));
            await patience.CancelAsync();
            await sending.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).OrFail(static () => "A request that was given up does not end.");
        }

        Assert.Equal(5, (await client.GetByteArrayAsync("bytes/5", Token).OrFail(static () => "The dead connection is still in use.")).Length);
    }

    [Theory]
    [InlineData("302 Found", "bytes/5")]
    [InlineData("503 Busy", "")]
    public async Task A_body_nobody_wants_that_stalls_holds_no_request_up(string status, string next)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var server = ScriptedServer.Start(
            async (connection, stopping) =>
            {
                await connection.ReadHeadAsync(stopping);
                await connection.WriteAsync($"HTTP/1.1 {status}\r\nLocation: http://127.0.0.1:{host.HttpPort}/{next}\r\nContent-Length: 100\r\n\r\nhalf", stopping);
                await ScriptedConnection.HoldAsync(stopping);
            },
            Scripts.Answer("12345"));
        await using var bench = new ClientBench(ClientBench.At(server.Port, "\"protocol\": \"h1\", \"allow_redirects\": true, \"retry\": \"twice\""));
        using var client = bench.Context.CreateHttpClient("api");
        var sending = client.GetByteArrayAsync("x", Token);
        await bench.PassAsync(TimeSpan.FromSeconds(2));
        if (next.Length == 0)
            await bench.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(5, (await sending.OrFail(static () => "The request does not end.")).Length);
    }

    [Fact]
    public async Task A_response_that_the_caller_forgot_does_not_hold_its_connection_for_good()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new ClientBench(host, "h1");
        using var client = bench.Context.CreateHttpClient("api");
        var leaks = new LeakCheck();
        await ForgetAsync(client);
        for (var i = 0; i < 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        await leaks.AssertNoNewSocketsAsync(host.HttpPort);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ForgetAsync(HttpClient client)
    {
        var response = await client.GetAsync("hang?head=1", HttpCompletionOption.ResponseHeadersRead, Token);
        await response.Content.ReadAsStreamAsync(Token);
    }
}
