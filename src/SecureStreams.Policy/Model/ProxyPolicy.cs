using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SecureStreams.Policy;

/// <summary>The proxy through which a client connects. Compared by value; <see cref="Location"/> is no part of that.</summary>
public sealed class ProxyPolicy : IEquatable<ProxyPolicy>
{
    private ProxyPolicy(ProxyKind kind, string text)
    {
        Kind = kind;
        Text = text;
        Host = "";
    }

    /// <summary>No proxy, as <c>""</c> in the policy says it.</summary>
    public static ProxyPolicy None { get; } = new(ProxyKind.None, "");

    /// <summary>How it is spoken to.</summary>
    public ProxyKind Kind { get; }

    /// <summary>Its host name or address, without brackets; empty for none.</summary>
    public string Host { get; private init; }

    /// <summary>Its port; 0 for none.</summary>
    public int Port { get; private init; }

    /// <summary>The user name that it wants to hear; null where it is told none.</summary>
    public string? User { get; private init; }

    /// <summary>The password that goes with <see cref="User"/>: a secret. Null where it is told none.</summary>
    public string? Password { get; private init; }

    /// <summary>Where it is stated: at the streamtype or the document. Default where no document does.</summary>
    public PolicyLocation Location { get; private init; }

    /// <summary>As it is written, the password included.</summary>
    internal string Text { get; }

    /// <summary>The attribute that it is stated in.</summary>
    public string Attribute => Kind == ProxyKind.HttpConnect ? "via_http_proxy" : "via-socks5";

    /// <summary>Reads <c>host:port</c> or <c>user:password@host:port</c>, an IPv6 address in brackets; an empty text is <see cref="None"/>.</summary>
    /// <param name="kind">How it is spoken to.</param>
    /// <param name="text">The text.</param>
    /// <param name="proxy">What it says; null when it is malformed.</param>
    /// <returns>Whether it has that form.</returns>
    public static bool TryParse(ProxyKind kind, string text, [NotNullWhen(true)] out ProxyPolicy? proxy)
    {
        ArgumentNullException.ThrowIfNull(text);
        proxy = null;
        if (text.Length == 0 || kind == ProxyKind.None)
        {
            proxy = text.Length == 0 ? None : null;
            return proxy is not null;
        }

        if (!PolicyForms.Matches(PolicyPatterns.Socks, text))
            return false;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var colon = at < 0 ? -1 : text.IndexOf(':', StringComparison.Ordinal);
        var authority = text[(at + 1)..];
        var port = authority.LastIndexOf(':');
        var host = authority[..port];
        proxy = new ProxyPolicy(kind, text)
        {
            Host = host is ['[', .. var address, ']'] ? address : host,
            Port = int.Parse(authority.AsSpan(port + 1), CultureInfo.InvariantCulture),
            User = at < 0 ? null : text[..colon],
            Password = at < 0 ? null : text[(colon + 1)..at],
        };
        return true;
    }

    /// <summary>By value, the place not.</summary>
    public bool Equals(ProxyPolicy? other) =>
        other is not null && Kind == other.Kind && Host == other.Host && Port == other.Port && User == other.User && Password == other.Password;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ProxyPolicy);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Host, Port);

    /// <summary><c>SOCKS5 proxy host:port</c>: neither user name nor password.</summary>
    public override string ToString()
    {
        if (Kind == ProxyKind.None)
            return "no proxy";
        var host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return $"{(Kind == ProxyKind.Socks5 ? "SOCKS5" : "HTTP")} proxy {host}:{Port.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>The same, stated at <paramref name="location"/>.</summary>
    internal ProxyPolicy At(PolicyLocation location) =>
        new(Kind, Text) { Host = Host, Port = Port, User = User, Password = Password, Location = location };
}
