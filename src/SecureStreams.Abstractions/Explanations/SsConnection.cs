using System.Globalization;
using System.Text;

namespace SecureStreams;

/// <summary>How a connection came to be: where it leads, how long each step took, what was tried. For operators; it names endpoints and addresses, and never secrets. Immutable.</summary>
public sealed record SsConnection
{
    /// <summary>When it could be used, by the context's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What was dialed: <c>host:port</c> after expansion of <c>${}</c>, or <c>unix:/path</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The address and port reached: of the peer, or of the proxy where there is one.</summary>
    public required string Address { get; init; }

    /// <summary>The address and port on this side; null where that means nothing (Unix sockets) or is not known.</summary>
    public string? LocalAddress { get; init; }

    /// <summary>The proxy on the way, without user name and password; null for none.</summary>
    public string? Proxy { get; init; }

    /// <summary>How long it took until there were addresses to try; zero for literals and Unix sockets.</summary>
    public TimeSpan NamesTime { get; init; }

    /// <summary>From the first address tried to the connected socket.</summary>
    public TimeSpan ConnectTime { get; init; }

    /// <summary>How long the proxy took to open the way; zero without one.</summary>
    public TimeSpan ProxyTime { get; init; }

    /// <summary>The TLS handshake; zero for plaintext.</summary>
    public TimeSpan TlsTime { get; init; }

    /// <summary>The addresses tried, in the order they were started.</summary>
    public IReadOnlyList<SsCandidate> Candidates { get; init; } = [];

    /// <summary>What the policy asks of the connection and could not be had; empty when it has everything.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>One line, and one for each warning.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Endpoint} at {Address}");
        if (LocalAddress is not null)
            text.Append(CultureInfo.InvariantCulture, $" from {LocalAddress}");
        if (Proxy is not null)
            text.Append(CultureInfo.InvariantCulture, $" through the {Proxy}");
        text.Append(": ").Append(new SsConnectTimes(NamesTime, ConnectTime, ProxyTime, TlsTime).Text(Proxy is not null));
        if (Candidates.Count > 1)
            text.Append(CultureInfo.InvariantCulture, $" (tried {string.Join(", ", Candidates.Select(static one => $"{one.Address}: {one.Outcome}"))})");
        foreach (var warning in Warnings)
            text.Append("\nwarning: ").Append(warning);
        return text.ToString();
    }
}
