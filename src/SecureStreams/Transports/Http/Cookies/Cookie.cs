namespace SecureStreams.Transports.Http.Cookies;

/// <summary>One cookie of a peer (RFC 6265 section 5.3). All but the last use is fixed.</summary>
internal sealed class Cookie(string name, string value)
{
    public string Name => name;

    public string Value => value;

    /// <summary>Whose it is: a host in lower case, <c>+path</c> for a Unix socket.</summary>
    public required string Domain { get; init; }

    /// <summary>Whether it goes to that host alone, and not to those below it.</summary>
    public required bool HostOnly { get; init; }

    public required string Path { get; init; }

    /// <summary>Whether it goes over TLS only.</summary>
    public required bool Secure { get; init; }

    /// <summary>When it ends; null with the context.</summary>
    public required DateTimeOffset? Expires { get; init; }

    /// <summary>Its place in the order of setting, from 1; one that replaces another takes its place. Belongs to the jar's lock.</summary>
    public long Order { get; set; }

    /// <summary>Counts up with each use of the jar. Belongs to the jar's lock.</summary>
    public long LastUsed { get; set; }

    public bool IsExpired(DateTimeOffset now) => Expires is { } at && at <= now;

    /// <summary>Whose it is; what it says is nobody's business.</summary>
    public override string ToString() => $"cookie of {Domain}";
}
