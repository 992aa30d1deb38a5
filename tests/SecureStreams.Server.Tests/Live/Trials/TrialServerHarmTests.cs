using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Server.Tests.Live.Trials;

/// <summary>Harmful changes of servers, over every protocol: the listener is where and what it was afterwards, and serves.</summary>
public sealed class TrialServerHarmTests(TrialTown town, ITestOutputHelper output) : IClassFixture<TrialTown>
{
    private static readonly string[] Harms =
    [
        "a taken port", "an address that is not ours", "another protocol", "no TLS any more", "a certificate that clients do not trust", "certificates asked of clients that have none", "the streamtype is gone",
    ];

    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var protocol in TrialTown.Protocols)
            {
                foreach (var harm in Harms)
                    all.Add(protocol, harm);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task It_is_taken_back(string protocol, string harm)
    {
        using var own = town.Authority.Issue("127.0.0.1");
        using var strange = town.Stranger.Issue("127.0.0.1");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var clock = new HeldClock();
        var types = $$"""
            "srv": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "tls": true, "server_cert": "own", "server_key": "ownkey"{{(protocol == "raw" ? "" : ", \"http_url\": \"/echo\"")}} }
            """;
        const string Other = """ "spare": { "endpoint": "spare.test", "protocol": "raw", "port": 1 } """;
        string Policy(string streamTypes) => $$"""
            {
              "certs": [{ "ca": "{{town.Authority.Base64Der}}" }, {{TrialTown.Pair("own", own)}}, {{TrialTown.Pair("strange", strange)}}], "trust_stores": [{ "main": ["ca"] }],
              "s": [{ {{streamTypes}} }]
            }
            """;
        await using var servers = SsContext.FromJson(Policy($"{types}, {Other}"), new SsContextOptions { Platform = new SsPlatform { Time = clock } }.UseServer());
        await using var listener = servers.CreateListener("srv", static _ => new WebSocket.MessageEchoHandler());
        var port = ServerBench.PortOf(listener);
        await using var clients = SsContext.FromJson(town.Clients(protocol, tls: true));
        clients.ApplyOverlay($$"""{ "s": [{ "t": { "port": {{port}} } }] }""").EnsureNotRefused();
        var talker = new Talker();
        var stream = clients.Create("t", talker);
        await ExchangeAsync(stream, talker);

        var (change, reason) = harm switch
        {
            "a taken port" => ($"\"port\": {((IPEndPoint)taken.LocalEndpoint).Port}", "Connect/LocalAddressUnavailable"),
            "an address that is not ours" => ("\"endpoint\": \"192.0.2.1\"", "Connect/LocalAddressUnavailable"),
            "another protocol" => ($"\"protocol\": \"{(protocol == "raw" ? "h1" : "raw")}\", \"http_url\": null", "Update/PolicyChanged"),
            "no TLS any more" => ("\"tls\": false", "Update/PolicyChanged"),
            "a certificate that clients do not trust" => ("\"server_cert\": \"strange\", \"server_key\": \"strangekey\"", "Tls/"),
            "certificates asked of clients that have none" => ("\"tls_client_auth\": \"require\", \"tls_client_trust_store\": \"main\"", "Tls/CertificateInvalid"),
            _ => ("", "Update/StreamTypeRemoved"),
        };
        var options = new SsPolicyTrialOptions { Duration = HeldClock.Window };
        var update = change.Length == 0 ? servers.UpdatePolicy(Policy(Other), options) : servers.ApplyOverlay($$"""{ "s": [{ "srv": { {{change}} } }] }""", "harm", options);
        Assert.True(update.Applied, update.Refusal);
        var trial = update.Trial!;

        // Who is there stays there; it is newcomers that meet what has changed.
        for (var knocks = 0; knocks < 5 && harm.Contains("certificate", StringComparison.Ordinal); knocks++)
            await KnockAsync(port);
        await Poll.UntilAsync(
            () => trial.State != SsPolicyTrialState.Running || trial.Evidence().Any(one => !one.IsHealthy && one.Causes.Any(IsExpected)),
            () => string.Join("; ", trial.Evidence()) + string.Join("\n", servers.Diagnostics.Recent()));

        clock.End();
        var result = await trial.Completion.OrFail(() => $"The trial does not end: {trial}");
        output.WriteLine(result.ToString());
        Assert.Equal(SsPolicyTrialState.Reverted, result.State);
        Assert.True(result.Recovered, result.ToString());
        Assert.Contains(result.Evidence.Single(static one => one.StreamType == "srv").Causes, IsExpected);
        Assert.Equal(port, ServerBench.PortOf(listener));
        await ExchangeAsync(stream, talker);

        // Newcomers too.
        bool IsExpected(SsPolicyTrialCause one) => $"{one.Phase}/{one.Code}".StartsWith(reason, StringComparison.Ordinal);
        var second = new Talker();
        await using var others = SsContext.FromJson(town.Clients(protocol, tls: true));
        others.ApplyOverlay($$"""{ "s": [{ "t": { "port": {{port}} } }] }""").EnsureNotRefused();
        await ExchangeAsync(others.Create("t", second), second);
        Assert.Equal(0, talker.Troubles);
    }

    [Fact]
    public async Task A_port_that_is_taken_on_the_way_back_is_told()
    {
        var clock = new HeldClock();
        await using var servers = SsContext.FromJson(
            """{ "s": [{ "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", "port": 0 } }] }""",
            new SsContextOptions { Platform = new SsPlatform { Time = clock } }.UseServer());
        await using var listener = servers.CreateListener("srv", static _ => new WebSocket.MessageEchoHandler());
        int first;
        using (var any = new TcpListener(IPAddress.Loopback, 0))
        {
            any.Start();
            first = ((IPEndPoint)any.LocalEndpoint).Port;
        }

        // From a stated port to another, and somebody takes the first meanwhile.
        servers.ApplyOverlay($$"""{ "s": [{ "srv": { "port": {{first}} } }] }""", "first");
        await Poll.UntilAsync(() => ServerBench.PortOf(listener) == first, () => $"It listens at {listener.EndPoints[0]}.");
        int second;
        using (var any = new TcpListener(IPAddress.Loopback, 0))
        {
            any.Start();
            second = ((IPEndPoint)any.LocalEndpoint).Port;
        }

        var trial = servers.ApplyOverlay($$"""{ "s": [{ "srv": { "port": {{second}} } }] }""", "second", new SsPolicyTrialOptions { Duration = HeldClock.Window }).Trial!;
        await Poll.UntilAsync(() => ServerBench.PortOf(listener) == second && trial.Evidence()[0].IsHealthy, () => $"It listens at {listener.EndPoints[0]}.");
        using var thief = new TcpListener(IPAddress.Loopback, first);
        await Poll.UntilAsync(
            () =>
            {
                try
                {
                    thief.Start();
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            () => $"Port {first} stays taken.");
        Assert.NotNull(servers.RevertTrial());
        var result = await trial.Completion.OrFail(() => $"The trial does not end: {trial}");
        output.WriteLine(result.ToString());
        Assert.Equal((SsPolicyTrialState.Reverted, false), (result.State, result.Recovered));
        var missing = Assert.Single(result.NotRecovered);
        Assert.Equal((1, 1), (missing.Listeners, missing.ListenersFailed));
        Assert.Equal(SsCauseCode.LocalAddressUnavailable, Assert.Single(missing.Causes).Code);
        Assert.Contains($":{first}", missing.Causes[0].Detail!.Message, StringComparison.Ordinal);

        // It still serves, where it could.
        Assert.Equal(second, ServerBench.PortOf(listener));
    }

    private async Task KnockAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        await using var stream = new System.Net.Security.SslStream(new NetworkStream(socket));
        var policy = new System.Security.Cryptography.X509Certificates.X509ChainPolicy
        {
            TrustMode = System.Security.Cryptography.X509Certificates.X509ChainTrustMode.CustomRootTrust,
            RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(town.Authority.Certificate);
        try
        {
            await stream.AuthenticateAsClientAsync(new System.Net.Security.SslClientAuthenticationOptions { TargetHost = "127.0.0.1", CertificateChainPolicy = policy }).OrFail(static () => "The handshake does not end.");
            _ = await stream.ReadAsync(new byte[1]).AsTask().OrFail(static () => "The server says nothing.");
        }
        catch (Exception error) when (error is AuthenticationException or IOException)
        {
            // One of the two does not want the other.
        }
    }

    private static async Task ExchangeAsync(SecureStream stream, Talker talker)
    {
        var before = talker.Received;
        await Poll.UntilAsync(
            () =>
            {
                if (!stream.Traits.IsTransactional || stream.State is SsState.Creating or SsState.Disconnected or SsState.AllRetriesFailed)
                    stream.RequestTransmit();
                return talker.Received > before;
            },
            () => $"Nothing comes back: {stream.Explain()}");
    }
}
