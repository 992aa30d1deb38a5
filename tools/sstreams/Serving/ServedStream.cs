using System.Globalization;

namespace SecureStreams.Tool.Serving;

/// <summary>What all that is served has in common: it is counted, and told in one line when it ends. One for each accepted stream, on its mailbox.</summary>
/// <param name="takesUpgrades">Whether some requests become WebSocket connections.</param>
/// <param name="report">Where it is told.</param>
internal abstract class ServedStream(bool takesUpgrades, ServeReport report) : SecureStreamHandler
{
    private long _began;
    private long _received;
    private long _sent;
    private int _status;
    private string? _what;
    private bool _told;

    /// <summary>Whether a request is answered; else a connection is served.</summary>
    protected bool IsRequest { get; private set; }

    /// <summary>Whether what is said over a connection comes in messages.</summary>
    protected bool HasMessages { get; private set; }

    public sealed override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Creating:
                _began = TimeProvider.System.GetTimestamp();
                break;
            case SsState.Connected when !stream.Traits.HasMessages:
                Begin(stream);
                break;
            case SsState.ServerTxn:
                _what = $" {stream.GetMetadata(ServeOverlay.Method)} {stream.GetMetadata(ServeOverlay.Path)}";
                if (takesUpgrades && IsUpgrade(stream))
                {
                    OnUpgrade(stream);
                    break;
                }

                IsRequest = true;
                OnRequest(stream);
                break;
            case SsState.ServerUpgrade:
                HasMessages = true;
                Begin(stream);
                break;
            case SsState.Disconnected:
                Tell(stream, change.Cause);
                OnEnded(stream);
                break;
            case SsState.Destroying:
                Tell(stream, change.Cause);
                OnEnded(stream);
                break;
        }

        return SsResult.Continue;
    }

    public sealed override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if ((flags & SsRxFlags.PerfJson) != 0)
            return SsResult.Continue;
        _received += payload.Length;
        OnPayload(stream, payload, flags);
        return SsResult.Continue;
    }

    /// <summary>A request has come.</summary>
    protected abstract void OnRequest(SecureStream stream);

    /// <summary>A request has come that becomes a connection unless it is answered.</summary>
    protected virtual void OnUpgrade(SecureStream stream)
    {
    }

    /// <summary>A connection that lasts has come.</summary>
    protected virtual void OnConnection(SecureStream stream)
    {
    }

    /// <summary>Payload has come.</summary>
    protected abstract void OnPayload(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags);

    /// <summary>The stream has ended. May be told twice.</summary>
    protected virtual void OnEnded(SecureStream stream)
    {
    }

    /// <summary>Says with which status a request is answered.</summary>
    protected void Answer(SecureStream stream, int status)
    {
        _status = status;
        stream.ServerAck(status);
    }

    /// <summary>Hands a piece over, and counts it.</summary>
    protected void Commit(scoped ref SsTransmit tx, int count, SsTxFlags flags)
    {
        _sent += count;
        tx.Commit(count, flags);
    }

    /// <summary>Something that deserves attention.</summary>
    protected void Warn(string text) => report.Warning(text);

    // By extended CONNECT over HTTP/2, which says so nowhere else.
    private static bool IsUpgrade(SecureStream stream) =>
        stream.GetMetadata(ServeOverlay.Method) == "CONNECT" || stream.GetMetadata("upgrade")?.Contains("websocket", StringComparison.OrdinalIgnoreCase) is true;

    private void Begin(SecureStream stream)
    {
        report.Stream(stream, $"{PeerOf(stream)} connected");
        OnConnection(stream);
    }

    private void Tell(SecureStream stream, in SsCause cause)
    {
        if (_told)
            return;
        _told = true;
        if (!report.IsTracing)
            return;
        var took = TimeProvider.System.GetElapsedTime(_began).TotalMilliseconds;
        var why = cause.Code is SsCauseCode.Completed or SsCauseCode.None ? "" : $": {cause with { DetailId = 0 }}";
        report.Stream(stream, string.Create(CultureInfo.InvariantCulture,
            $"{PeerOf(stream)}{_what}{(_status == 0 ? "" : $" {_status}")}, {_received} bytes received, {_sent} sent, {took:0} ms{why}"));
    }

    private static string PeerOf(SecureStream stream)
    {
        var address = Find(stream, ServeOverlay.PeerIp);
        return address is null ? "-" : $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{Find(stream, ServeOverlay.PeerPort)}";
    }

    private static string? Find(SecureStream stream, string name)
    {
        try
        {
            return stream.GetMetadata(name);
        }
        catch (SsMetadataException)
        {
            // The policy has no such name, for it was changed.
            return null;
        }
    }
}
