using System.Security.Cryptography.X509Certificates;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A peer that is refused, and how. The wire protocol is not part of it: each case is run with every one there is.</summary>
/// <param name="Peer">Starts the server; null when nobody may even be asked.</param>
/// <param name="Phase">Where it has to end.</param>
/// <param name="Code">Why.</param>
/// <param name="Words">What the message for operators has to contain.</param>
internal sealed record RefusalCase(Func<RefusalSetting, Task<IWitness>>? Peer, SsPhase Phase, SsCauseCode Code, string Words)
{
    /// <summary>The endpoint; every name leads to 127.0.0.1.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>What the streamtype trusts; null for the operating system's store.</summary>
    public Func<X509Certificate2[]>? Roots { get; init; } = static () => [MatrixPki.Root];

    /// <summary>A store of which every certificate is unusable.</summary>
    public bool EmptyStore { get; init; }

    /// <summary>Further members of the streamtype, without commas at the ends.</summary>
    public string More { get; init; } = "";

    /// <summary>Fills the blobs.</summary>
    public Action<ISsBlobStore>? Blobs { get; init; }

    /// <summary>The attribute that the detail points at; null where none decided or it is not of interest.</summary>
    public string? Attribute { get; init; }

    /// <summary>Whether the place that knows of revocation takes the question and never answers.</summary>
    public bool CrlIsSilent { get; init; }

    /// <summary>Whether it ends only when time runs out.</summary>
    public bool Stalls { get; init; }

    /// <summary>The only protocol it makes sense with; null for all.</summary>
    public string? OnlyWith { get; init; }

    /// <summary>Whether it is about what is agreed to by ALPN, which raw does not use.</summary>
    public bool NeedsAlpn { get; init; }

    /// <summary>Whether the server refuses after the client's handshake is over (TLS 1.3). What says nothing of its own before payload, raw, has connected by then.</summary>
    public bool IsLate { get; init; }
}
