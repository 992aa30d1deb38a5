using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SecureStreams.Network;

/// <summary>What a host of the policy is: a name or an address, and in which order addresses are tried.</summary>
internal static class HostNames
{
    /// <summary>The inside of <c>[...]</c>, or the text itself.</summary>
    public static string WithoutBrackets(string host) => host is ['[', .., ']'] ? host[1..^1] : host;

    /// <summary>The name as certificates and SNI have it: without brackets and without the dot that ends a fully qualified name (RFC 6066 section 3).</summary>
    public static string ForTls(string host) => WithoutScope(WithoutBrackets(host)) is var plain && plain is [.. var name, '.'] ? name : plain;

    /// <summary>An IPv6 address without <c>%interface</c>, which means something on this machine alone (RFC 4007); any other text as it is.</summary>
    public static string WithoutScope(string host) => host.Contains(':', StringComparison.Ordinal) && host.IndexOf('%', StringComparison.Ordinal) is var scope and >= 0 ? host[..scope] : host;

    /// <summary>The name as the DNS has it: letters outside of ASCII as IDNA writes them (RFC 5891), any other text as it is.</summary>
    /// <exception cref="ArgumentException">There is no such form of it.</exception>
    public static string InAscii(string host)
    {
        if (Ascii.IsValid(host))
            return host;
        var name = new IdnMapping().GetAscii(host);

        // A few letters stand for several characters, blanks among them.
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_'))
                throw new ArgumentException("A letter in it stands for something that no host name has.", nameof(host));
        }

        return name;
    }

    /// <summary>The host of <paramref name="uri"/> as it is dialed: an IPv6 address in brackets and with its interface, which <see cref="Uri.Host"/> leaves out; letters outside of ASCII as IDNA writes them.</summary>
    public static string Of(Uri uri) => uri.HostNameType == UriHostNameType.IPv6 ? $"[{uri.IdnHost}]" : uri.IdnHost;

    /// <summary>The address that <paramref name="host"/> writes out, or null when it is a name.</summary>
    public static IPAddress? Literal(string host)
    {
        host = WithoutBrackets(host);
        if (!IPAddress.TryParse(host, out var address))
            return null;

        // The parser also takes the historic short forms ("127.1", "010.0.0.1", "2130706433"). Only the plain one is unmistakable; the others are left to the resolver.
        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host ? address : null;
    }

    /// <summary>Families in turn, beginning with that of the first address; the order within a family is the resolver's (RFC 8305 section 4).</summary>
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        var usable = addresses.Where(static one => one.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6).Distinct().ToList();
        if (usable.Count < 2)
            return usable;

        var firstFamily = usable[0].AddressFamily;
        var first = new Queue<IPAddress>(usable.Where(one => one.AddressFamily == firstFamily));
        var second = new Queue<IPAddress>(usable.Where(one => one.AddressFamily != firstFamily));
        var ordered = new List<IPAddress>(usable.Count);
        while (first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out var one))
                ordered.Add(one);
            if (second.TryDequeue(out var other))
                ordered.Add(other);
        }

        return ordered;
    }
}
