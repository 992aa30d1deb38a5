using System.Globalization;

namespace SecureStreams.Policy;

/// <summary>Where a client connects to: what the endpoint says, what port and tls say.</summary>
internal static class EndpointRules
{
    private static readonly string[] Tls = ["https", "wss", "mqtts"];
    private static readonly string[] Plain = ["http", "ws", "mqtt"];

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            var role = StreamRole.Of(stream);
            if (!role.IsClient || stream.IsWrong("endpoint") || stream.Find("endpoint") is not { Value.Text.Length: > 0 } endpoint)
                continue;

            // A symbol may bring anything, a port or a whole URL, so that only what stands around it is judged.
            var template = endpoint.Value.Template;
            var known = template.Expand(static _ => "x");
            if (known.StartsWith('+'))
                continue;
            if (known.AsSpan().Trim().Length != known.Length || known.AsSpan().IndexOfAny(' ', '\u00A0', '\u3000') >= 0)
                bag.Report(PolicyDiagnosticTable.EndpointNotAddress, endpoint, $"{stream.Subject}: endpoint has white space, which no host name and no URL has; remove it");
            else if (template.IsLiteral && SchemeOf(known) is { } scheme)
                CheckUrl(stream, role, endpoint, scheme, bag);
            else if (template.IsLiteral)
                CheckHost(stream, endpoint, bag);
            if (template.IsLiteral && !known.Contains("://", StringComparison.Ordinal))
                CheckPort(stream, role, endpoint, bag);
        }
    }

    private static string? SchemeOf(string endpoint)
    {
        var end = endpoint.IndexOf("://", StringComparison.Ordinal);
        return end > 0 ? endpoint[..end] : null;
    }

    private static void CheckUrl(DraftEntry stream, StreamRole role, DraftValue endpoint, string scheme, DiagnosticBag bag)
    {
        var hasUser = SecretRules.UserInfoOf(endpoint.Value.Text).Length > 0;
        if (hasUser)
        {
            bag.Report(PolicyDiagnosticTable.EndpointUserInfo, endpoint,
                $"{stream.Subject}: endpoint has user information in front of the host, with which no connection is made; send credentials in a header or the protocol's own way");
        }

        if (!TakesUrl(stream, role, endpoint, scheme, bag))
            return;
        if (!hasUser && (Is(Tls, scheme) || Is(Plain, scheme)) && !HasPort(endpoint.Value.Text.AsSpan(scheme.Length + 3)))
        {
            // A password with a slash in it ends what looks like the host, so that nothing is quoted.
            bag.Report(PolicyDiagnosticTable.EndpointNotAddress, endpoint, $"{stream.Subject}: endpoint has a ':' behind its host without a port number; write it as in {(role.Protocol == PolicyProtocols.Mqtt ? "mqtts://host:8883" : "https://host:8443/path")}");
        }

        if (stream.IsWrong("tls"))
            return;
        if (Is(Tls, scheme) && !stream.Flag("tls"))
        {
            bag.Report(PolicyDiagnosticTable.SchemeNeedsTls, endpoint,
                $"{stream.Subject}: endpoint begins with {QuotedValue.Of(scheme + "://")}, which does not switch TLS on; add \"tls\": true, or nothing is sent");
        }
        else if (Is(Plain, scheme) && stream.Flag("tls"))
        {
            bag.Report(PolicyDiagnosticTable.SchemeTurnsTlsOff, endpoint,
                $"{stream.Subject}: endpoint begins with {QuotedValue.Of(scheme + "://")}, which switches TLS off in spite of tls; write {scheme}s://, or leave the scheme out");
        }
    }

    /// <summary>Whether the protocol may have it as its endpoint. What HTTP and ws make of schemes is said when they connect.</summary>
    private static bool TakesUrl(DraftEntry stream, StreamRole role, DraftValue endpoint, string scheme, DiagnosticBag bag)
    {
        if (role.Protocol == PolicyProtocols.Raw)
        {
            bag.Report(PolicyDiagnosticTable.EndpointNotAddress, endpoint,
                $"{stream.Subject}: endpoint begins with {QuotedValue.Of(scheme + "://")}, and protocol raw takes no URL; write the host alone, the port into port, and \"tls\": true for TLS");
            return false;
        }

        if (role.Protocol != PolicyProtocols.Mqtt || stream.IsWrong("mqtt_over_ws"))
            return true;
        string[] taken = stream.Flag("mqtt_over_ws") ? ["ws", "wss"] : ["mqtt", "mqtts"];
        if (!Is(taken, scheme))
        {
            bag.Report(PolicyDiagnosticTable.EndpointNotAddress, endpoint,
                $"{stream.Subject}: endpoint begins with {QuotedValue.Of(scheme + "://")}, and protocol mqtt{(stream.Flag("mqtt_over_ws") ? " over ws" : "")} takes {taken[0]}:// and {taken[1]}:// alone; write the host alone, the port into port, and \"tls\": true for TLS");
            return false;
        }

        var rest = endpoint.Value.Text.AsSpan(scheme.Length + 3).TrimEnd('/');
        if (rest.IndexOfAny('/', '?', '#') < 0)
            return true;
        bag.Report(PolicyDiagnosticTable.EndpointNotAddress, endpoint,
            $"{stream.Subject}: endpoint goes on behind its host; write the host and the port alone{(stream.Flag("mqtt_over_ws") ? ", and the path into http_url" : "")}");
        return false;
    }

    private static void CheckHost(DraftEntry stream, DraftValue endpoint, DiagnosticBag bag)
    {
        // What is behind an @ is the host; what is in front of it may be a password, and is not quoted.
        var host = endpoint.Value.Text;
        if (host.Contains('@', StringComparison.Ordinal))
        {
            bag.Report(PolicyDiagnosticTable.EndpointUserInfo, endpoint,
                $"{stream.Subject}: endpoint has an @, which no host name has; send credentials in a header or the protocol's own way");
        }
        else if (host.AsSpan().IndexOfAny('/', '?', '#') is >= 0 and var path)
        {
            bag.Report(PolicyDiagnosticTable.EndpointNotAddress, endpoint,
                $"{stream.Subject}: endpoint goes on behind its host, with {Wording.Quote(host[path].ToString())} at character {path + 1}; put the path into http_url, or write a whole URL with its scheme");
        }
        else if (PortOf(host) is { } port)
        {
            bag.Report(PolicyDiagnosticTable.EndpointNotAddress, endpoint, $"{stream.Subject}: endpoint ends in {QuotedValue.Of(":" + port)}; put the port into port");
        }
    }

    /// <summary>Whether what follows the host of a URL is a port number or nothing.</summary>
    private static bool HasPort(ReadOnlySpan<char> url)
    {
        var end = url.IndexOfAny('/', '?', '#');
        var authority = end < 0 ? url : url[..end];
        var port = authority[(authority.LastIndexOf(']') + 1)..];
        var colon = port.IndexOf(':');
        return colon < 0 || ushort.TryParse(port[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    /// <summary>The digits in <c>host:8080</c> and <c>[::1]:8080</c>; an IPv6 address without brackets has more than one colon.</summary>
    private static string? PortOf(string host)
    {
        var colon = host.LastIndexOf(':');
        if (colon < 0 || (host.IndexOf(':', StringComparison.Ordinal) != colon && host[colon - 1] != ']'))
            return null;
        var port = host[(colon + 1)..];
        return port.Length is > 0 and <= 5 && port.All(char.IsAsciiDigit) ? port : null;
    }

    private static void CheckPort(DraftEntry stream, StreamRole role, DraftValue endpoint, DiagnosticBag bag)
    {
        if (stream.IsWrong("port") || stream.EffectiveNumber("port") != 0 || stream.IsStated("port_metadata") || role.Protocol == PolicyProtocols.None || PortOf(endpoint.Value.Text) is not null)
            return;

        // Without a word about it, HTTP's own port is what anyone expects; a stated 0 is not.
        var usual = role.Protocol is PolicyProtocols.Http or PolicyProtocols.WebSocket;
        var stated = stream.Find("port");
        if (usual && stated is null)
            return;
        Finding finding = usual
            ? $"{stream.Subject}: port is 0; {(stream.Flag("tls") ? 443 : 80)} is used in its place, and lws would fail to connect"
            : $"{stream.Subject}: {(stated is null ? "port is not stated" : "port is 0")}, and protocol {role.ProtocolName} has none of its own: every connection attempt fails";
        if (stated is { } value)
            bag.Report(PolicyDiagnosticTable.PortMissing, value, finding);
        else
            bag.Report(PolicyDiagnosticTable.PortMissing, stream, finding);
    }

    private static bool Is(string[] schemes, string scheme) => Array.Exists(schemes, one => one.Equals(scheme, StringComparison.OrdinalIgnoreCase));
}
