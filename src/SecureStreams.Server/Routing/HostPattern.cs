namespace SecureStreams.Server.Routing;

/// <summary>An entry of <c>server_names</c>: a host, or every host below one.</summary>
/// <param name="Text">As the policy has it, such as <c>api.example</c> or <c>*.example</c>.</param>
internal readonly record struct HostPattern(string Text)
{
    /// <summary>What every host matches; of no streamtype's own.</summary>
    public static HostPattern Any => new("");

    /// <summary>The more the better it fits: a name before a wildcard, the longer wildcard before the shorter, and before what takes any host.</summary>
    public int Rank => IsWildcard || Text.Length == 0 ? Text.Length : int.MaxValue;

    private bool IsWildcard => Text.StartsWith("*.", StringComparison.Ordinal);

    /// <summary>Whether <paramref name="host"/>, a name without port and without the dot at its end, is meant. A wildcard stands for one label or more, and not for none.</summary>
    public bool Matches(ReadOnlySpan<char> host) => Text.Length == 0
        || (IsWildcard ? host.Length >= Text.Length && host.EndsWith(Text.AsSpan(1), StringComparison.OrdinalIgnoreCase) : host.Equals(Text, StringComparison.OrdinalIgnoreCase));

    /// <summary>The host of a <c>Host</c> header or <c>:authority</c> (RFC 9110 section 7.2): without its port, and without the dot that ends a fully qualified name.</summary>
    public static ReadOnlySpan<char> HostOf(ReadOnlySpan<char> authority)
    {
        var host = authority.Trim(' ');
        var end = host.LastIndexOf(':');
        if (end >= 0 && host[end..].IndexOf(']') < 0)
            host = host[..end];
        return host is [.., '.'] ? host[..^1] : host;
    }

    /// <summary>Whether the other one stands for exactly the same hosts.</summary>
    public bool IsSameAs(HostPattern other) => Text.Equals(other.Text, StringComparison.OrdinalIgnoreCase);
}
