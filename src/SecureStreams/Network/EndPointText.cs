using System.Net;
using System.Net.Sockets;

namespace SecureStreams.Network;

/// <summary>Endpoints as people write them.</summary>
internal static class EndPointText
{
    /// <summary><c>192.0.2.1:80</c>, <c>[2001:db8::1]:80</c>, <c>unix:/path</c>, <c>unix:@name</c>.</summary>
    public static string Of(EndPoint endPoint) => endPoint switch
    {
        UnixDomainSocketEndPoint unix => $"unix:{OperatorText.Clean(unix.ToString().Replace('\0', '@'))}",
        _ => endPoint.ToString() ?? "",
    };

    /// <summary><c>host:port</c> as the policy names it, or the Unix socket.</summary>
    public static string Of(DialTarget target)
    {
        if (target.UnixPath is { } path)
            return $"unix:{OperatorText.Clean(path)}";
        return Of(OperatorText.Clean(HostNames.WithoutBrackets(target.Host)), target.Port);
    }

    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public static string Of(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
}
