using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>Servers that must not be trusted: refused with the reason, before any byte of a request is sent.</summary>
public class RefusedCertificateTests(NginxFixture fixture)
{
    [Theory]
    [InlineData("https", "other", SsCauseCode.CertificateUntrusted)]
    [InlineData("h2", "other", SsCauseCode.CertificateUntrusted)]
    [InlineData("https", "expired", SsCauseCode.CertificateExpired)]
    [InlineData("h2", "expired", SsCauseCode.CertificateExpired)]
    [InlineData("https", "wronghost", SsCauseCode.CertificateHostMismatch)]
    [InlineData("h2", "wronghost", SsCauseCode.CertificateHostMismatch)]
    public async Task A_certificate_that_is_not_good_enough_is_refused(string kind, string which, SsCauseCode code)
    {
        var ports = fixture.Server.Ports;
        var port = which switch { "other" => ports.OtherAuthority, "expired" => ports.Expired, _ => ports.WrongHost };
        await using var streams = NginxStreams.Open(ports, kind, "/target", """, "http_method": "GET" """, port);
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.AllRetriesFailed);

        Assert.Equal("Creating Connecting Unreachable Poll Connecting Unreachable Poll Connecting Unreachable AllRetriesFailed", handler.Story);
        var cause = handler.CauseOf(SsState.AllRetriesFailed);
        Assert.Equal((SsPhase.Tls, code), (cause.Phase, cause.Code));
        Assert.Contains("certificate", streams.Context.Diagnostics.Find(cause.DetailId)!.Message, StringComparison.Ordinal);

        // nginx logs every request it has read, even one that it refuses: there was none.
        Assert.DoesNotContain(fixture.Server.AccessLog, line => line.Port == port);
        handler.AssertClean();
    }

    [Theory]
    [InlineData("https")]
    [InlineData("h2")]
    public async Task A_chain_through_an_intermediate_is_accepted(string kind)
    {
        var ports = fixture.Server.Ports;
        await using var streams = NginxStreams.Open(ports, kind, "/target", """, "http_method": "GET" """, ports.Chained);
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler);

        stream.Connect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("target\n", handler.ReceivedText);
    }
}
