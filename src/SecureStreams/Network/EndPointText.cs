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
    public static string Of(DialTarget target) => target.Text ?? Of(target.Host, target.Port, target.UnixPath);

    /// <summary>As <see cref="Of(DialTarget)"/>.</summary>
    public static string Of(string host, int port, string? unixPath) =>
        unixPath is not null ? $"unix:{OperatorText.Clean(unixPath)}" : Of(OperatorText.Clean(HostNames.WithoutBrackets(host)), port);

    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public static string Of(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
}
