using SecureStreams.Network;

namespace SecureStreams.Transports;

/// <summary>Why an attempt or a connection failed: what the core turns into an <see cref="SsCause"/> for the handler and an <see cref="SsDetail"/> for operators.</summary>
internal sealed record TransportFailure(SsPhase Phase, SsCauseCode Code, string Message)
{
    /// <summary>Whether trying again cannot help (the policy asks for what cannot be had).</summary>
    public bool Permanent { get; init; }

    /// <summary>Whether the peer has ended in order, by the protocol's own way of saying so: nothing that it sent is missing.</summary>
    public bool IsOrderly { get; init; }

    /// <summary>Whether what failed is the proof of who this side is, so that it is told as <see cref="SsState.AuthFailed"/>.</summary>
    public bool IsAuth { get; init; }

    /// <summary>How it is retried.</summary>
    public RetryClass RetryClass =>
        Permanent ? RetryClass.Configuration
        : Code is SsCauseCode.CertificateUntrusted or SsCauseCode.CertificateExpired or SsCauseCode.CertificateHostMismatch or SsCauseCode.CertificateInvalid
            or SsCauseCode.CertificatePinMismatch or SsCauseCode.CertificateRevoked or SsCauseCode.ClientCertificateRefused or SsCauseCode.ProxyAuthenticationFailed
            or SsCauseCode.CredentialsRefused or SsCauseCode.AccessDenied ? RetryClass.Identity
        : RetryAfter is not null || Code == SsCauseCode.PeerBusy ? RetryClass.Busy
        : RetryClass.Transient;

    /// <summary>How long the peer asked us to stay away; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The protocol's status (HTTP), or 0.</summary>
    public int Status { get; init; }

    /// <summary>The exception behind it.</summary>
    public Exception? Error { get; init; }

    /// <summary>The endpoint after expansion, <c>scheme://host:port/path</c>, without user info.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The addresses tried.</summary>
    public IReadOnlyList<SsCandidate> Candidates { get; init; } = [];

    /// <summary>How far the dial of the attempt came; null where none has to do with it.</summary>
    public DialSteps? Dial { get; init; }

    /// <summary>What the peer said.</summary>
    public string? PeerText { get; init; }

    /// <summary>The streamtype attribute whose value decided (<c>endpoint</c>, <c>tls_trust_store</c>, <c>allow_redirects</c>); null when none did.</summary>
    public string? Attribute { get; init; }
}
