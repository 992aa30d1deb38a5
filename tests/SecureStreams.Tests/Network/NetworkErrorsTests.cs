using System.Net.Sockets;
using System.Security.Authentication;
using SecureStreams.Network;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Network;

public class NetworkErrorsTests
{
    public static TheoryData<string, SsPhase, SsCauseCode> Errors => new()
    {
        { nameof(SocketError.ConnectionReset), SsPhase.Peer, SsCauseCode.ConnectionReset },
        { nameof(SocketError.ConnectionAborted), SsPhase.Peer, SsCauseCode.ConnectionReset },
        { nameof(SocketError.Shutdown), SsPhase.Peer, SsCauseCode.ConnectionReset },
        { nameof(SocketError.ConnectionRefused), SsPhase.Connect, SsCauseCode.ConnectionRefused },
        { nameof(SocketError.HostUnreachable), SsPhase.Connect, SsCauseCode.NetworkUnreachable },
        { nameof(SocketError.NetworkDown), SsPhase.Connect, SsCauseCode.NetworkUnreachable },
        { nameof(SocketError.TimedOut), SsPhase.Timeout, SsCauseCode.InactivityTimeout },
        { nameof(SocketError.OperationAborted), SsPhase.Local, SsCauseCode.LocalDisconnect },
        { nameof(SocketError.MessageSize), SsPhase.Peer, SsCauseCode.ConnectionReset },
    };

    [Theory]
    [MemberData(nameof(Errors))]
    public void Socket_errors_are_found_however_deep(string name, SsPhase phase, SsCauseCode code)
    {
        var error = new IOException("outer", new IOException("middle", new SocketException((int)Enum.Parse<SocketError>(name))));
        var failure = NetworkErrors.FromException(error, "reading the response");
        Assert.Equal((phase, code), (failure.Phase, failure.Code));
        Assert.StartsWith("reading the response: ", failure.Message, StringComparison.Ordinal);
        Assert.Same(error, failure.Error);
    }

    [Fact]
    public void Other_errors()
    {
        Check(new EndOfStreamException(), SsPhase.Peer, SsCauseCode.PeerClosed);
        Check(new HttpIOException(HttpRequestError.ResponseEnded), SsPhase.Peer, SsCauseCode.PeerClosed);
        Check(new IOException("broke"), SsPhase.Peer, SsCauseCode.ConnectionReset);
        Check(new ObjectDisposedException("socket"), SsPhase.Local, SsCauseCode.LocalDisconnect);
        Check(new TimeoutException(), SsPhase.Timeout, SsCauseCode.InactivityTimeout);
        Check(new AuthenticationException("bad"), SsPhase.Tls, SsCauseCode.TlsHandshakeFailed);
        Check(new IOException("read", new InvalidOperationException("error:0A00045C:SSL routines::tlsv13 alert certificate required")), SsPhase.Tls, SsCauseCode.ClientCertificateRefused);
        Check(new IOException("read", new InvalidOperationException("error:0A000438:SSL routines::tlsv1 alert internal error")), SsPhase.Tls, SsCauseCode.TlsHandshakeFailed);
        Check(new NotSupportedException("bug"), SsPhase.Local, SsCauseCode.InternalError);

        static void Check(Exception error, SsPhase phase, SsCauseCode code)
        {
            var failure = NetworkErrors.FromException(error, "sending");
            Assert.Equal((phase, code), (failure.Phase, failure.Code));
        }
    }

    [Fact]
    public void Failure_that_is_already_known_is_kept()
    {
        var known = new TransportFailure(SsPhase.Tls, SsCauseCode.CertificateExpired, "old");
        Assert.Same(known, NetworkErrors.FromException(new IOException("outer", new TransportException(known)), "sending"));
    }

    [Fact]
    public void Peers_text_stays_on_one_line_and_short()
    {
        Assert.Equal("a b c d", OperatorText.Clean("a\nb\rc\u2028d"));
        Assert.Equal("", OperatorText.Clean(null));
        Assert.Equal(NetworkDefaults.MaxQuotedLength + 3, OperatorText.Clean(new string('x', 1000)).Length);
    }
}
