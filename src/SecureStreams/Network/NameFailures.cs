using System.Net.Sockets;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>Why a name has no addresses, in words.</summary>
internal static class NameFailures
{
    /// <param name="host">The name.</param>
    /// <param name="choice">Which addresses were asked for.</param>
    /// <param name="error">What the resolver threw; null when it found nothing.</param>
    /// <param name="proxy">Whose name it is, if it is not the peer's.</param>
    public static TransportFailure Of(string host, AddressChoice choice, Exception? error, ProxyPolicy? proxy)
    {
        host = OperatorText.Clean(host);
        var attribute = proxy is null ? "endpoint" : ProxyFailures.IsOfPolicy(proxy) ? proxy.Attribute : null;
        var (whose, mend) = proxy is null ? ("", "the endpoint") : (" of the proxy", ProxyFailures.NameOf(proxy));
        var socket = NetworkErrors.FindSocketError(error);
        if (error is null || socket?.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            var (kind, record) = choice switch { AddressChoice.IPv4 => ("IPv4 address", "an A record"), AddressChoice.IPv6 => ("IPv6 address", "an AAAA record"), _ => ("address", "an A or AAAA record") };
            return new TransportFailure(SsPhase.Names, SsCauseCode.NameNotFound, error is null
                ? $"the name '{host}'{whose} has no {kind}; correct {mend}, or give the name {record}"
                : $"the name '{host}'{whose} does not exist or has no {kind}; correct {mend}, or the DNS or hosts file of this machine") { Error = error, Attribute = attribute };
        }

        if (error is ArgumentException)
        {
            return new TransportFailure(SsPhase.Policy, SsCauseCode.EndpointInvalid, $"'{host}' cannot be a host name; correct {mend}")
            {
                Error = error,
                Attribute = attribute,
                Permanent = true,
            };
        }

        var why = socket is null ? NetworkErrors.Innermost(error) : $"{OperatorText.Clean(socket.Message)} ({socket.SocketErrorCode})";
        return new TransportFailure(SsPhase.Names, SsCauseCode.NameResolutionFailed,
            $"the name '{host}'{whose} could not be looked up: {why}; check that this machine reaches its DNS server") { Error = error, Attribute = attribute };
    }
}
