using System.Net.Sockets;
using System.Security.Authentication;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>Turns what the platform throws on a connection into a phase and a code. One table for every protocol.</summary>
internal static class NetworkErrors
{
    /// <summary>The failure behind <paramref name="error"/>, thrown by an operation on a connection that was established.</summary>
    /// <param name="error">The exception; a <see cref="TransportException"/> anywhere in its chain already says all there is to say and is returned as it is.</param>
    /// <param name="what">What was being done, as the beginning of a sentence: <c>"reading the response"</c>.</param>
    public static TransportFailure FromException(Exception error, string what)
    {
        if (TransportException.Find(error) is { } known)
            return known;

        var (phase, code, text) = Established(error);
        return new TransportFailure(phase, code, $"{what}: {text}") { Error = error };
    }

    /// <summary>The first <see cref="SocketException"/> in the chain, or null.</summary>
    public static SocketException? FindSocketError(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is SocketException socket)
                return socket;
        }

        return null;
    }

    /// <summary>The innermost message, which is the one the operating system or the TLS library wrote.</summary>
    public static string Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
            error = inner;
        return OperatorText.Clean(error.Message);
    }

    /// <summary>Phase, code and a few words for a failure to reach one address.</summary>
    public static (SsPhase Phase, SsCauseCode Code, string Text) Connecting(Exception error, bool unix) => FindSocketError(error) switch
    {
        // A path without a socket behind it: nobody listens there, as with a port.
        { SocketErrorCode: SocketError.AddressNotAvailable } when unix => (SsPhase.Connect, SsCauseCode.ConnectionRefused, "no such socket"),
        { SocketErrorCode: SocketError.ConnectionRefused } => (SsPhase.Connect, SsCauseCode.ConnectionRefused, "connection refused"),
        { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted } => (SsPhase.Connect, SsCauseCode.ConnectionReset, "connection reset"),
        { SocketErrorCode: SocketError.TimedOut } => (SsPhase.Timeout, SsCauseCode.ConnectTimeout, "no answer"),
        { } socket when IsUnreachable(socket.SocketErrorCode) => (SsPhase.Connect, SsCauseCode.NetworkUnreachable, Unreachable(socket)),
        { } socket => (SsPhase.Connect, SsCauseCode.ConnectFailed, $"{OperatorText.Clean(socket.Message)} ({socket.SocketErrorCode})"),
        null => (SsPhase.Connect, SsCauseCode.ConnectFailed, Innermost(error)),
    };

    /// <summary>Whether the peer or the network cut the connection (as opposed to closing it in order).</summary>
    public static bool IsReset(SocketError error) => error is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NetworkReset
        or SocketError.Shutdown or SocketError.NotConnected or SocketError.Disconnecting;

    private static (SsPhase Phase, SsCauseCode Code, string Text) Established(Exception error)
    {
        if (FindSocketError(error) is { } socket)
        {
            return socket.SocketErrorCode switch
            {
                var code when IsReset(code) => (SsPhase.Peer, SsCauseCode.ConnectionReset, $"the peer or the network reset the connection ({code})"),
                SocketError.ConnectionRefused => (SsPhase.Connect, SsCauseCode.ConnectionRefused, "connection refused"),
                SocketError.TimedOut => (SsPhase.Timeout, SsCauseCode.InactivityTimeout, "the peer stopped answering and the operating system gave the connection up"),
                SocketError.OperationAborted or SocketError.Interrupted => (SsPhase.Local, SsCauseCode.LocalDisconnect, "the connection was closed by this side"),
                var code when IsUnreachable(code) => (SsPhase.Connect, SsCauseCode.NetworkUnreachable, $"the way to the peer is gone: {Unreachable(socket)}"),
                var code => (SsPhase.Peer, SsCauseCode.ConnectionReset, $"the connection broke: {OperatorText.Clean(socket.Message)} ({code})"),
            };
        }

        for (var one = error; one is not null; one = one.InnerException)
        {
            switch (one)
            {
                // After the handshake: an alert, for instance a client certificate that the server misses, which TLS 1.3 reports this late.
                case AuthenticationException:
                    return FromTls(error);
                case EndOfStreamException or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }:
                    return (SsPhase.Peer, SsCauseCode.PeerClosed, "the peer closed the connection");
                case ObjectDisposedException:
                    return (SsPhase.Local, SsCauseCode.LocalDisconnect, "the connection was closed by this side");
                case TimeoutException:
                    return (SsPhase.Timeout, SsCauseCode.InactivityTimeout, OperatorText.Clean(one.Message));
            }
        }

        return error switch
        {
            IOException when TlsErrors.Alert(error) is not null => FromTls(error),
            IOException => (SsPhase.Peer, SsCauseCode.ConnectionReset, $"the connection broke: {Innermost(error)}"),
            _ => (SsPhase.Local, SsCauseCode.InternalError, $"unexpected {error.GetType().Name}: {Innermost(error)}"),
        };
    }

    private static (SsPhase Phase, SsCauseCode Code, string Text) FromTls(Exception error) => TlsErrors.AfterHandshake(error) is { } alert
        ? (alert.Phase, alert.Code, alert.Message)
        : (SsPhase.Tls, SsCauseCode.TlsHandshakeFailed, TlsErrors.Text(error));

    private static bool IsUnreachable(SocketError error) =>
        error is SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown or SocketError.HostDown
            or SocketError.AddressFamilyNotSupported;

    private static string Unreachable(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.HostUnreachable or SocketError.HostDown => "no route to the host",
        SocketError.AddressFamilyNotSupported => "this machine has no network of that family",
        _ => "network unreachable",
    };
}
