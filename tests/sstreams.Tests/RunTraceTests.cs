using System.Globalization;
using System.Text.RegularExpressions;
using SecureStreams.Codecs.Mqtt;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Servers.Mqtt;

namespace SecureStreams.Tool.Tests;

/// <summary>
/// <c>sstreams run --trace</c> over each protocol, with TLS: the states in their order, each with its cause, and how long each step to the peer took, whether the run went well or
/// not. HTTP/1.1 is in <see cref="RunTests"/>.
/// </summary>
public sealed partial class RunTraceTests : IAsyncLifetime
{
    private const string Milliseconds = @"\d+\.\d ms";
    private const string Trusting = ", \"tls\": true, \"tls_trust_store\": \"known\"";
    private const string Distrusting = ", \"tls\": true, \"tls_trust_store\": \"other\", \"retry\": \"twice\"";

    private KestrelTestHost _host = null!;
    private ScriptedServer _raw = null!;
    private MqttTestBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await KestrelTestHost.StartAsync();
        _broker = MqttTestBroker.StartTls(TestCertificates.Server);

        // Kestrel does not end the sessions of its raw connections.
        _raw = ScriptedServer.StartTls(TestCertificates.Server, null, static (connection, stopping) => connection.WriteAsync("hello", stopping));
    }

    public async ValueTask DisposeAsync()
    {
        await _raw.DisposeAsync();
        await _broker.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("ws", "Creating Poll Connecting Connected connection tx time rx Disconnected Destroying", "--data", "hello", "--receive", "1")]
    [InlineData("h2", "Creating Poll Connecting tx Connected connection time rx rx QosAckRemote Disconnected Destroying", "--data", "hello")]
    [InlineData("raw", "Creating Connecting Connected connection time rx rx Disconnected (Unreachable AllRetriesFailed )?Destroying")]
    [InlineData("mqtt", "Creating Poll Connecting Connected connection tx QosAckRemote Disconnected Destroying", "--data", "hello")]
    public async Task A_run_that_goes_well_tells_every_state_and_step(string protocol, string told, params string[] arguments)
    {
        using var policy = new TestPolicy(StreamType(protocol, PortOf(protocol), Trusting));
        var result = (await policy.RunAsync(["it", "--trace", .. arguments])).Exits(0);
        Assert.Equal(protocol == "mqtt" ? "" : "hello", result.Text);

        // Over raw the connection ends by the peer's end or by that of the run, whichever is seen first.
        Assert.Matches($"^{told}$", string.Join(' ', Words(result)));
        Assert.Matches(Line($@"connection localhost:{PortOf(protocol)} at \S+:{PortOf(protocol)} from \S+:\d+: names {Milliseconds}, connect {Milliseconds}, TLS {Milliseconds}.*"), result.Errors);
        Assert.Equal(protocol == "mqtt", !result.Errors.Contains("first payload", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ws", "Unreachable: Peer/PeerRefused status 403, attempt 1, then idle", "  peer:     HTTP/1.1 403 Forbidden: your licence ran out")]
    [InlineData("h2", "QosNackRemote 403: Peer/PeerRefused status 403, then idle", "  peer:     HTTP/2 403 Forbidden: your licence ran out")]
    [InlineData("mqtt", "Unreachable: Protocol/CredentialsRefused status 135, attempt 1, then idle", "it#1 Unreachable: The broker refused the connection: 0x87 (Not authorized); ")]
    public async Task A_refusal_tells_what_the_peer_said_and_how_it_was_reached(string protocol, string told, string peer)
    {
        _broker.Options.RefuseConnect = static _ => MqttReasonCode.NotAuthorized;
        using var policy = new TestPolicy(StreamType(protocol, PortOf(protocol), Trusting, "/status/403?text=your%20licence%20ran%20out"));
        var result = (await policy.RunAsync("it", "--trace", "--data", "hello")).Exits(1);
        Assert.Matches(Line(Regex.Escape(told)), result.Errors);
        Assert.Contains($"\n    {peer}", result.Errors, StringComparison.Ordinal);
        if (protocol == "h2")
            Assert.Matches(Line($@"connection localhost:.*: names {Milliseconds}, connect {Milliseconds}, TLS {Milliseconds}.*"), result.Errors);
        else
            Reached(result, 1, $"names {Milliseconds}, connect {Milliseconds}, TLS {Milliseconds}");
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("h2")]
    [InlineData("raw")]
    [InlineData("mqtt")]
    public async Task A_refused_certificate_tells_of_each_attempt_how_far_it_came(string protocol)
    {
        using var policy = new TestPolicy(StreamType(protocol, PortOf(protocol), Distrusting));
        var result = (await policy.RunAsync("it", "--trace", "--data", "hello")).Exits(1);
        Assert.Equal("Creating Poll Connecting Unreachable Poll Connecting Unreachable Poll Connecting Unreachable AllRetriesFailed Destroying", string.Join(' ', Words(result)));
        for (var attempt = 1; attempt <= 3; attempt++)
            Assert.Matches(Line($@"Unreachable: Tls/CertificateUntrusted, attempt {attempt}, {(attempt < 3 ? @"retry in \d+ ms" : "then idle")}"), result.Errors);
        Assert.Matches(Line("AllRetriesFailed: Tls/CertificateUntrusted, attempt 3, then idle"), result.Errors);
        Reached(result, 3, $"names {Milliseconds}, connect {Milliseconds}, TLS {Milliseconds}");
        Assert.Equal(3, Regex.Count(result.Errors, @"(?m)^      policy:   policy\.json\(\d+,\d+\) it\.tls_trust_store$"));
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("h2")]
    [InlineData("raw")]
    [InlineData("mqtt")]
    public async Task A_peer_that_is_not_there_tells_of_each_attempt_and_of_what_follows(string protocol)
    {
        using var dead = new DeadPort();
        using var policy = new TestPolicy(StreamType(protocol, dead.Number, Trusting + ", \"retry\": \"twice\""));
        var result = (await policy.RunAsync("it", "--trace", "--data", "hello")).Exits(1);
        Assert.Equal("Creating Poll Connecting Unreachable Poll Connecting Unreachable Poll Connecting Unreachable AllRetriesFailed Destroying", string.Join(' ', Words(result)));
        Assert.All(["attempt 1, retry in 20 ms", "attempt 2, retry in 30 ms", "attempt 3, then idle"],
            what => Assert.Matches(Line($"Unreachable: Connect/ConnectionRefused, {what}"), result.Errors));
        Reached(result, 3, $"names {Milliseconds}, connect {Milliseconds}, TLS -");
        Assert.Equal(3, Regex.Count(result.Errors, @"(?m)^      policy:   policy\.json\(\d+,\d+\) it\.port$"));
    }

    [Theory]
    [InlineData("ws", true)]
    [InlineData("h2", true)]
    [InlineData("raw", true)]
    [InlineData("mqtt", true)]
    [InlineData("ws", false)]
    [InlineData("h2", false)]
    [InlineData("raw", false)]
    [InlineData("mqtt", false)]
    public async Task A_proxy_is_a_step_of_its_own(string protocol, bool opens)
    {
        await using var proxy = new SocksPeer(opens ? "localhost" : "elsewhere.test", PortOf(protocol));
        using var policy = new TestPolicy(StreamType(protocol, PortOf(protocol), string.Create(CultureInfo.InvariantCulture, $"{Trusting}, \"via-socks5\": \"127.0.0.1:{proxy.Port}\"")));
        var result = (await policy.RunAsync(["it", "--trace", .. protocol == "raw" ? [] : (string[])["--data", "hello"], .. protocol == "ws" ? (string[])["--receive", "1"] : []])).Exits(opens ? 0 : 1);
        var steps = $"names -, connect {Milliseconds}, proxy {Milliseconds}, TLS ";
        if (opens)
        {
            Assert.Matches(Line($@"connection localhost:\d+ at 127\.0\.0\.1:{proxy.Port} from \S+ through the SOCKS5 proxy 127\.0\.0\.1:{proxy.Port}: {steps}{Milliseconds}"), result.Errors);
            return;
        }

        Assert.Matches(Line("Unreachable: Proxy/NetworkUnreachable, attempt 1, then idle"), result.Errors);
        Reached(result, 1, steps + "-");
    }

    /// <summary>Of each attempt that failed: the addresses, and the time of each step.</summary>
    private static void Reached(ToolResult result, int attempts, string steps)
    {
        Assert.True(Regex.Count(result.Errors, $@"(?m)^      tried:    \S+: .+ \({Milliseconds}\)$") >= attempts, result.Errors);
        Assert.True(Regex.Count(result.Errors, $"(?m)^      times:    {steps}$") == attempts, result.Errors);
    }

    private static string Line(string pattern) => $@"(?m)^\[ *\d+\.\d{{3}}\] {pattern}$";

    /// <summary>What each line of the timeline begins with, whose times go forward.</summary>
    private static List<string> Words(ToolResult result)
    {
        var lines = TimelineLine().Matches(result.Errors);
        var times = lines.Select(static line => double.Parse(line.Groups["time"].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(times.Order(), times);
        return [.. lines.Select(static line => line.Groups["word"].Value)];
    }

    [GeneratedRegex(@"^\[ *(?<time>\d+\.\d{3})\] (?<word>\w+)", RegexOptions.Multiline)]
    private static partial Regex TimelineLine();

    private int PortOf(string protocol) => protocol switch { "ws" => _host.HttpsPort, "h2" => _host.H2Port, "raw" => _raw.Port, _ => _broker.Port };

    private static string StreamType(string protocol, int port, string more, string? url = null) => string.Create(CultureInfo.InvariantCulture, $$"""
        "it": { "endpoint": "localhost", "port": {{port}}, "protocol": "{{protocol}}"{{protocol switch
    {
        "ws" => $", \"http_url\": \"{url ?? "/ws/echo"}\", \"ws_subprotocol\": \"\"",
        "h2" => $", \"http_method\": \"POST\", \"http_url\": \"{url ?? "/mirror"}\"",
        "mqtt" => ", \"mqtt_topic\": \"a/b\", \"mqtt_qos\": 1, \"mqtt_version\": 5",
        _ => "",
    }}}{{more}} }
        """);
}
