using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Servers.Mqtt;
using SecureStreams.Tests.EndToEnd;
using SecureStreams.Tests.Network.Support;
using Xunit;

namespace SecureStreams.Tests.Telemetry;

/// <summary>The steps of a dial as spans below its attempt: over every protocol, with every kind of proxy, and of a dial that fails the steps it came to.</summary>
public sealed class DialSpanTests : IAsyncLifetime
{
    private static readonly string[] Protocols = ["h1", "h2", "ws", "raw", "mqtt"];

    private KestrelTestHost _host = null!;

    public static TheoryData<string, string> Ways => [.. Protocols.SelectMany(static _ => (string[])["none", "socks5", "connect"], static (protocol, proxy) => (protocol, proxy))];

    public static TheoryData<string, Broken> Failures => [.. Protocols.SelectMany(static _ => Enum.GetValues<Broken>(), static (protocol, broken) => (protocol, broken))];

    public enum Broken
    {
        Name,
        Port,
        DeadProxy,
        Socks5,
        Connect,
        Certificate,
        SilentTls,
    }

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_connection_has_a_span_for_each_step(string protocol, string proxy)
    {
        using var spans = new SpanProbe();
        await using var broker = MqttTestBroker.StartTls(TestCertificates.Server);
        var port = protocol == "mqtt" ? broker.Port : PortOf(protocol);
        using var relay = proxy switch { "socks5" => RelayProxy.Socks5(port), "connect" => RelayProxy.Connect(port), _ => null };
        var streamType = $"dial {protocol} {proxy}";
        await RunAsync(streamType, protocol, port, Through(proxy, relay?.Port), SsState.Connected);

        var attempt = Assert.Single(spans.Of("ss.attempt", streamType));
        Assert.Equal((ActivityStatusCode.Unset, "localhost", port, "127.0.0.1", relay?.Port ?? port), (attempt.Status, attempt.GetTagItem("server.address"),
            attempt.GetTagItem("server.port"), attempt.GetTagItem("network.peer.address"), attempt.GetTagItem("network.peer.port")));
        var steps = StepsOf(spans, attempt);
        Assert.Equal(proxy == "none" ? ["names", "connect", "tls"] : ["names", "connect", "proxy", "tls"], steps.Select(NameOf));
        Assert.All(steps, static step => Assert.Equal((ActivityStatusCode.Unset, ActivityKind.Internal, null), (step.Status, step.Kind, step.GetTagItem("error.type"))));
        Follow(steps);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_dial_that_fails_has_the_steps_it_came_to(string protocol, Broken broken)
    {
        using var spans = new SpanProbe();
        using var dead = new DeadPort();
        using var silent = broken == Broken.SilentTls ? Silent(new()) : null;
        var (port, more, steps, phase, code) = broken switch
        {
            Broken.Name => (1, "", "names", SsPhase.Names, SsCauseCode.NameNotFound),
            Broken.Port => (dead.Number, "", "names connect", SsPhase.Connect, SsCauseCode.ConnectionRefused),
            Broken.DeadProxy => (1, Through("socks5", dead.Number), "names connect", SsPhase.Proxy, SsCauseCode.ConnectionRefused),
            Broken.Socks5 => (1, "socks5", "names connect proxy", SsPhase.Proxy, SsCauseCode.ProxyRefused),
            Broken.Connect => (1, "connect", "names connect proxy", SsPhase.Proxy, SsCauseCode.ProxyRefused),
            Broken.Certificate => (PortOf(protocol == "mqtt" ? "raw" : protocol), "", "names connect tls", SsPhase.Tls, SsCauseCode.CertificateUntrusted),
            _ => (silent!.Port, ", \"connect_timeout_ms\": 300", "names connect tls", SsPhase.Timeout, SsCauseCode.ConnectTimeout),
        };
        using var relay = broken switch { Broken.Socks5 => RelayProxy.Socks5(1, refuses: true), Broken.Connect => RelayProxy.Connect(1, 403), _ => null };
        var streamType = $"broken {protocol} {broken}";
        var cause = await RunAsync(streamType, protocol, port, relay is null ? more : Through(more, relay.Port), SsState.Unreachable, broken);
        Assert.Equal((phase, code), (cause.Phase, cause.Code));

        var attempt = Assert.Single(spans.Of("ss.attempt", streamType));
        Assert.Equal(ActivityStatusCode.Error, attempt.Status);
        var told = StepsOf(spans, attempt);
        Assert.Equal(steps.Split(' '), told.Select(NameOf));
        Assert.All(told[..^1], static step => Assert.Equal((ActivityStatusCode.Unset, null), (step.Status, step.GetTagItem("error.type"))));
        Assert.Equal((ActivityStatusCode.Error, code.ToString(), phase.ToString(), cause.DetailId), (told[^1].Status, told[^1].GetTagItem("error.type"), told[^1].GetTagItem("ss.phase"),
            told[^1].GetTagItem("ss.detail.id")));
        Follow(told);
    }

    [Fact]
    public async Task What_the_application_breaks_off_has_no_step_that_failed()
    {
        using var spans = new SpanProbe();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var silent = Silent(reached);
        var handler = new RecordingHandler();
        await using var context = Open("broken off", "raw", silent.Port, "");
        var stream = context.Create("broken off", handler);
        stream.Connect();
        await reached.Task;
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var attempt = Assert.Single(spans.Of("ss.attempt", "broken off"));
        Assert.All(spans.Below(attempt), static step => Assert.Equal(ActivityStatusCode.Unset, step.Status));
    }

    /// <summary>Takes what comes and says nothing.</summary>
    private static LoopbackPeer<int> Silent(TaskCompletionSource reached) => new(async socket =>
    {
        try
        {
            while (await socket.ReceiveAsync(new byte[4096]) > 0)
                reached.TrySetResult();
        }
        catch (SocketException)
        {
            // The client broke it off, as it was to.
        }

        return 0;
    });

    private static async Task<SsCause> RunAsync(string streamType, string protocol, int port, string more, SsState until, Broken? broken = null)
    {
        var handler = new RecordingHandler();
        await using var context = Open(streamType, protocol, port, more, broken);
        context.Create(streamType, handler).Connect();
        await handler.WaitForStateAsync(until);
        return handler.CauseOf(until);
    }

    private static LocalContext Open(string streamType, string protocol, int port, string more, Broken? broken = null)
    {
        var own = protocol switch
        {
            "h1" or "h2" => "\"http_method\": \"GET\", \"http_url\": \"/bytes/5\", ",
            "ws" => "\"http_url\": \"/ws/echo\", \"ws_subprotocol\": \"\", ",
            "mqtt" => "\"mqtt_topic\": \"a\", ",
            _ => "",
        };
        var policy = LoopbackPolicy.Around(string.Create(CultureInfo.InvariantCulture,
            $$""" "{{streamType}}": { "endpoint": "localhost", "port": {{port}}, "protocol": "{{protocol}}", {{own}}"tls": true, "tls_trust_store": "{{(broken == Broken.Certificate ? "wrong" : "main")}}"{{more}} } """));
        var names = broken == Broken.Name ? ScriptedNames.Failing(new SocketException((int)SocketError.HostNotFound)) : ScriptedNames.Answering("127.0.0.1");
        return SsContext.FromJson(policy, new SsContextOptions { Platform = SsPlatform.System with { Names = names, SocksProxy = null } });
    }

    private static string Through(string proxy, int? port) => proxy switch
    {
        "socks5" => $", \"via-socks5\": \"proxy.test:{port}\"",
        "connect" => $", \"via_http_proxy\": \"proxy.test:{port}\"",
        _ => "",
    };

    private int PortOf(string protocol) => protocol switch { "h2" => _host.H2Port, "raw" => _host.RawTlsPort, _ => _host.HttpsPort };

    private static Activity[] StepsOf(SpanProbe spans, Activity attempt) => [.. spans.Below(attempt).OrderBy(static step => step.StartTimeUtc).ThenBy(static step => step.StartTimeUtc + step.Duration)];

    private static string NameOf(Activity step) => step.OperationName["ss.dial.".Length..];

    /// <summary>Each begins where the one before it ends.</summary>
    private static void Follow(Activity[] steps) =>
        Assert.All(steps.Zip(steps.Skip(1)), static pair => Assert.Equal(pair.First.StartTimeUtc + pair.First.Duration, pair.Second.StartTimeUtc));
}
