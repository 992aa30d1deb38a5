using System.Runtime.CompilerServices;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>
/// TLS on a connection, which knows whether the peer has said anything since the handshake. With TLS 1.3 a client's handshake is over before the server has judged the
/// client's certificate: what it thinks of it comes with the first read, which protocols that read in the background (HTTP/2) would swallow.
/// </summary>
internal sealed class TlsStream(CountingStream wire, TlsOptions options, TimeProvider time) : OrderedTlsStream(wire)
{
    private volatile bool _heard;
    private volatile TransportFailure? _refusal;
    private long _since;

    /// <summary>Whether the peer asked for this side's certificate and was shown it.</summary>
    /// <remarks>Noted right after the handshake: the stream that has ended cannot be asked any more.</remarks>
    public bool ShowedCertificate { get; private set; }

    /// <summary>The handshake is over.</summary>
    public void NoteHandshake()
    {
        ShowedCertificate = options.Identity is not null && IsMutuallyAuthenticated;
        _since = time.GetTimestamp();
        BeginTurns();
    }

    /// <summary>
    /// What <paramref name="failure"/>, by which the connection ended, means. Until the first byte of the peer it counts as an end in the handshake: under the alert that came,
    /// and where this side showed its certificate also without one, since many servers refuse without a word. They do that soon: a connection that stood for longer than
    /// <see cref="NetworkDefaults.VerdictTime"/> without a word of the peer, as some protocols have it, ended for another reason.
    /// </summary>
    public TransportFailure Explain(TransportFailure failure)
    {
        if (_heard || failure.Phase == SsPhase.Policy)
            return failure;
        if ((_refusal ?? (failure.Phase == SsPhase.Tls ? failure : null)) is { } refusal)
            return refusal.Code == SsCauseCode.ClientCertificateRefused && options.Identity is { } shown ? refusal with { Attribute = shown.Attribute } : refusal;
        if (!ShowedCertificate || failure.Phase is not (SsPhase.Peer or SsPhase.Protocol) || failure.Code == SsCauseCode.PeerBusy || time.GetElapsedTime(_since) > NetworkDefaults.VerdictTime)
            return failure;
        return failure with
        {
            Phase = SsPhase.Tls,
            Code = SsCauseCode.PeerClosed,
            Message = "the server ended the connection right after the handshake in which this side showed its certificate, without an answer; most likely it does not take the "
                + $"certificate: store one that it trusts in the blob that {options.Identity!.Attribute} names",
            Attribute = options.Identity.Attribute,
        };
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _heard ? base.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _heard |= read > 0;
            return read;
        }
        catch (Exception error) when (TlsErrors.AfterHandshake(error) is { } refusal)
        {
            _refusal ??= refusal;
            throw;
        }
    }
}
