namespace SecureStreams.Abstractions.Tests.Causes;

public class SsCauseTests
{
    [Fact]
    public void No_cause_is_empty() => Assert.Equal("", SsCause.None.ToString());

    [Fact]
    public void The_default_is_none()
    {
        Assert.True(default(SsCause).IsNone);
        Assert.Equal(SsCause.None, default);
        Assert.Equal(SsCause.None, new SsStateChange(SsState.Connected).Cause);
    }

    public static TheoryData<SsCause, string> Texts => new()
    {
        { new SsCause(SsPhase.Connect, SsCauseCode.ConnectionRefused), "Connect/ConnectionRefused" },
        { new SsCause(SsPhase.Peer, SsCauseCode.PeerRefused) { Status = 404 }, "Peer/PeerRefused status 404" },
        {
            new SsCause(SsPhase.Tls, SsCauseCode.CertificateExpired) { Attempt = 2, NextAction = SsNextAction.Retry, NextDelay = TimeSpan.FromSeconds(1.5), DetailId = 7 },
            "Tls/CertificateExpired, attempt 2, retry in 1500 ms [detail 7]"
        },
        {
            new SsCause(SsPhase.Names, SsCauseCode.NameNotFound) { Attempt = 1, Concealed = true, NextAction = SsNextAction.Retry, NextDelay = TimeSpan.FromMilliseconds(250) },
            "Names/NameNotFound, attempt 1, concealed, retry in 250 ms"
        },
        { new SsCause(SsPhase.Timeout, SsCauseCode.ConnectTimeout) { NextAction = SsNextAction.Idle }, "Timeout/ConnectTimeout, then idle" },
        { new SsCause(SsPhase.Local, SsCauseCode.LocalDestroy) { NextAction = SsNextAction.Destroy }, "Local/LocalDestroy, then gone" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Is_one_line_that_names_no_endpoint(SsCause cause, string text) => Assert.Equal(text, cause.ToString());

    [Fact]
    public void A_detail_tells_all_it_knows_in_lines()
    {
        var detail = new SsDetail
        {
            Id = 7,
            Time = DateTimeOffset.UnixEpoch,
            StreamType = "mintest",
            StreamId = 3,
            State = SsState.Unreachable,
            Cause = new SsCause(SsPhase.Connect, SsCauseCode.ConnectionRefused) { Attempt = 1 },
            Message = "Nobody listens.",
            Endpoint = "https://host.test:443/path",
            Candidates = [new SsCandidate("192.0.2.1:443", "refused", TimeSpan.FromMilliseconds(1.25))],
            Times = new SsConnectTimes(TimeSpan.FromMilliseconds(12.34), TimeSpan.FromMilliseconds(1.5), TimeSpan.Zero, TimeSpan.Zero),
            Errors = ["Connection refused"],
            PeerText = "HTTP/1.1 503 Busy",
            Policy = new SsPolicyPosition("demo.json", 12, 5, "mintest.port"),
        };
        Assert.Equal(
            """
            mintest#3 Unreachable: Nobody listens.
              cause:    Connect/ConnectionRefused, attempt 1
              endpoint: https://host.test:443/path
              tried:    192.0.2.1:443: refused (1.3 ms)
              times:    names 12.3 ms, connect 1.5 ms, TLS -
              error:    Connection refused
              peer:     HTTP/1.1 503 Busy
              policy:   demo.json(12,5) mintest.port
            """,
            detail.ToString());
    }

    [Fact]
    public void A_default_has_no_position() =>
        Assert.Equal("demo.json mintest.port (default)", new SsPolicyPosition("demo.json", 0, 0, "mintest.port").ToString());
}
