using System.Net.Sockets;
using System.Text.Json;
using SecureStreams.TestSupport.Repository;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>A lasting connection takes the same way: proxy, port from metadata, <c>perf</c>, and what operators are shown.</summary>
public sealed class RawDialTests
{
    [Fact]
    public async Task Raw_goes_through_the_proxy_to_the_port_of_the_metadata_and_tells_its_timings()
    {
        using var proxy = new LoopbackPeer<string>(static async socket =>
        {
            await using var stream = new NetworkStream(socket);
            var greeting = new byte[3];
            await stream.ReadExactlyAsync(greeting);
            await stream.WriteAsync(Convert.FromHexString("0500"));
            var request = new byte[7 + "peer.test".Length];
            await stream.ReadExactlyAsync(request);
            await stream.WriteAsync((byte[])[.. Convert.FromHexString("05000001000000000000"), .. "hello"u8]);
            return Convert.ToHexStringLower(request);
        });
        await using var context = Open($"127.0.0.1:{proxy.Port}");
        var handler = new Listener();
        await using var stream = context.Create("x", handler, new SsStreamOptions { Metadata = { ["m"] = "9999" } });
        stream.Connect();
        await handler.Done.Task;

        Assert.EndsWith("270f", await proxy.Result, StringComparison.Ordinal);
        Assert.Equal("hello", handler.Text);
        var report = Assert.Single(handler.Reports);
        Assert.Equal(("127.0.0.1", 0), (report.GetProperty("peer").GetString(), report.GetProperty("dns_disp").GetInt32()));
        Assert.True(report.GetProperty("proxy_us").GetInt64() > 0, report.GetRawText());
        Assert.Equal(("peer.test:9999", $"SOCKS5 proxy 127.0.0.1:{proxy.Port}"), (stream.Explain().Connection!.Endpoint, stream.Explain().Connection!.Proxy));
    }

    [Fact]
    public async Task An_attempt_that_fails_tells_how_far_it_came()
    {
        using var dead = new DeadPort();
        await using var context = Open($"127.0.0.1:{dead.Number}");
        var handler = new Listener();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.Done.Task;
        Assert.Equal("", Assert.Single(handler.Reports).GetProperty("peer").GetString());
        Assert.Equal((SsPhase.Proxy, SsCauseCode.ConnectionRefused), (handler.Cause.Phase, handler.Cause.Code));
    }

    private static LocalContext Open(string proxy) => SsContext.FromJson(
        $$"""
        { "s": [{ "x": { "endpoint": "peer.test", "port": 1, "protocol": "raw", "opportunistic": true, "metadata": [{ "m": "" }], "port_metadata": "m", "via-socks5": "{{proxy}}", "perf": true } }] }
        """,
        new() { Platform = SsPlatform.System with { Names = ScriptedNames.Failing(new InvalidOperationException("The proxy looks names up.")) } });

    private sealed class Listener : SecureStreamHandler
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<JsonElement> Reports { get; } = [];

        public string Text { get; private set; } = "";

        public SsCause Cause { get; private set; }

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            if (change.State is SsState.Disconnected or SsState.AllRetriesFailed)
            {
                Cause = change.Cause;
                Done.TrySetResult();
            }

            return SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            if ((flags & SsRxFlags.PerfJson) != 0)
                Reports.Add(JsonDocument.Parse(payload.ToArray()).RootElement);
            else
                Text += System.Text.Encoding.ASCII.GetString(payload);
            return SsResult.Continue;
        }
    }
}
