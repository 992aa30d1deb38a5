using System.Collections.Immutable;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Http;

namespace SecureStreams.Server.Routing;

/// <summary>What a policy says of who is meant on a listener that several streamtypes share. It does not change under a listener.</summary>
internal sealed class RoutePlan
{
    private RoutePlan(StreamTypePolicy policy)
    {
        IsHttp = policy.Protocol is WireProtocol.H1 or WireProtocol.H2 or WireProtocol.WebSocket;
        Hosts = policy.Find("server_names") is { Value.Items.IsEmpty: false } names ? [.. names.Value.Items.Select(static one => new HostPattern(one.Text))] : [HostPattern.Any];
        Path = IsHttp ? PathOf(policy) : "";
        TakesRequests = policy.Protocol is WireProtocol.H1 or WireProtocol.H2;
        Subprotocols = policy.Find("ws_subprotocol") is { } stated ? [.. stated.Value.Text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]
            : policy.Protocol == WireProtocol.WebSocket ? [] : null;
    }

    /// <summary>Whether requests are told apart, by host and path; else connections, by host alone.</summary>
    public bool IsHttp { get; }

    /// <summary><c>server_names</c>; one that takes any host where it states none.</summary>
    public ImmutableArray<HostPattern> Hosts { get; }

    /// <summary>Whether it takes any host.</summary>
    public bool TakesAnyHost => Hosts[0].Text.Length == 0;

    /// <summary><c>http_url</c> as requests have it: unescaped, with a slash in front and none at the end; empty for every path.</summary>
    public string Path { get; }

    /// <summary>Whether it takes requests that are no upgrade.</summary>
    public bool TakesRequests { get; }

    /// <summary>The subprotocols of the upgrades that it takes; empty for any, null where it takes no upgrade.</summary>
    public ImmutableArray<string>? Subprotocols { get; }

    /// <summary>Reads it.</summary>
    /// <exception cref="SsPolicyException">It says what no request could meet.</exception>
    public static RoutePlan Of(StreamTypePolicy policy)
    {
        HttpServerPlan.Check(policy);
        return new RoutePlan(policy);
    }

    /// <summary>Whether <paramref name="path"/> is <see cref="Path"/> or lies below it.</summary>
    public bool MatchesPath(string path) =>
        Path.Length == 0 || (path.StartsWith(Path, StringComparison.Ordinal) && (path.Length == Path.Length || path[Path.Length] == '/'));

    /// <summary>In what it meets the same requests or connections as another, in words; null where nothing could be meant for both alike.</summary>
    public string? SameAs(RoutePlan other)
    {
        if (IsHttp != other.IsHttp || !string.Equals(Path, other.Path, StringComparison.Ordinal))
            return null;
        foreach (var host in Hosts)
        {
            foreach (var its in other.Hosts)
            {
                if (host.IsSameAs(its) && SameKind(other) is { } kind)
                    return $"{kind}{(host.Text.Length == 0 ? " for any host" : $" for host '{host.Text}'")}{(IsHttp ? $" with path '{(Path.Length == 0 ? "/" : Path)}'" : "")}";
            }
        }

        return null;
    }

    private string? SameKind(RoutePlan other)
    {
        if (!IsHttp)
            return "connections";
        if (TakesRequests && other.TakesRequests)
            return "requests";
        if (Subprotocols is not { } own || other.Subprotocols is not { } others)
            return null;
        if (own.IsEmpty && others.IsEmpty)
            return "upgrades of any subprotocol";
        return own.Intersect(others, StringComparer.Ordinal).FirstOrDefault() is { } both ? $"upgrades of subprotocol '{both}'" : null;
    }

    private static string PathOf(StreamTypePolicy policy)
    {
        if (policy.Http?.Url is not { } url || policy.Find("http_url") is null)
            return "";
        if (!url.IsLiteral || url.Text.AsSpan().ContainsAny('?', '#'))
        {
            throw new SsPolicyException($"Streamtype '{policy.Name}': http_url '{OperatorText.Clean(url.Text)}' of a listener is the beginning of the paths that it serves, and has no ${{}} symbol, query or fragment; "
                + $"write a path.{(policy.Locate("http_url") is { } at ? $" ({at})" : "")}");
        }

        var path = Uri.UnescapeDataString(url.Text.Trim('/'));
        return path.Length == 0 ? "" : "/" + path;
    }
}
