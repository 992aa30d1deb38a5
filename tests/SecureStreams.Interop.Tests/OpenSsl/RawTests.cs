using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.OpenSsl;

/// <summary>Raw streams over TLS against OpenSSL's own server.</summary>
public sealed class RawTests
{
    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Lines_come_back_and_each_side_ends_its_session(string version)
    {
        await using var server = await OpenSslServer.StartAsync(version);
        await using var context = SsContext.FromJson(Policy(server.Port));
        var lines = string.Concat(Enumerable.Range(0, 2000).Select(static i => $"line {i.ToString(CultureInfo.InvariantCulture)} of many\n"));
        var expected = string.Concat(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => string.Concat(line.Reverse()) + "\n"));
        await using var stream = context.Create("x");
        await using var bytes = stream.AsStream();
        var writing = Task.Run(async () => await bytes.WriteAsync(Encoding.ASCII.GetBytes(lines), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        var back = new byte[expected.Length];
        await bytes.ReadExactlyAsync(back, TestContext.Current.CancellationToken).AsTask().OrFail(() => server.Said);
        await writing;
        Assert.Equal(expected, Encoding.ASCII.GetString(back));

        // s_server answers our end with its own.
        bytes.CompleteWrites();
        Assert.Equal(0, await bytes.ReadAsync(back, TestContext.Current.CancellationToken).AsTask().OrFail(() => server.Said));
    }

    [Theory]
    [InlineData("-tls1_2", false)]
    [InlineData("-tls1_3", false)]
    [InlineData("-tls1_3", true)]
    public async Task A_server_that_misses_a_client_certificate_refuses_in_phase_tls(string version, bool sends)
    {
        await using var server = await OpenSslServer.StartAsync(version, "-Verify", "1", "-verify_return_error");
        await using var context = SsContext.FromJson(Policy(server.Port));
        var handler = new RecordingHandler().OnTransmitDo(static (SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Buffer[..6].Fill((byte)'x');
            tx.Commit(6, SsTxFlags.None);
            return SsTransmitResult.Send;
        });
        await using var stream = context.Create("x", handler);
        if (sends)
            stream.RequestTransmit();
        else
            stream.Connect();

        // TLS 1.2 refuses in the handshake, with an alert that does not say why; with TLS 1.3 the client is done before the server has looked, and the alert says it.
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);
        var detail = Assert.Single(context.Diagnostics.Recent());
        Assert.Equal((SsPhase.Tls, version == "-tls1_3" ? SsCauseCode.ClientCertificateRefused : SsCauseCode.TlsHandshakeFailed), (detail.Cause.Phase, detail.Cause.Code));
        Assert.Contains("alert", detail.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static string Policy(int port) => $$"""
        {
          "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
          "trust_stores": [{ "name": "main", "stack": ["root"] }],
          "s": [{ "x": { "endpoint": "127.0.0.1", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "raw", "tls": true, "tls_trust_store": "main" } }]
        }
        """;
}
