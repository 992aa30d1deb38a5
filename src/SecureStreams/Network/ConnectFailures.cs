using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>Why no address could be reached, in words.</summary>
internal static class ConnectFailures
{
    /// <param name="race">The race that nobody won.</param>
    /// <param name="target">What was dialed.</param>
    /// <param name="progress">How far it came.</param>
    /// <param name="proxy">The proxy, if it is that which was not reached.</param>
    public static TransportFailure NobodyReached(AddressRace race, DialTarget target, DialProgress progress, ProxyPolicy? proxy)
    {
        // The most telling answer speaks for all: a refusal proves the host is alive; "unreachable" often only means that a family is missing here.
        var unix = target.UnixPath is not null;
        var telling = race.Errors.MinBy(error => Rank(NetworkErrors.Connecting(error, unix).Code))!;
        var (phase, code, _) = NetworkErrors.Connecting(telling, unix);
        var what = code switch
        {
            SsCauseCode.ConnectionRefused => "nobody listens at",
            SsCauseCode.NetworkUnreachable => "no network leads to",
            SsCauseCode.ConnectTimeout => "no answer from",
            SsCauseCode.LocalAddressUnavailable => "cannot connect from the address that local_bind says to",
            _ => "could not connect to",
        };
        var attribute = code == SsCauseCode.LocalAddressUnavailable ? "local_bind"
            : proxy is not null ? ProxyFailures.IsOfPolicy(proxy) ? proxy.Attribute : null
            : code == SsCauseCode.ConnectionRefused && !unix ? "port" : "endpoint";
        var message = proxy is null
            ? $"{what} {progress.Endpoint} ({progress.Tried}); {Mend(code, unix)}"
            : $"{what} the {proxy} on the way to {progress.Endpoint} ({progress.Tried}); {MendProxy(code, proxy)}";
        return new TransportFailure(proxy is not null && phase == SsPhase.Connect ? SsPhase.Proxy : phase, code, message) { Error = telling, Attribute = attribute };
    }

    private static string Mend(SsCauseCode code, bool unix) => code switch
    {
        SsCauseCode.ConnectionRefused => unix ? "start the server, or correct the endpoint" : "start the server, or correct endpoint and port",
        SsCauseCode.NetworkUnreachable => "check this machine's network and routes",
        SsCauseCode.ConnectTimeout => "check the endpoint, and firewalls on the way",
        SsCauseCode.LocalAddressUnavailable => "give this machine that address, free the port, or correct local_bind",
        _ => "see the reasons given",
    };

    private static string MendProxy(SsCauseCode code, ProxyPolicy proxy) => code switch
    {
        SsCauseCode.ConnectionRefused => $"start the proxy, or correct {ProxyFailures.NameOf(proxy)}",
        SsCauseCode.ConnectTimeout => $"check {ProxyFailures.NameOf(proxy)}, and firewalls on the way",
        _ => Mend(code, unix: false),
    };

    private static int Rank(SsCauseCode code) => code switch
    {
        SsCauseCode.ConnectionRefused => 0,
        SsCauseCode.ConnectTimeout => 1,
        SsCauseCode.NetworkUnreachable => 3,
        _ => 2,
    };
}
