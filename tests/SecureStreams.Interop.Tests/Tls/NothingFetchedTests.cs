using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>Certificates name places to ask. Nobody is asked behind the policy's back, and somebody is when it says so.</summary>
public class NothingFetchedTests
{
    [Fact]
    public async Task Neither_lists_nor_issuers_of_an_accepted_server()
    {
        await using var crl = new CrlServer();
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { CrlUrl = crl.Url, IssuerUrl = crl.Url });
        var handler = await RunAsync("", leaf);
        Assert.Contains(SsState.QosAckRemote, handler.States);
        Assert.Equal(0, crl.Requests);
    }

    [Fact]
    public async Task Not_even_the_intermediate_that_a_server_left_out()
    {
        await using var crl = new CrlServer();
        var intermediate = MatrixPki.Make(MatrixPki.Root, MatrixPki.Authority("CN=Intermediate"));
        crl.File = intermediate.RawData;
        var leaf = MatrixPki.Make(intermediate, new() { CrlUrl = crl.Url, IssuerUrl = crl.Url });
        var handler = await RunAsync("", leaf);
        Assert.Equal(SsCauseCode.CertificateUntrusted, handler.CauseOf(SsState.Unreachable).Code);
        Assert.Equal(0, crl.Requests);
    }

    [Fact]
    public async Task Asked_for_a_list_is_fetched_and_a_server_that_is_not_on_it_accepted()
    {
        await using var crl = new CrlServer();
        var leaf = MatrixPki.Make(MatrixPki.Root, new() { CrlUrl = crl.Url });
        crl.File = MatrixPki.Revocations(MatrixPki.Root, MatrixPki.Make(MatrixPki.Root, new()));
        var handler = await RunAsync(""", "tls_revocation": "online" """, leaf);
        Assert.Contains(SsState.QosAckRemote, handler.States);
        Assert.Equal(1, crl.Requests);
    }

    private static async Task<RecordingHandler> RunAsync(string more, X509Certificate2 certificate)
    {
        await using var server = await TlsHost.StartAsync(certificate);
        using var log = new TestLog();
        await using var context = SsContext.FromJson($$"""
            {
              "certs": [{ "root": "{{Convert.ToBase64String(MatrixPki.Root.RawData)}}" }], "trust_stores": [{ "name": "store", "stack": ["root"] }],
              "s": [{ "x": {
                "endpoint": "localhost", "port": {{server.Port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "h1", "tls": true, "tls_trust_store": "store",
                "http_method": "GET", "http_url": "/"{{more}} } }]
            }
            """, new() { LoggerFactory = log, Platform = new() { Names = new LoopbackNames() } });
        var handler = new RecordingHandler();
        await using (var stream = context.Create("x", handler))
        {
            stream.Connect();
            await handler.WaitForAsync(static seen => seen.States.Contains(SsState.Disconnected) || seen.States.Contains(SsState.AllRetriesFailed));
        }

        handler.AssertClean();
        log.AssertClean();
        return handler;
    }
}
