using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Transports.WebSocket;

/// <remarks>
/// Control frames go between the frames of messages. The closing handshake (RFC 6455 section 7): whoever sends a close frame sends no message after it; the other answers with
/// one; then the server ends the connection, and a client waits a moment for that. Every wait has a bound on the stream's clock.
/// </remarks>
internal abstract partial class WebSocketConnection
{
    private byte[]? _latePong;
    private int _latePongBytes;
    private int _pongBytes;
    private bool _pongsDue;
    private bool _isPongLate;
    private bool _closeSent;
    private bool _closeReceived;
    private int _goodbye = WebSocketCloseCodes.Normal;

    // The peer has ended, and the answer waits until what is on its way out has left.
    private Action? _answerClose;

    /// <inheritdoc/>
    public override void CloseBecauseOnMailbox(SsCauseCode because)
    {
        _goodbye = WebSocketFailures.CloseCode(because);
        CloseOnMailbox();
    }

    /// <summary>The application said that it sends no more: a close frame follows what it sent, and what the peer still has to say is received.</summary>
    public void EndOfStreamOnMailbox()
    {
        SendCloseOnMailbox(WebSocketCloseCodes.Normal, default);
        EndUnlessHeardOnMailbox(WebSocketFailures.NotAnswered(EndpointOnMailbox), WebSocketDefaults.CloseTimeout);
    }

    /// <inheritdoc/>
    public override void FinishOnMailbox()
    {
        SendCloseOnMailbox(WebSocketCloseCodes.Normal, default);
        Output.FlushOnMailbox();
        FinishWithinOnMailbox(WebSocketFailures.NotAnswered(EndpointOnMailbox));
    }

    /// <inheritdoc/>
    protected override void SayGoodbyeOnMailbox()
    {
        if (_closeReceived)
        {
            // The answer may still be waiting for what is on its way out.
            SendCloseOnMailbox(_reader!.CloseCode, default);
            EndSendingOnMailbox();
            return;
        }

        // Not the end of the connection yet: some that carry it take that for its abortion.
        SendCloseOnMailbox(_goodbye, default);
        Output.FlushOnMailbox();
        EndWithinOnMailbox(WebSocketDefaults.CloseTimeout);
    }

    /// <inheritdoc/>
    protected override void ArrivedTooLateOnMailbox(Span<byte> bytes)
    {
        if (_keepsOne)
            bytes = bytes[1..];
        _keepsOne = false;
        if (_closeReceived || _reader is not { Violation: null } reader)
            return;
        while (true)
        {
            switch (reader.Read(ref bytes, out _))
            {
                case WebSocketReadKind.NeedMore:
                    return;
                case WebSocketReadKind.Violation:
                    EndOnMailbox(null);
                    return;
                case WebSocketReadKind.Close:
                    _closeReceived = true;
                    EndSendingOnMailbox();
                    return;
            }
        }
    }

    /// <inheritdoc/>
    protected override void PeerEndedOnMailbox()
    {
        if (_answerClose is { } answer)
            answer();
        else
            EndOnMailbox(WebSocketFailures.EndedMute(_reader is { IsInMessage: true }, EndpointOnMailbox));
    }

    /// <inheritdoc/>
    protected override TransportFailure CutOnMailbox(TransportFailure failure) =>
        _reader is { IsInMessage: true } ? failure with { Phase = SsPhase.Payload, Code = SsCauseCode.PayloadTruncated, Message = $"The connection was cut in the middle of a message. {failure.Message}" } : failure;

    /// <inheritdoc/>
    protected override void PeerEndedTooLateOnMailbox() => EndSendingOnMailbox();

    private void PeerClosesOnMailbox(ReadOnlySpan<byte> reason)
    {
        _closeReceived = true;
        var code = _reader!.CloseCode;
        var failure = WebSocketFailures.PeerClosed(code, reason, _reader.IsInMessage, EndpointOnMailbox);

        if (_role == WebSocketRole.Client || _closeSent)
        {
            AnswerCloseOnMailbox(code, failure);
            return;
        }

        // A client that ends in order still hears what it waits for: what a server's stream has asked to send goes out before the answer (RFC 6455 section 5.5.1). A client's waits for
        // the next connection instead, since a server that ends may not listen any more.
        _answerClose = () =>
        {
            _answerClose = null;
            if (_writer.IsWritable)
                Setup.Sink.WritableOnMailbox(this, due: false);
            if (!HasLetGo)
                AnswerCloseOnMailbox(code, failure);
        };
        if (Output.IsReady)
            _answerClose();
        else
            EndWithinOnMailbox(WebSocketDefaults.CloseTimeout, _answerClose);
    }

    private void AnswerCloseOnMailbox(int code, TransportFailure failure)
    {
        SendCloseOnMailbox(code, default);
        LeaveOnMailbox(failure);
    }

    /// <summary>The peer did what it must not: it is told, and the connection ends.</summary>
    private void FailOnMailbox(WebSocketViolation violation)
    {
        SendCloseOnMailbox(violation.CloseCode, violation.Message);
        LeaveOnMailbox(WebSocketFailures.Broken(violation, EndpointOnMailbox));
    }

    /// <summary>Once, and behind it no payload.</summary>
    private void SendCloseOnMailbox(int code, ReadOnlySpan<char> reason)
    {
        if (_closeSent)
            return;
        _closeSent = true;
        _writer.Close();
        Span<byte> payload = stackalloc byte[WebSocketFrame.MaxControlBytes];
        PutControlOnMailbox(WebSocketOpcode.Close, payload[..WebSocketClosePayload.Write(payload, code, reason)]);
    }

    /// <summary>Answers a ping, also behind our close frame (RFC 6455 section 5.5.2). While many answers wait, those that follow are answered by the latest.</summary>
    private void AnswerOnMailbox(ReadOnlySpan<byte> payload)
    {
        if (_closeReceived || HasLetGo)
            return;
        if (_pongBytes <= WebSocketDefaults.MaxPongBytes)
        {
            _pongBytes += payload.Length + WebSocketFrame.MaxShortHeaderBytes;
            _pongsDue = true;
            PutControlOnMailbox(WebSocketOpcode.Pong, payload);
            return;
        }

        _latePong ??= new byte[WebSocketFrame.MaxControlBytes];
        payload.CopyTo(_latePong);
        _latePongBytes = payload.Length;
        _isPongLate = true;
    }

    /// <summary>The pongs of one read leave in one write.</summary>
    private void FlushPongsOnMailbox()
    {
        if (!_pongsDue || HasLetGo)
            return;
        _pongsDue = false;
        if (Output.FlushOnMailbox())
            AnswerLateOnMailbox();
    }

    /// <summary>The peer has taken all that was sent.</summary>
    private void AnswerLateOnMailbox()
    {
        _pongBytes = 0;
        if (!_isPongLate || _closeReceived || HasLetGo)
            return;
        _isPongLate = false;
        PutControlOnMailbox(WebSocketOpcode.Pong, _latePong.AsSpan(0, _latePongBytes));
        Output.FlushOnMailbox();
    }

    /// <summary>Behind everything that was released. Nothing is staged when control frames are sent: no callback is under way.</summary>
    private void PutControlOnMailbox(WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        var frame = Output.GetSpan(WebSocketFrame.MaxShortHeaderBytes + payload.Length);
        int header;
        if (_role == WebSocketRole.Client)
        {
            var key = WebSocketMaskKeys.Next();
            header = WebSocketFrame.WriteHeader(frame, opcode, true, false, payload.Length, key);
            payload.CopyTo(frame[header..]);
            WebSocketMask.Apply(frame.Slice(header, payload.Length), key, 0);
        }
        else
        {
            header = WebSocketFrame.WriteHeader(frame, opcode, true, false, payload.Length);
            payload.CopyTo(frame[header..]);
        }

        Output.Advance(header + payload.Length);
        Output.ReleaseOnMailbox();
    }
}
