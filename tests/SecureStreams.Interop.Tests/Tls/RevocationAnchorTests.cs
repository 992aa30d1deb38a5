using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Stores with which it can be asked whether a server is revoked, beside those of <see cref="RefusalCases"/> with which it cannot.</summary>
public class RevocationAnchorTests
{
    [Fact]
    public async Task An_intermediate_together_with_its_root_is_asked_about_as_well()
    {
        await using var ofRoot = new CrlServer();
        await using var ofIntermediate = new CrlServer();
        var intermediate = MatrixPki.Make(MatrixPki.Root, MatrixPki.Authority("CN=Intermediate") with { CrlUrl = ofRoot.Url });
        var leaf = MatrixPki.Make(intermediate, new() { CrlUrl = ofIntermediate.Url });
        ofRoot.File = MatrixPki.Revocations(MatrixPki.Root);
        ofIntermediate.File = MatrixPki.Revocations(intermediate);
        await AcceptedAsync([leaf], intermediate, MatrixPki.Root);
        Assert.Equal((1, 1), (ofRoot.Requests, ofIntermediate.Requests));
    }

    [Fact]
    public async Task A_server_that_is_its_own_root_has_nobody_to_ask()
    {
        var own = MatrixPki.Make(null, new());
        await AcceptedAsync([own], own);
    }

    private static async Task AcceptedAsync(X509Certificate2[] chain, params X509Certificate2[] store)
    {
        await using var server = await TlsHost.StartAsync(chain[0], chain[1..]);
        using var log = new TestLog();
        var certificates = string.Join(", ", store.Select(static (one, i) => $"{{ \"c{i}\": \"{Convert.ToBase64String(one.RawData)}\" }}"));
        await using var context = SsContext.FromJson($$"""
            {
              "certs": [{{certificates}}], "trust_stores": [{ "name": "store", "stack": [{{string.Join(", ", store.Select(static (_, i) => $"\"c{i}\""))}}] }],
              "s": [{ "x": {
                "endpoint": "localhost", "port": {{server.Port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "h1", "tls": true, "tls_trust_store": "store", "tls_revocation": "online",
                "http_method": "GET", "http_url": "/" } }]
            }
            """, new() { LoggerFactory = log, Platform = new() { Names = new LoopbackNames() } });
        var handler = new RecordingHandler();
        await using (var stream = context.Create("x", handler))
        {
            stream.Connect();
            await handler.WaitForAsync(static seen => seen.States.Contains(SsState.Disconnected) || seen.States.Contains(SsState.AllRetriesFailed));
        }

        Assert.True(handler.States.Contains(SsState.QosAckRemote), string.Join("; ", context.Diagnostics.Recent().Select(static one => one.Message)));
        handler.AssertClean();
        log.AssertClean();
    }
}
