using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Tokens;

/// <remarks>What the inner transport tells goes on to the stream, but for refusals of a token that another may mend.</remarks>
internal sealed partial class TokenTransport : ITransportSink
{
    public void ConnectedOnMailbox(StreamTransport transport)
    {
        if (transport != _inner)
            return;
        _isConnected = true;

        // Of a transaction the answer says whether the token was taken.
        if (!IsTransactional)
            _scheme.Accepted(_serial);
        _setup.Sink.ConnectedOnMailbox(this);
    }

    public void WritableOnMailbox(StreamTransport transport, bool due)
    {
        if (transport == _inner)
            _setup.Sink.WritableOnMailbox(this, due);
    }

    public void ReceivedOnMailbox(StreamTransport transport, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (transport == _inner)
            _setup.Sink.ReceivedOnMailbox(this, payload, flags);
    }

    public void UserStateOnMailbox(StreamTransport transport, SsState state, int status)
    {
        if (transport == _inner)
            _setup.Sink.UserStateOnMailbox(this, state, status);
    }

    public void RestartedOnMailbox(StreamTransport transport, TransportFailure reason)
    {
        if (transport == _inner)
            _setup.Sink.RestartedOnMailbox(this, reason);
    }

    public void AcknowledgedOnMailbox(StreamTransport transport, bool ack, TransportFailure? refusal, int status, long message = 0)
    {
        if (transport != _inner)
            return;
        if (IsTransactional && status != 401)
            _scheme.Accepted(_serial);
        _setup.Sink.AcknowledgedOnMailbox(this, ack, refusal, status, message);
    }

    public void ClosedOnMailbox(StreamTransport transport, TransportFailure? failure)
    {
        if (transport != _inner)
            return;
        if (!_isConnected && !_isClosing && failure is not null)
        {
            if (IsRefusal(failure) && (_wasRefused || RefusedOnMailbox(canRepeat: true)))
            {
                _refused = _serial;
                _wasRefused = false;
                AgainOnMailbox(transport);
                return;
            }

            // It ended while the attempt was on its way to where it is read.
            if (!_wasMissed && failure is { Code: SsCauseCode.BlobMissing, Attribute: "http_auth_header" or "use_auth" })
            {
                _wasMissed = true;
                _scheme.Missed(_serial);
                AgainOnMailbox(transport);
                return;
            }

            if (IsRefusal(failure))
                failure = failure with { IsAuth = true };
        }

        EndOnMailbox(failure);
    }

    private void AgainOnMailbox(StreamTransport over)
    {
        _earlier = _earlier.IsCompleted ? over.Completion : Task.WhenAll(_earlier, over.Completion);
        Volatile.Write(ref _inner, null);
        TryOnMailbox();
    }

    /// <summary>Whether the peer says that the token is not good. 403 says that a good one is not allowed to (RFC 6750 section 3.1), which no other would change.</summary>
    private bool IsRefusal(TransportFailure failure) =>
        failure.Status == 401 || (_setup.Policy.Protocol == WireProtocol.Mqtt && failure is { Phase: SsPhase.Peer or SsPhase.Protocol, Code: SsCauseCode.CredentialsRefused });
}
