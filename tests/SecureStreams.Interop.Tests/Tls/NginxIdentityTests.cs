using System.Text;
using SecureStreams.Interop.Tests.Http;
using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>nginx with <c>ssl_verify_client on</c>: it tells in HTTP what it thinks of a client's certificate.</summary>
public class NginxIdentityTests(NginxFixture fixture)
{
    [Theory]
    [InlineData("https", "client", SsState.QosAckRemote, 200)]
    [InlineData("h2", "client", SsState.QosAckRemote, 200)]
    [InlineData("https", "none", SsState.QosNackRemote, 400)]
    [InlineData("h2", "none", SsState.QosNackRemote, 400)]
    [InlineData("https", "stranger", SsState.QosNackRemote, 400)]
    [InlineData("h2", "stranger", SsState.QosNackRemote, 400)]
    public async Task Answers(string kind, string who, SsState state, int status)
    {
        var port = fixture.Server.Ports.ClientCertificate;
        var more = """, "http_method": "GET" """ + (who == "none" ? "" : """, "tls_cert_blob": "own" """);
        await using var streams = NginxStreams.Open(fixture.Server.Ports, kind, "/target", more, port);
        var own = who == "stranger" ? TestCertificates.OtherAuthority.Issue(new TestCertificateOptions { Hosts = ["client.test"], ForServer = false }) : TestCertificates.Client;
        streams.Context.Blobs.Write("own", Encoding.UTF8.GetBytes(own.ChainPem + own.KeyPem));
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Contains(state, handler.States);
        Assert.Equal(status == 200, handler.ReceivedText == "target\n");
        var line = await fixture.Server.WaitForLogAsync(line => line.Port == port && line.Status == status);
        Assert.Equal(status, line.Status);
        handler.AssertClean();
    }
}
