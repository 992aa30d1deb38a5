using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>How each cause code is retried: a decision for every code, so that a new one cannot come without.</summary>
public sealed class CauseCodeTests
{
    private static readonly Dictionary<SsCauseCode, RetryClass> ByCode = new()
    {
        [SsCauseCode.EndpointInvalid] = RetryClass.Transient, // A metadata value may be set meanwhile; an endpoint that no value mends says Permanent.
        [SsCauseCode.BlobMissing] = RetryClass.Transient, // The next attempt takes what was set meanwhile.
        [SsCauseCode.BlobUnusable] = RetryClass.Transient, // As above.
        [SsCauseCode.NameNotFound] = RetryClass.Transient,
        [SsCauseCode.NameResolutionFailed] = RetryClass.Transient,
        [SsCauseCode.ConnectionRefused] = RetryClass.Transient,
        [SsCauseCode.NetworkUnreachable] = RetryClass.Transient,
        [SsCauseCode.ConnectFailed] = RetryClass.Transient,
        [SsCauseCode.ProxyRefused] = RetryClass.Transient,
        [SsCauseCode.ProxyAuthenticationFailed] = RetryClass.Identity,
        [SsCauseCode.LocalAddressUnavailable] = RetryClass.Transient, // Interfaces come and go.
        [SsCauseCode.NoLocalSink] = RetryClass.Transient,
        [SsCauseCode.TlsHandshakeFailed] = RetryClass.Transient,
        [SsCauseCode.CertificateUntrusted] = RetryClass.Identity,
        [SsCauseCode.CertificateExpired] = RetryClass.Identity,
        [SsCauseCode.CertificateHostMismatch] = RetryClass.Identity,
        [SsCauseCode.CertificateInvalid] = RetryClass.Identity,
        [SsCauseCode.AlpnMismatch] = RetryClass.Transient,
        [SsCauseCode.CertificatePinMismatch] = RetryClass.Identity,
        [SsCauseCode.CertificateRevoked] = RetryClass.Identity,
        [SsCauseCode.RevocationUnknown] = RetryClass.Transient,
        [SsCauseCode.ClientCertificateRefused] = RetryClass.Identity,
        [SsCauseCode.ProtocolError] = RetryClass.Transient,
        [SsCauseCode.RedirectRefused] = RetryClass.Transient,
        [SsCauseCode.RedirectLimit] = RetryClass.Transient,
        [SsCauseCode.RedirectInvalid] = RetryClass.Transient,
        [SsCauseCode.PayloadTruncated] = RetryClass.Transient,
        [SsCauseCode.PayloadLengthMismatch] = RetryClass.Transient,
        [SsCauseCode.PayloadTooLarge] = RetryClass.Transient, // The next answer may be a smaller one.
        [SsCauseCode.MetadataUnusable] = RetryClass.Transient, // The next message may have others.
        [SsCauseCode.PeerClosed] = RetryClass.Transient,
        [SsCauseCode.ConnectionReset] = RetryClass.Transient,
        [SsCauseCode.PeerBusy] = RetryClass.Busy,
        [SsCauseCode.PeerRefused] = RetryClass.Transient,
        [SsCauseCode.CredentialsRefused] = RetryClass.Identity,
        [SsCauseCode.AccessDenied] = RetryClass.Identity,
        [SsCauseCode.ClientIdInUse] = RetryClass.Transient, // A stream of this context may let the other connection go; what a broker says of others is permanent.
        [SsCauseCode.LocalDisconnect] = RetryClass.Transient,
        [SsCauseCode.HandlerException] = RetryClass.Transient,
        [SsCauseCode.ConnectTimeout] = RetryClass.Transient,
        [SsCauseCode.ResponseTimeout] = RetryClass.Transient,
        [SsCauseCode.InactivityTimeout] = RetryClass.Transient,
        [SsCauseCode.PeerUnresponsive] = RetryClass.Transient,
    };

    /// <summary>Codes whose failures are always permanent, whoever makes them.</summary>
    private static readonly HashSet<SsCauseCode> AlwaysPermanent = [SsCauseCode.TrustStoreUnusable, SsCauseCode.NotSupported, SsCauseCode.StreamTypeRemoved, SsCauseCode.InternalError];

    /// <summary>Codes that are no failures of an attempt or a connection.</summary>
    private static readonly Dictionary<SsCauseCode, string> NoFailures = new()
    {
        [SsCauseCode.None] = "no cause",
        [SsCauseCode.Completed] = "an end as it should be",
        [SsCauseCode.LocalDestroy] = "the stream goes",
        [SsCauseCode.ApplicationTimeout] = "a notice",
        [SsCauseCode.ListenerDraining] = "a notice",
        [SsCauseCode.PolicyChanged] = "the stream goes on with another connection at once",
    };

    [Fact]
    public void Every_code_has_one_decision() =>
        Assert.All(Enum.GetValues<SsCauseCode>(), static code =>
            Assert.Equal(1, (ByCode.ContainsKey(code) ? 1 : 0) + (AlwaysPermanent.Contains(code) ? 1 : 0) + (NoFailures.ContainsKey(code) ? 1 : 0)));

    [Fact]
    public void Every_code_is_retried_as_was_decided() =>
        Assert.All(ByCode, static decision => Assert.Equal(decision.Value, Failure(decision.Key).RetryClass));

    [Fact]
    public void A_hint_of_the_peer_makes_busy_of_what_is_transient_and_of_nothing_else() =>
        Assert.All(ByCode, static decision =>
            Assert.Equal(
                decision.Value == RetryClass.Transient ? RetryClass.Busy : decision.Value,
                (Failure(decision.Key) with { RetryAfter = TimeSpan.FromSeconds(1) }).RetryClass));

    [Fact]
    public void What_is_permanent_is_a_matter_of_configuration_whatever_its_code() =>
        Assert.All(Enum.GetValues<SsCauseCode>(), static code =>
            Assert.Equal(RetryClass.Configuration, (Failure(code) with { Permanent = true, RetryAfter = TimeSpan.FromSeconds(1) }).RetryClass));

    [Fact]
    public async Task Every_kind_waits_as_it_is_documented()
    {
        foreach (var (kind, failure, expected) in new (RetryClass, TransportFailure, double?)[]
        {
            (RetryClass.Transient, Failure(SsCauseCode.ConnectionReset), 1),
            (RetryClass.Busy, Failure(SsCauseCode.PeerBusy), 1),
            (RetryClass.Busy, Failure(SsCauseCode.PeerBusy) with { RetryAfter = TimeSpan.FromMilliseconds(10) }, 1),
            (RetryClass.Busy, Failure(SsCauseCode.PeerBusy) with { RetryAfter = TimeSpan.FromSeconds(17) }, 17),
            (RetryClass.Busy, Failure(SsCauseCode.PeerBusy) with { RetryAfter = TimeSpan.FromDays(8) }, 86400),
            (RetryClass.Identity, Failure(SsCauseCode.CertificateExpired), 5),
            (RetryClass.Configuration, Failure(SsCauseCode.NotSupported) with { Permanent = true }, null),
        })
        {
            Assert.Equal(kind, failure.RetryClass);
            await using var world = new CoreWorld(EventPlace.Policy);
            world.Play = peer => peer.Close(failure);
            var (stream, handler) = world.Create("link");
            world.Do(stream.Connect);

            var cause = handler.CauseOf(handler.States[^1]);
            Assert.Equal(expected is null ? SsNextAction.Idle : SsNextAction.Retry, cause.NextAction);
            Assert.Equal(expected ?? 0, cause.NextDelay.TotalSeconds);
        }
    }

    private static TransportFailure Failure(SsCauseCode code) => new(SsPhase.None, code, "Made by the test.");
}
