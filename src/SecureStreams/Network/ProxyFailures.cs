using System.Text;
using SecureStreams.Codecs.HttpConnect;
using SecureStreams.Codecs.Socks5;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>What the answers of a proxy mean, in words.</summary>
internal sealed class ProxyFailures(DialTarget target, ProxyPolicy proxy)
{
    /// <summary>The attribute to look at; null where the environment named the proxy.</summary>
    private string? Attribute => IsOfPolicy(proxy) ? proxy.Attribute : null;

    private string Source => NameOf(proxy);

    private string Peer => EndPointText.Of(target);

    /// <summary>Whether a policy names the proxy, and not the environment.</summary>
    public static bool IsOfPolicy(ProxyPolicy proxy) => proxy.Location.File is not null;

    /// <summary>Where the proxy is named, for messages.</summary>
    public static string NameOf(ProxyPolicy proxy) => IsOfPolicy(proxy) ? proxy.Attribute : "the environment variable socks_proxy";

    /// <summary>A SOCKS5 negotiation that failed.</summary>
    public TransportFailure Of(Socks5Negotiation negotiation) => negotiation.Problem switch
    {
        Socks5Problem.NoMethod when proxy.User is null => Failure(SsCauseCode.ProxyAuthenticationFailed,
            $"the {proxy} wants a user name and password; write {Source} as user:password@host:port"),
        Socks5Problem.NoMethod => Failure(SsCauseCode.ProxyAuthenticationFailed,
            $"the {proxy} takes neither a user name and password nor a client without; nothing else is spoken here, so allow one of them there"),
        Socks5Problem.CredentialsRefused => Failure(SsCauseCode.ProxyAuthenticationFailed,
            $"the {proxy} does not take the user name and password of {Source}; correct them"),
        Socks5Problem.Refused => Refused(negotiation.Reply),
        _ => Failure(SsCauseCode.ProtocolError, $"the {proxy} does not answer in SOCKS5; check that {Source} names a SOCKS5 proxy and its port"),
    };

    /// <summary>A CONNECT that failed.</summary>
    public TransportFailure Of(HttpConnectNegotiation negotiation)
    {
        var secrets = Secrets();
        var words = OperatorText.Clean(secrets.Strike(negotiation.Reason));
        var said = words.Length == 0 ? $"status {negotiation.Status}" : $"status {negotiation.Status} ({words})";
        var failure = negotiation switch
        {
            { Problem: HttpConnectProblem.NotHttp } => Failure(SsCauseCode.ProtocolError, $"the {proxy} does not answer in HTTP; check that {Source} names an HTTP proxy and its port"),
            { Problem: HttpConnectProblem.HeadTooLong } => Failure(SsCauseCode.ProtocolError,
                $"the {proxy} answers with a head longer than {HttpConnectNegotiation.MaxHeadBytes} bytes; check that {Source} names an HTTP proxy"),
            { Status: 407 or 401 } when proxy.User is null => Failure(SsCauseCode.ProxyAuthenticationFailed,
                $"the {proxy} wants a user name and password, {said}; write {Source} as user:password@host:port"),

            // Some proxies answer credentials that they do not take as if they were the peer (tinyproxy: 401).
            { Status: 407 or 401 } => Failure(SsCauseCode.ProxyAuthenticationFailed,
                $"the {proxy} does not take the user name and password of {Source}, {said}; correct them, or allow basic authentication there"),
            _ => Failure(SsCauseCode.ProxyRefused, $"the {proxy} refused to connect to {Peer}, {said}; see the log of the proxy, which says why"),
        };
        return negotiation.Status == 0 ? failure : failure with
        {
            Status = negotiation.Status,
            PeerText = $"{negotiation.Status} {words}{(negotiation.Challenge.Length == 0 ? "" : $"; it asks for {OperatorText.Clean(secrets.Strike(negotiation.Challenge))}")}",
        };
    }

    /// <summary>It closed.</summary>
    public TransportFailure Closed(bool inTheMiddle) => Failure(SsCauseCode.PeerClosed,
        $"the {proxy} closed the connection {(inTheMiddle ? "in the middle of its answer" : "without an answer")}; check that {Source} names the right kind of proxy and that it may connect to {Peer}");

    /// <summary>The connection broke.</summary>
    public TransportFailure BrokenOff(Exception error) =>
        NetworkErrors.FromException(error, $"talking to the {proxy}") with { Phase = SsPhase.Proxy, Attribute = Attribute };

    /// <summary>The protocol has no room for what it would have to be told.</summary>
    public TransportFailure Unspeakable(ArgumentException error) =>
        Failure(SsCauseCode.EndpointInvalid, $"{Peer} cannot be asked for through the {proxy}: {OperatorText.Clean(error.Message)}") with
        {
            Phase = SsPhase.Policy, Permanent = true, Error = error, Attribute = error.ParamName is "user" or "password" ? Attribute : "endpoint",
        };

    private static (SsCauseCode Code, string Text, string? Attribute) Meaning(Socks5Reply reply) => reply switch
    {
        Socks5Reply.GeneralFailure => (SsCauseCode.ProxyRefused, "general failure", null),
        Socks5Reply.NotAllowed => (SsCauseCode.ProxyRefused, "not allowed by its rules", null),
        Socks5Reply.NetworkUnreachable => (SsCauseCode.NetworkUnreachable, "network unreachable", "endpoint"),
        Socks5Reply.HostUnreachable => (SsCauseCode.NetworkUnreachable, "host unreachable", "endpoint"),
        Socks5Reply.ConnectionRefused => (SsCauseCode.ConnectionRefused, "connection refused", "port"),
        Socks5Reply.TimeToLiveExpired => (SsCauseCode.NetworkUnreachable, "time to live expired", "endpoint"),
        Socks5Reply.CommandNotSupported => (SsCauseCode.ProxyRefused, "command not supported", null),
        Socks5Reply.AddressTypeNotSupported => (SsCauseCode.ProxyRefused, "address type not supported", null),
        _ => (SsCauseCode.ProxyRefused, "a reply that has no agreed meaning", null),
    };

    private TransportFailure Refused(Socks5Reply reply)
    {
        var (code, text, attribute) = Meaning(reply);
        return Failure(code, $"the {proxy} refused to connect to {Peer}: {text} (reply {(int)reply}); see the log of the proxy, or correct the endpoint") with
        {
            PeerText = $"SOCKS5 reply {(int)reply}: {text}",
            Attribute = attribute ?? Attribute,
        };
    }

    /// <summary>What the proxy was told: some quote it. The name is kept quiet too, as everywhere.</summary>
    private QuotedSecrets Secrets()
    {
        var secrets = new QuotedSecrets();
        if (proxy.User is not { } user)
            return secrets;
        var pair = $"{user}:{proxy.Password}";
        secrets.Add(pair);
        secrets.Add(Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        secrets.Add(proxy.Password);
        secrets.Add(user);
        return secrets;
    }

    private TransportFailure Failure(SsCauseCode code, string message) => new(SsPhase.Proxy, code, message) { Attribute = Attribute };
}
