namespace SecureStreams.Network;

/// <summary>What to reach, and how, after expansion of the policy's symbols.</summary>
internal sealed record DialTarget
{
    /// <summary>Host name or address literal (without brackets); for a Unix socket the name used in TLS and in the Host header.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port; ignored for a Unix socket.</summary>
    public required int Port { get; init; }

    /// <summary>Path of a Unix domain socket, an abstract name beginning with <c>@</c>; null for TCP.</summary>
    public string? UnixPath { get; init; }

    /// <summary>The target as operators read it, where that was worked out before; else null.</summary>
    public string? Text { get; init; }

    /// <summary>The way to the peer.</summary>
    public DialOptions Options { get; init; } = DialOptions.Default;

    /// <summary>Whether what is to be said of the connection is gathered once it stands.</summary>
    public bool WantsFacts { get; init; }

    /// <summary>TLS on top; null for plaintext.</summary>
    public TlsTarget? Tls { get; init; }
}
