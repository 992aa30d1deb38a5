using System.Net.Security;
using SecureStreams.Network;

namespace SecureStreams.Server.Http;

/// <summary>What is ours of a connection: every request that comes over it sees it.</summary>
internal sealed class HttpConnectionFeature
{
    private int _asked;

    /// <summary>What can be said of it, where the policy asks.</summary>
    public ConnectionFacts? Facts { get; init; }

    /// <summary>TLS on it; null for plaintext.</summary>
    public SslStream? Tls { get; init; }

    /// <summary>Who is there, for operators.</summary>
    public required string Peer { get; init; }

    /// <summary>Whether a request has come.</summary>
    public bool HasAsked => Volatile.Read(ref _asked) != 0;

    /// <summary>A request has come.</summary>
    public void NoteRequest() => Volatile.Write(ref _asked, 1);
}
