using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Network;

/// <summary>Who is believed and who is not. Whoever is not gets no application byte, by the server's own account.</summary>
public class TlsTrustTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Good(SslProtocols protocol) => await AcceptedAsync(TestPki.Store(TestPki.Root), TestPki.Good, protocols: protocol);

    [Fact]
    public async Task Address_as_host_is_checked_against_the_addresses_in_the_certificate() =>
        await AcceptedAsync(TestPki.Store(TestPki.Root), TestPki.Good, host: "127.0.0.1");

    [Fact]
    public async Task Dot_at_the_end_of_a_full_name_is_no_part_of_the_certificates_name() =>
        await AcceptedAsync(TestPki.Store(TestPki.Root), TestPki.Good, host: "localhost.");

    [Fact]
    public async Task Without_a_name_there_is_nothing_to_check_and_nobody_is_asked()
    {
        var target = Dialing.Tls(443, TestPki.Store(TestPki.Root));
        var failure = await Dialing.FailAsync(Dialing.Loopback, target with { Tls = target.Tls! with { ServerName = "" } });
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, true), (failure.Phase, failure.Code, failure.Permanent));
        Assert.Empty(failure.Candidates);
    }

    [Fact]
    public async Task Chain_with_its_intermediate() => await AcceptedAsync(TestPki.Store(TestPki.Root), TestPki.FromIntermediate, [TestPki.Intermediate]);

    [Fact]
    public async Task Chain_whose_intermediate_stands_in_the_store() => await AcceptedAsync(TestPki.Store(TestPki.Root, TestPki.Intermediate), TestPki.FromIntermediate);

    [Fact]
    public async Task Self_signed_certificate_that_is_itself_the_store() => await AcceptedAsync(TestPki.Store(TestPki.SelfSigned), TestPki.SelfSigned);

    [Fact]
    public async Task Intermediate_alone_as_anchor() => await AcceptedAsync(TestPki.Store(TestPki.Intermediate), TestPki.FromIntermediate);

    [Fact]
    public async Task Intermediate_as_anchor_when_the_server_sends_more_than_that() =>
        await AcceptedAsync(TestPki.Store(TestPki.Intermediate), TestPki.FromIntermediate, [TestPki.Intermediate, TestPki.Root]);

    [Fact]
    public async Task Leaf_alone_as_anchor() => await AcceptedAsync(TestPki.Store(TestPki.Good), TestPki.Good);

    [Fact]
    public async Task Leaf_as_anchor_below_an_intermediate_that_is_sent() =>
        await AcceptedAsync(TestPki.Store(TestPki.FromIntermediate), TestPki.FromIntermediate, [TestPki.Intermediate]);

    [Fact]
    public async Task Unusable_members_do_not_spoil_the_others()
    {
        var store = TestPki.Store(TestPki.Root);
        await AcceptedAsync(store with { Certificates = [TestPki.Elided("gone"), .. store.Certificates] }, TestPki.Good);
    }

    [Fact]
    public async Task Second_connection_may_resume_and_is_judged_again()
    {
        using var dialer = new Dialer(Dialing.Loopback);
        await AcceptedAsync(dialer, TestPki.Store(TestPki.Root), TestPki.FromIntermediate, [TestPki.Intermediate]);
        await AcceptedAsync(dialer, TestPki.Store(TestPki.Root), TestPki.FromIntermediate, [TestPki.Intermediate]);
        await RefusedAsync(dialer, TestPki.Store(TestPki.OtherRoot), TestPki.FromIntermediate, SsCauseCode.CertificateUntrusted, [TestPki.Intermediate]);
    }

    [Fact]
    public async Task Other_authority()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.FromOtherRoot, SsCauseCode.CertificateUntrusted);
        Assert.Contains("CN=Other Root", failure.Message, StringComparison.Ordinal);
        Assert.Contains("trust store 'store'", failure.Message, StringComparison.Ordinal);
        Assert.Equal("tls_trust_store", failure.Attribute);
    }

    [Fact]
    public async Task Other_authority_that_sends_its_root_along()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.FromOtherRoot, SsCauseCode.CertificateUntrusted, [TestPki.OtherRoot]);
        Assert.Contains("CN=Other Root", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_intermediate()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.FromIntermediate, SsCauseCode.CertificateUntrusted);
        Assert.Contains("the issuer 'CN=Intermediate' was not sent by the server", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Self_signed()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.SelfSigned, SsCauseCode.CertificateUntrusted);
        Assert.Contains("self-signed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task System_store_does_not_know_the_test_authority()
    {
        var failure = await RefusedAsync(null, TestPki.Good, SsCauseCode.CertificateUntrusted);
        Assert.Contains("the operating system's trust store", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaf_signed_by_somebody_who_only_bears_the_anchors_name() =>
        await RefusedAsync(TestPki.Store(TestPki.Intermediate), TestPki.FromForgedIntermediate, SsCauseCode.CertificateUntrusted);

    [Fact]
    public async Task Leaf_signed_by_somebody_who_only_bears_the_anchors_name_with_the_anchor_sent_along() =>
        await RefusedAsync(TestPki.Store(TestPki.Intermediate), TestPki.FromForgedIntermediate, SsCauseCode.CertificateUntrusted, [TestPki.Intermediate]);

    [Fact]
    public async Task Leaf_signed_by_the_forger_with_the_forgers_certificate_sent_along() =>
        await RefusedAsync(TestPki.Store(TestPki.Intermediate), TestPki.FromForgedIntermediate, SsCauseCode.CertificateUntrusted, [TestPki.ForgedIntermediate]);

    [Fact]
    public async Task Anchor_that_is_a_leaf_vouches_for_no_other() =>
        await RefusedAsync(TestPki.Store(TestPki.Good), TestPki.WrongHost, SsCauseCode.CertificateUntrusted);

    [Fact]
    public async Task Anchor_does_not_excuse_the_wrong_host()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.WrongHost), TestPki.WrongHost, SsCauseCode.CertificateHostMismatch);
        Assert.DoesNotContain("trust store", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anchor_that_has_expired_is_renewed_in_the_store()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Expired), TestPki.Expired, SsCauseCode.CertificateExpired);
        Assert.Equal("tls_trust_store", failure.Attribute);
    }

    [Fact]
    public async Task Expired()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.Expired, SsCauseCode.CertificateExpired);
        Assert.Contains("certificate 'CN=leaf' has expired: valid from", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Not_yet_valid()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.NotYetValid, SsCauseCode.CertificateExpired);
        Assert.Contains("is not valid yet: valid from", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-15, true)]
    [InlineData(0, false)]
    public async Task Validity_is_judged_by_the_platforms_clock(int days, bool accepted)
    {
        var platform = Dialing.Loopback with { Time = new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddDays(days)) };
        using var dialer = new Dialer(platform);
        if (accepted)
            await AcceptedAsync(dialer, TestPki.Store(TestPki.Root), TestPki.Expired);
        else
            await RefusedAsync(dialer, TestPki.Store(TestPki.Root), TestPki.Expired, SsCauseCode.CertificateExpired);
    }

    [Fact]
    public async Task Wrong_host()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.WrongHost, SsCauseCode.CertificateHostMismatch);
        Assert.Contains("it is for 'elsewhere.test', not for 'localhost'", failure.Message, StringComparison.Ordinal);
        Assert.Equal("endpoint", failure.Attribute);
    }

    [Fact]
    public async Task Certificate_of_a_client()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.ForClients, SsCauseCode.CertificateInvalid);
        Assert.Contains("not made for authenticating servers", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_wrong_at_once_is_all_said_and_trust_names_it()
    {
        var failure = await RefusedAsync(TestPki.Store(TestPki.Root), TestPki.ExpiredWrongHostOtherRoot, SsCauseCode.CertificateUntrusted);
        Assert.Contains("CN=Other Root", failure.Message, StringComparison.Ordinal);
        Assert.Contains("has expired", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'elsewhere.test'", failure.Message, StringComparison.Ordinal);
    }

    private static async Task AcceptedAsync(
        TrustStorePolicy store, X509Certificate2 certificate, X509Certificate2Collection? intermediates = null, SslProtocols protocols = SslProtocols.None, string host = "localhost")
    {
        using var dialer = new Dialer(Dialing.Loopback);
        await AcceptedAsync(dialer, store, certificate, intermediates, protocols, host);
    }

    private static async Task AcceptedAsync(
        Dialer dialer, TrustStorePolicy store, X509Certificate2 certificate, X509Certificate2Collection? intermediates = null, SslProtocols protocols = SslProtocols.None, string host = "localhost")
    {
        using var peer = TlsPeer.Start(certificate, intermediates, SslApplicationProtocol.Http2, protocols);
        var connection = await dialer.DialAsync(Dialing.Tls(peer.Port, store, SslApplicationProtocol.Http2, host), Token);
        await using (var stream = Assert.IsAssignableFrom<SslStream>(connection.Stream))
        {
            Assert.Equal(SslApplicationProtocol.Http2, stream.NegotiatedApplicationProtocol);
            Assert.True(connection.Wire.BytesSent > 0);
            await stream.WriteAsync("ping"u8.ToArray(), Token);
            await stream.ShutdownAsync();
        }

        var seen = await peer.Result;
        Assert.Equal("ping", seen.Application);
        Assert.Equal(host[0] == 'l' ? "localhost" : "", seen.ServerName);
    }

    private static async Task<TransportFailure> RefusedAsync(
        TrustStorePolicy? store, X509Certificate2 certificate, SsCauseCode code, X509Certificate2Collection? intermediates = null)
    {
        using var dialer = new Dialer(Dialing.Loopback);
        return await RefusedAsync(dialer, store, certificate, code, intermediates);
    }

    private static async Task<TransportFailure> RefusedAsync(
        Dialer dialer, TrustStorePolicy? store, X509Certificate2 certificate, SsCauseCode code, X509Certificate2Collection? intermediates = null)
    {
        using var peer = TlsPeer.Start(certificate, intermediates);
        var failure = await Dialing.FailAsync(dialer, Dialing.Tls(peer.Port, store));
        Assert.Equal((SsPhase.Tls, code), (failure.Phase, failure.Code));
        Assert.Equal($"localhost:{peer.Port}", failure.Endpoint);
        Assert.Equal("connected", Assert.Single(failure.Candidates).Outcome);
        Assert.Equal("", (await peer.Result).Application);
        return failure;
    }
}
