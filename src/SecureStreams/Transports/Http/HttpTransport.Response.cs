using System.Buffers;
using SecureStreams.Network;

namespace SecureStreams.Transports.Http;

internal sealed partial class HttpTransport
{
    private long? _announced;
    private ArrayBufferWriter<byte>? _refusing;
    private QuotedSecrets? _secrets;
    private int _status;

    /// <inheritdoc/>
    public override int Status => Volatile.Read(ref _status);

    private void DeliverHeadOnMailbox(HttpResponseMessage response, bool mayHaveTrailers)
    {
        BeginBody();
        ReportConnectionOnMailbox((int)response.StatusCode);
        if (_stopped)
            return;
        BeginAnswerOnMailbox(response, HttpResponseValues.PublishOnMailbox(_plan, _setup.Metadata, response, Lane?.Facts), mayHaveTrailers);
        if (_stopped)
            return;
        TellUserStateOnMailbox((int)response.StatusCode);
        if (!_stopped)
        {
            if (!IsExpected((int)response.StatusCode))
            {
                _secrets = HttpSecrets.Of(_plan, response.RequestMessage);
                _statusLine = _setup.HidesAnswer ? HttpPeerText.Status(response) : HttpPeerText.StatusLine(response, _secrets);
                CompareClocks(response);
            }

            _setup.Sink.ConnectedOnMailbox(this);
        }
    }

    /// <summary>The state that the policy has for a status, if it has one.</summary>
    private void TellUserStateOnMailbox(int status)
    {
        foreach (var (mapped, state) in _plan.Http.ResponseMap)
        {
            if (mapped != status)
                continue;
            _setup.Sink.UserStateOnMailbox(this, (SsState)state, status);
            return;
        }
    }

    private void DeliverEndOnMailbox(int status)
    {
        if (_stopped)
            return;

        var ack = IsExpected(status);
        var refusal = ack ? null : new TransportFailure(SsPhase.Peer, SsCauseCode.PeerRefused, RefusalText(status))
        {
            Status = status,
            PeerText = _statusLine is { } line ? HttpPeerText.Of(line, null, _refusing?.WrittenMemory ?? default, _secrets) : null,
            Endpoint = _target!.Display,
            Attribute = _skew is not null ? "use_auth" : _plan.Http.Expect is null ? null : "http_expect",
        };
        _setup.Sink.AcknowledgedOnMailbox(this, ack, refusal, status);
        if (_stopped)
            return;

        // The peer has answered in full; what is left of a body (h2) nobody waits for.
        var idle = _body is null || _body.IsDone;
        _body?.AbortOnMailbox();
        FinishOnMailbox(null, idle);
    }

    private void ReceivedOnMailbox(ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if (_statusLine is not null && !_setup.HidesAnswer)
            KeepForOperators(payload);
        _setup.Sink.ReceivedOnMailbox(this, payload, flags);
    }

    /// <summary>The body of an answer that is no success often says why.</summary>
    private void KeepForOperators(ReadOnlySpan<byte> payload)
    {
        var kept = _refusing ??= new ArrayBufferWriter<byte>(Math.Max(payload.Length, 1));
        kept.Write(payload[..Math.Min(payload.Length, HttpDefaults.PeerTextBytes - kept.WrittenCount)]);
    }

    private bool IsExpected(int status) => HttpNames.IsSuccess(status, _plan.Http.Expect);

    private string RefusalText(int status)
    {
        var text = _plan.Http.Expect is { } only
            ? $"The peer answered with status {status}; http_expect says {only}."
            : $"The peer answered with status {status}; a success is 200 to 299, unless the streamtype states http_expect.";
        return _skew is { } skew ? $"{text} {skew}" : text;
    }

    /// <summary>Closed, once.</summary>
    private void FinishOnMailbox(TransportFailure? failure, bool reusable)
    {
        if (_closed)
            return;
        Volatile.Write(ref _closed, true);
        Volatile.Write(ref _stopped, true);
        if (failure is not null && failure.Code != SsCauseCode.LocalDisconnect)
            ReportFailureOnMailbox(failure);
        ReturnLane(sound: false);
        if (_watch is { } watch)
        {
            _watch = null;
            if (!reusable)
                watch.Cancel();
            _factory.ReturnWatch(watch, reusable);
        }

        if (failure is { Endpoint: null } && _target is not null)
            failure = failure with { Endpoint = _target.Display };
        if (failure is not null && _plan.FallbackNote is { } note)
            failure = failure with { Message = $"{failure.Message} ({note})" };
        _setup.Sink.ClosedOnMailbox(this, failure);
    }
}
