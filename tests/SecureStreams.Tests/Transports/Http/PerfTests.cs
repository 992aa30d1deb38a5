using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Transports.Http;

/// <summary>What <c>perf</c> delivers over HTTP: once for each connection, beside the payload, and never to what is awaited.</summary>
public sealed class PerfTests
{
    private static readonly string[] Members = ["peer", "dns_us", "dns_disp", "sockconn_us", "tls_us", "txn_resp_us", "dns"];

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task One_report_for_a_connection_before_connected(string protocol)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Open(protocol == "h2" ? host.H2Port : host.HttpsPort, protocol);
        var handler = new Listener();
        await using var stream = context.Create("x", handler);
        for (var i = 1; i <= 3; i++)
        {
            stream.Connect();
            await handler.EndedAsync(i);
        }

        var (report, state, flags) = Assert.Single(handler.Reports);
        Assert.Equal(SsState.Connecting, state);
        Assert.Equal(SsRxFlags.PerfJson | SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage, flags);
        Assert.Equal([.. Members, "prot_specific"], report.EnumerateObject().Select(static one => one.Name));
        Assert.Equal("127.0.0.1", report.GetProperty("peer").GetString());
        Assert.Equal(1, report.GetProperty("dns_disp").GetInt32());
        Assert.Equal(["127.0.0.1"], report.GetProperty("dns").EnumerateArray().Select(static one => one.GetString()));
        Assert.Equal("""{"protocol":"http","resp":200}""", report.GetProperty("prot_specific").GetRawText());
        Assert.All(["sockconn_us", "tls_us", "txn_resp_us"], name => Assert.True(report.GetProperty(name).GetInt64() > 0, report.GetRawText()));
        Assert.Equal(15, handler.Payload);
    }

    [Theory]
    [InlineData("127.0.0.1", 0, 1)]
    [InlineData("", 3, 0)]
    public async Task A_failed_attempt_tells_how_far_it_came(string address, int disposition, int unused)
    {
        using var dead = new DeadPort();
        var names = address.Length > 0 ? ScriptedNames.Answering(address) : ScriptedNames.Failing(new SocketException((int)SocketError.HostNotFound));
        await using var context = Open(dead.Number, "h1", names, endpoint: address.Length > 0 ? address : "nowhere.test");
        var handler = new Listener();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.FailedAsync();

        var (report, _, _) = Assert.Single(handler.Reports);
        Assert.Equal(Members, report.EnumerateObject().Select(static one => one.Name));
        Assert.Equal(("", disposition), (report.GetProperty("peer").GetString(), report.GetProperty("dns_disp").GetInt32()));
        Assert.Equal(unused, names.Asked.Count == 0 ? 1 : 0);
    }

    [Fact]
    public async Task What_is_awaited_never_sees_it()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Open(host.HttpsPort, "h1");
        var response = await context.TransactAsync("x", default, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(5, response.Body.Length);
    }

    [Fact]
    public async Task Without_perf_there_is_none()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var context = Open(host.HttpsPort, "h1", perf: "false");
        var handler = new Listener();
        await using var stream = context.Create("x", handler);
        stream.Connect();
        await handler.EndedAsync(1);
        Assert.Empty(handler.Reports);
        Assert.Equal($"localhost:{host.HttpsPort}", stream.Explain().Connection!.Endpoint);
    }

    private static LocalContext Open(int port, string protocol, ScriptedNames? names = null, string endpoint = "localhost", string perf = "true") => SsContext.FromJson(
        $$"""
        {
          "certs": [{ "root": "{{SecureStreams.TestSupport.Certificates.TestCertificates.Authority.Base64Der}}" }],
          "trust_stores": [{ "name": "test", "stack": ["root"] }],
          "s": [{ "x": { "endpoint": "{{endpoint}}", "port": {{port}}, "protocol": "{{protocol}}", "http_url": "/bytes/5", "tls": true, "tls_trust_store": "test", "perf": {{perf}} } }]
        }
        """,
        new() { Platform = SsPlatform.System with { Names = names ?? ScriptedNames.Answering("127.0.0.1"), SocksProxy = null } });

    private sealed class Listener : SecureStreamHandler
    {
        private readonly SemaphoreSlim _ended = new(0);
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private SsState _state;

        public List<(JsonElement Report, SsState State, SsRxFlags Flags)> Reports { get; } = [];

        public long Payload { get; private set; }

        public async Task EndedAsync(int times)
        {
            Assert.True(times > 0);
            await _ended.WaitAsync(TestContext.Current.CancellationToken);
        }

        public Task FailedAsync() => _failed.Task;

        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            _state = change.State;
            if (change.State == SsState.Disconnected)
                _ended.Release();
            if (change.State == SsState.AllRetriesFailed)
                _failed.TrySetResult();
            return SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            if ((flags & SsRxFlags.PerfJson) != 0)
                Reports.Add((JsonDocument.Parse(payload.ToArray()).RootElement, _state, flags));
            else
                Payload += payload.Length;
            return SsResult.Continue;
        }
    }
}
