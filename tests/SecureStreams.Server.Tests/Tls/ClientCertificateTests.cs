using SecureStreams.Network;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Tls;

/// <summary>Who may come in, with a client of somebody else.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ss-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("none", "no", true, null)]
    [InlineData("none", "untrusted", true, null)]
    [InlineData("request", "no", true, null)]
    [InlineData("request", "right", true, null)]
    [InlineData("request", "untrusted", false, SsCauseCode.CertificateUntrusted)]
    [InlineData("require", "right", true, null)]
    [InlineData("require", "no", false, SsCauseCode.CertificateInvalid)]
    [InlineData("require", "untrusted", false, SsCauseCode.CertificateUntrusted)]
    [InlineData("require", "expired", false, SsCauseCode.CertificateExpired)]
    [InlineData("require", "denied", false, SsCauseCode.CertificateUntrusted)]
    [InlineData("require", "server's", false, SsCauseCode.CertificateInvalid)]
    public async Task Clients_come_in_or_are_refused_with_the_reason(string auth, string shows, bool comesIn, SsCauseCode? code)
    {
        using var authority = TestAuthority.Create("Clients");
        using var stranger = TestAuthority.Create("Strangers");
        using var right = authority.Issue("client-one");
        using var shown = shows switch
        {
            "no" => null,
            "untrusted" => stranger.Issue("client-one"),
            "expired" => authority.IssueExpired("client-one"),
            "server's" => authority.Issue(new TestCertificateOptions { Hosts = ["client-one"], ForClient = false }),
            _ => authority.Issue("client-one"),
        };
        var denied = shows == "denied" ? TlsPins.HashOf(shown!.Certificate) : TlsPins.HashOf(stranger.Certificate);
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1", {{ServerBench.Tls}},
              "tls_client_auth": "{{auth}}", "tls_client_trust_store": "clients", "tls_client_deny": ["{{denied}}"],
              "metadata": [{ "who": "" }, { "version": "" }], "metadata_from_connection": [{ "who": "peer_cert_subject" }, { "version": "tls_version" }] }
            """, more: $"{{ \"clientca\": \"{authority.Base64Der}\" }}", stores: "{ \"clients\": [\"clientca\"] }");
        await using var listener = bench.Listen(setup: Echoing);
        string[] arguments = ["-CAfile", Write("ca.pem", bench.Authority.Pem), "-verify_return_error", "-servername", "localhost"];
        if (shown is not null)
        {
            var (certificate, key) = shown.WritePem(_folder, "client");
            arguments = [.. arguments, "-cert", certificate, "-key", key];
        }

        foreach (var version in new[] { "-tls1_2", "-tls1_3" })
            await TalkAsync(version);

        async Task TalkAsync(string version)
        {
            var before = bench.Accepted.Count;
            var (echo, said) = await OpenSslClient.TalkAsync(ServerBench.PortOf(listener), [version, .. arguments]);
            var handler = await bench.AcceptedAsync(before + 1);
            Assert.True(echo == (comesIn ? "hello from openssl" : null), said);
            await handler.WaitForStateAsync(SsState.Destroying);
            if (comesIn)
            {
                Assert.Equal("Creating Connecting Connected Disconnected Destroying", handler.Story);
                Assert.Equal(version == "-tls1_2" ? "1.2" : "1.3", bench.Streams.Last().GetMetadata("version"));
                Assert.Equal(shows == "right" ? "CN=client-one, O=SecureStreams tests" : null, bench.Streams.Last().GetMetadata("who"));
                return;
            }

            Assert.Equal("Creating Connecting Destroying", handler.Story);
            var cause = handler.CauseOf(SsState.Destroying);
            Assert.Equal((SsPhase.Tls, code!.Value), (cause.Phase, cause.Code));
            var detail = bench.Context.Diagnostics.Find(cause.DetailId);
            Assert.Contains("client", detail!.Message, StringComparison.Ordinal);
            Assert.Equal(shows is "expired" or "server's", detail.Policy is null);
        }
    }

    private static void Echoing(RecordingHandler handler)
    {
        var held = Array.Empty<byte>();
        handler.OnReceiveDo((stream, payload, flags) =>
        {
            held = [.. held, .. payload];
            if (held.Length > 0)
                stream.RequestTransmit();
            return flags.HasFlag(SsRxFlags.PeerEndOfStream) ? SsResult.Disconnect : SsResult.Continue;
        });
        handler.OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            held.CopyTo(tx.Buffer);
            tx.Commit(held.Length, SsTxFlags.None);
            held = [];
            return SsTransmitResult.Send;
        });
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
