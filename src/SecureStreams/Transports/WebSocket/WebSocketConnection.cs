using SecureStreams.Codecs.WebSocket;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Transports.WebSocket;

/// <summary>
/// A WebSocket connection from the moment at which it is one, in either role and over whatever carries it: frames, pings, the closing handshake. How it comes to be is for
/// those who derive from it.
/// </summary>
/// <remarks>Incoming frames are parsed where they were read, and each piece is given to the stream inside the turn that read it.</remarks>
internal abstract partial class WebSocketConnection : LinkTransport
{
    private readonly WebSocketRole _role;
    private readonly WebSocketWriter _writer;
    private WebSocketFrameReader? _reader;
    private WebSocketUtf8 _utf8;
    private bool _upgraded;

    protected WebSocketConnection(LinkContext links, TransportSetup setup, WebSocketRules rules, WebSocketRole role)
        : base(links, setup, WebSocketFrame.MaxShortHeaderBytes)
    {
        Rules = rules;
        _role = role;
        _writer = new WebSocketWriter(this, Output, role == WebSocketRole.Client, rules.IsBinary);
    }

    /// <inheritdoc/>
    public override TransportWriter Writer => _writer;

    /// <inheritdoc/>
    public override bool CanPing => true;

    /// <summary>Whether what has arrived is to be read before anything is sent, and there is some (<c>ws_prioritize_reads</c>). Behind the peer's close frame nothing is.</summary>
    public bool HoldsBackSending => Rules.PrioritizesReads && MoreHasArrived && !_closeReceived;

    /// <summary>Whether the peer has sent its close frame: nothing follows it.</summary>
    protected bool PeerClosed => _closeReceived;

    /// <summary>What the policy says.</summary>
    protected WebSocketRules Rules { get; }

    /// <inheritdoc/>
    public override void PingOnMailbox()
    {
        // Any byte of the peer counts as a sign of life, so nothing has to be told from anything: no payload.
        if (!_upgraded || _closeSent || HasLetGo)
            return;
        PutControlOnMailbox(WebSocketOpcode.Ping, default);
        Output.FlushOnMailbox();
    }

    /// <summary>The upgrade is done: frames follow.</summary>
    /// <param name="deflate">What was agreed of permessage-deflate; null when it is not used.</param>
    /// <param name="received">What the answer said that is for metadata; null for nothing.</param>
    protected void UpgradedOnMailbox(WebSocketDeflateParameters? deflate = null, string?[]? received = null)
    {
        _reader = new WebSocketFrameReader(_role, Rules.MaxMessageBytes, LinkDefaults.PieceBytes, allowsCompression: deflate is not null);
        _inflater = deflate?.CreateInflater(_role == WebSocketRole.Server, Rules.MaxMessageBytes);
        _upgraded = true;
        _writer.Open(deflate?.CreateDeflater(_role == WebSocketRole.Server));
        ConnectedOnMailbox(received);
        if (!HasLetGo)
            WritableOnMailbox();
    }

    /// <inheritdoc/>
    protected override int ArrivedOnMailbox(Span<byte> bytes)
    {
        var input = _keepsOne ? bytes[1..] : bytes;
        _keepsOne = false;
        var kind = WebSocketReadKind.Data;
        if (_inflating)
            InflateOnMailbox(default);
        while (MayDeliver && _answerClose is null && kind != WebSocketReadKind.NeedMore)
        {
            kind = _reader!.Read(ref input, out var payload);
            switch (kind)
            {
                case WebSocketReadKind.Data:
                    if (_reader.IsCompressed)
                        InflateOnMailbox(payload);
                    else
                        DeliverOnMailbox(payload, _reader.IsStart, _reader.IsEnd);
                    break;
                case WebSocketReadKind.Ping:
                    AnswerOnMailbox(payload);
                    break;
                case WebSocketReadKind.Close:
                    PeerClosesOnMailbox(payload);
                    break;
                case WebSocketReadKind.Violation:
                    FailOnMailbox(_reader.Violation!);
                    break;
            }
        }

        // Behind its close frame a peer has nothing to say.
        if (_answerClose is not null)
            input = default;
        FlushPongsOnMailbox();
        var used = bytes.Length - input.Length;

        // What is inflated while delivery is paused is more than arrived; a byte that is kept back makes it come again.
        _keepsOne = _inflating && input.IsEmpty && !HasLetGo;
        return _keepsOne ? used - 1 : used;
    }

    /// <inheritdoc/>
    protected override void WritableOnMailbox()
    {
        if (_answerClose is { } answer)
        {
            answer();
            return;
        }

        AnswerLateOnMailbox();
        if (_writer.IsWritable)
            Setup.Sink.WritableOnMailbox(this, due: false);
    }

    /// <inheritdoc/>
    protected override void EndedOnMailbox()
    {
        _writer.End();
        _inflater?.Dispose();
        ReturnHeld();
    }

    /// <inheritdoc/>
    protected override void ReadDryOnMailbox()
    {
        // Whoever was held back may send now; nothing else would tell. A write that still waits tells when the peer has taken it.
        if (Rules.PrioritizesReads && Output.IsReady)
            WritableOnMailbox();
    }

    private void DeliverOnMailbox(ReadOnlySpan<byte> payload, bool isStart, bool isEnd)
    {
        var reader = _reader!;
        if (reader.IsText && !IsText(payload, isStart, isEnd))
        {
            FailOnMailbox(new WebSocketViolation(WebSocketCloseCodes.InvalidPayload, "a text message is not UTF-8"));
            return;
        }

        var flags = reader.IsText ? SsRxFlags.Text : SsRxFlags.Binary;
        if (isStart)
            flags |= SsRxFlags.StartOfMessage;
        if (isEnd)
            flags |= SsRxFlags.EndOfMessage;
        Setup.Sink.ReceivedOnMailbox(this, payload, flags);
    }

    /// <summary>Whether what came of a text message so far can be text, and at its end is.</summary>
    private bool IsText(ReadOnlySpan<byte> payload, bool isStart, bool isEnd)
    {
        if (isStart)
            _utf8.Reset();
        return _utf8.TryFeed(payload) && (!isEnd || _utf8.IsComplete);
    }
}
