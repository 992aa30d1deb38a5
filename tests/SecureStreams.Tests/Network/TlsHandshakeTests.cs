using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using SecureStreams.Network;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

public class TlsHandshakeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Peer_without_alpn_is_taken_for_http_1_1()
    {
        using var peer = TlsPeer.Start(TestPki.Good);
        using var dialer = new Dialer(Dialing.Loopback);
        var connection = await dialer.DialAsync(Dialing.Tls(peer.Port, TestPki.Store(TestPki.Root)), Token);
        await connection.Stream.DisposeAsync();
        await peer.Result;
    }

    [Fact]
    public async Task Peer_without_alpn_does_not_speak_h2()
    {
        using var peer = TlsPeer.Start(TestPki.Good);
        var failure = await Dialing.FailAsync(Dialing.Loopback, Dialing.Tls(peer.Port, TestPki.Store(TestPki.Root), SslApplicationProtocol.Http2));
        Assert.Equal((SsPhase.Tls, SsCauseCode.AlpnMismatch, "protocol"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.Contains("'h2'", failure.Message, StringComparison.Ordinal);
        Assert.Equal("", (await peer.Result).Application);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Peer_that_speaks_only_another_protocol(SslProtocols protocols)
    {
        using var peer = TlsPeer.Start(TestPki.Good, alpn: SslApplicationProtocol.Http11, protocols: protocols);
        var failure = await Dialing.FailAsync(Dialing.Loopback, Dialing.Tls(peer.Port, TestPki.Store(TestPki.Root), SslApplicationProtocol.Http2));
        Assert.Equal((SsPhase.Tls, SsCauseCode.AlpnMismatch, "protocol"), (failure.Phase, failure.Code, failure.Attribute));
        Assert.NotNull(failure.PeerText);
        Assert.Equal("", (await peer.Result).Application);
    }

    [Fact]
    public async Task Alert_is_passed_on()
    {
        // A fatal alert of level 2, handshake_failure (40), in a TLS 1.2 record.
        using var peer = new LoopbackPeer<byte[]>(RawPeer.Answering([0x15, 3, 3, 0, 2, 2, 40]));
        var failure = await FailAsync(peer, SsCauseCode.TlsHandshakeFailed);
        Assert.Contains("alert", failure.PeerText, StringComparison.Ordinal);
        Assert.Contains("handshake failure", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plaintext_server()
    {
        using var peer = new LoopbackPeer<byte[]>(RawPeer.Answering(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n")));
        var failure = await FailAsync(peer, SsCauseCode.TlsHandshakeFailed);
        Assert.Contains("does not speak TLS", failure.Message, StringComparison.Ordinal);
        Assert.Equal("tls", failure.Attribute);
    }

    [Fact]
    public async Task Truncated_handshake()
    {
        // The head of a handshake record of 256 bytes, and only four of them.
        using var peer = new LoopbackPeer<byte[]>(RawPeer.Answering([0x16, 3, 3, 1, 0, 2, 0, 0, 252]));
        var failure = await FailAsync(peer, SsCauseCode.PeerClosed);
        Assert.Contains("in the middle", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_closes()
    {
        using var peer = new LoopbackPeer<byte[]>(RawPeer.Answering([]));
        var failure = await FailAsync(peer, SsCauseCode.PeerClosed);
        Assert.Contains("without an answer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_resets()
    {
        using var peer = new LoopbackPeer<byte[]>(RawPeer.Answering([], reset: true));
        await FailAsync(peer, SsCauseCode.ConnectionReset);
    }

    private static async Task<SecureStreams.Transports.TransportFailure> FailAsync(LoopbackPeer<byte[]> peer, SsCauseCode code)
    {
        var failure = await Dialing.FailAsync(Dialing.Loopback, Dialing.Tls(peer.Port, TestPki.Store(TestPki.Root)));
        Assert.Equal((SsPhase.Tls, code), (failure.Phase, failure.Code));
        Assert.False(failure.Permanent);
        RawPeer.AssertNoApplicationData(await peer.Result);
        return failure;
    }
}
