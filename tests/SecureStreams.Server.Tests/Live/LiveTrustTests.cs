using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Server.Tests.Live;

/// <summary>Another trust store holds for the next handshake, and no connection that was made under the old one serves a stream under the new policy.</summary>
public sealed class LiveTrustTests
{
    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_pooled_connection_of_the_old_trust_serves_no_request_of_the_new(string protocol)
    {
        using var stranger = TestAuthority.Create();
        await using var bench = new ServerBench($$""" "srv": { "server": true, "protocol": "{{protocol}}", "endpoint": "127.0.0.1", {{ServerBench.Tls}} } """);

        // Answers that begin; that of the first request ends when it is let go.
        var first = true;
        await using var listener = bench.Listen(setup: handler => handler
            .OnStateDo(SsState.ServerTxn, static stream =>
            {
                stream.ServerAck();
                stream.RequestTransmit();
            })
            .OnTransmitDo((SecureStream one, scoped ref SsTransmit tx) =>
            {
                tx.Buffer[0] = 1;
                tx.Commit(1, first ? SsTxFlags.StartOfMessage : one == bench.Streams.First() ? SsTxFlags.EndOfMessage : SsTxFlags.WholeMessage);
                first = false;
                return SsTransmitResult.Send;
            }));
        var port = ServerBench.PortOf(listener);
        await using var context = SsContext.FromJson($$"""
            {
              "certs": [{ "ca": "{{bench.Authority.Base64Der}}" }, { "strange": "{{stranger.Base64Der}}" }], "trust_stores": [{ "main": ["ca"] }],
              "s": [{
                "api": { "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "port": {{port}}, "tls": true, "tls_trust_store": "main", "http_method": "GET", "http_url": "/" },
                "slow": { "protocol": "{{protocol}}", "endpoint": "127.0.0.1", "port": {{port}}, "tls": true, "tls_trust_store": "main", "http_method": "GET", "http_url": "/slow" }
              }]
            }
            """, new SsContextOptions { LoggerFactory = bench.Log });
        // A request that is under way, whose connection is the one that others would share.
        var slow = new RecordingHandler();
        await using var under = context.Create("slow", slow);
        under.Connect();
        await slow.WaitForStateAsync(SsState.Connected);

        var handler = new RecordingHandler();
        await using var stream = context.Create("api", handler);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);

        var update = context.ApplyOverlay("""{ "trust_stores": [{ "main": ["strange"] }] }""", "trust");
        Assert.Contains(new SsPolicyEffect("api", stream.Id, Policy.PolicyImpact.Reconnect, SsPolicyAction.NextAttempt), update.Effects);
        Assert.Contains(new SsPolicyEffect("slow", under.Id, Policy.PolicyImpact.Reconnect, SsPolicyAction.AfterTransaction), update.Effects);
        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        Assert.Equal(SsCauseCode.CertificateUntrusted, handler.CauseOf(SsState.AllRetriesFailed).Code);
        Assert.DoesNotContain(SsState.Disconnected, slow.States);

        context.RemoveOverlay("trust");
        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected, times: 2);
        Assert.DoesNotContain(SsState.Disconnected, slow.States);

        // It ends as it began.
        bench.Streams.First().RequestTransmit();
        await slow.WaitForStateAsync(SsState.Disconnected);
        Assert.Contains(SsState.QosAckRemote, slow.States);
    }

    [Fact]
    public async Task Whom_the_new_policy_does_not_trust_a_stream_does_not_go_on_talking_to()
    {
        using var stranger = TestAuthority.Create();
        await using var bench = new ServerBench(
            $$"""
            "srv": { "server": true, "protocol": "ws", "endpoint": "127.0.0.1", {{ServerBench.Tls}} },
            "feed": { "protocol": "ws", "ws_subprotocol": "", "endpoint": "127.0.0.1", "port": 1, "tls": true, "tls_trust_store": "main", "nailed_up": true }
            """,
            more: $$"""{ "strange": "{{stranger.Base64Der}}" }""");
        await using var listener = bench.Listen(setup: static handler => handler.OnStateDo(SsState.ServerTxn, static stream => stream.ServerAck()));
        bench.Context.ApplyOverlay($$"""{ "s": [{ "feed": { "port": {{ServerBench.PortOf(listener)}} } }] }""", "port");
        var handler = new RecordingHandler();
        await using var stream = bench.Context.Create("feed", handler);
        await handler.WaitForStateAsync(SsState.Connected);

        // More trust than before: the peer passes the new handshake, and nothing is felt of it.
        Assert.Equal(SsPolicyAction.Replace, Assert.Single(bench.Context.ApplyOverlay("""{ "trust_stores": [{ "main": ["ca", "strange"] }] }""", "trust").Effects).Action);
        await handler.WaitForStateAsync(SsState.Connected, times: 2);
        Assert.Equal("Creating Connecting Connected Disconnected Connecting Connected", handler.Story);

        Assert.Equal(SsPolicyAction.Replace, Assert.Single(bench.Context.ApplyOverlay("""{ "trust_stores": [{ "main": ["strange"] }] }""", "trust").Effects).Action);
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        Assert.Equal(SsCauseCode.CertificateUntrusted, handler.CauseOf(SsState.Disconnected).Code);

        // It is to stand: with the trust back it does.
        Assert.Equal(SsPolicyAction.AttemptNow, Assert.Single(bench.Context.RemoveOverlay("trust")!.Effects).Action);
        await handler.WaitForStateAsync(SsState.Connected, times: 3);
    }
}
