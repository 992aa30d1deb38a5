using System.Security.Cryptography;
using System.Text;
using SecureStreams.Network;
using SecureStreams.Transports;

namespace SecureStreams.Tokens;

/// <summary>
/// One fetch of a token: a stream of the streamtype that the scheme names, which sends the root blob and reads the reply. What fails is retried by that streamtype's own policy;
/// the fetch is over when there is a token, a refusal, or no attempt follows. All but <see cref="Begin"/> and <see cref="Abandon"/> runs on the mailbox of that stream.
/// </summary>
internal sealed class TokenFetch(TokenScheme scheme, SsContext context, ISsBlobStore blobs, SsDiagnostics diagnostics, TimeProvider time) : SecureStreamHandler
{
    private readonly byte[] _reply = new byte[TokenDefaults.LargestReplyBytes];
    private SsBlob? _root;
    private SecureStream? _stream;
    private TransportFailure? _last;
    private int _sent;
    private int _received;
    private long _asked;
    private DateTimeOffset _askedAt;
    private bool _isTooLong;
    private bool _isTimedOut;
    private int _isOver;

    /// <summary>Why the newest attempt failed, while another may follow; null when none has.</summary>
    public TransportFailure? LastFailure => Volatile.Read(ref _last);

    /// <summary>Creates the stream and lets it connect. What keeps it from that is the outcome.</summary>
    public void Begin()
    {
        try
        {
            var stream = context.Create(scheme.Settings.StreamType, this);
            Volatile.Write(ref _stream, stream);
            if (Volatile.Read(ref _isOver) != 0)
                Release(stream);
            else if (!stream.Traits.IsTransactional)
                Over(TokenFailures.NoFetcher(scheme.Settings, "is not one of h1 or h2"));
            else
                stream.Connect();
        }
        catch (Exception error) when (error is SsPolicyException or ObjectDisposedException or SsCreationRefusedException)
        {
            Over(TokenFailures.NoFetcher(scheme.Settings, error is SsPolicyException ? $"cannot be used: {error.Message.TrimEnd('.')}" : "is not there any more") with { Error = error });
        }
    }

    /// <summary>Nobody wants the token any more. From any thread.</summary>
    public void Abandon()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0 && Volatile.Read(ref _stream) is { } stream)
            Release(stream);
    }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connecting:
                return AskOnMailbox(stream);
            case SsState.Timeout:
                _isTimedOut = true;
                return SsResult.Disconnect;
            case SsState.Unreachable or SsState.AuthFailed:
                Volatile.Write(ref _last, _isTimedOut ? TokenFailures.TooSlow(scheme.Settings) : TokenFailures.Fetch(scheme.Settings, change.Cause, diagnostics.Find(change.Cause.DetailId)));
                break;
            case SsState.Disconnected when change.Cause.NextAction == SsNextAction.Retry:
                Volatile.Write(ref _last, TokenFailures.Fetch(scheme.Settings, change.Cause, diagnostics.Find(change.Cause.DetailId)));
                break;
            case SsState.QosAckRemote:
                TakeOnMailbox();
                break;
            case SsState.QosNackRemote:
                Over(TokenFailures.Refused(scheme.Settings, change.Cause with { Status = (int)change.Ack }, diagnostics.Find(change.Cause.DetailId), WordsOnMailbox()), isRefused: true);
                break;
            case SsState.AllRetriesFailed or SsState.Disconnected:
                Over(_isTimedOut ? TokenFailures.TooSlow(scheme.Settings) : TokenFailures.Fetch(scheme.Settings, change.Cause, diagnostics.Find(change.Cause.DetailId)));
                break;
            case SsState.Destroying:
                ClearOnMailbox();
                Over(TokenFailures.NoFetcher(scheme.Settings, "was ended with its context"));
                break;
        }

        return SsResult.Continue;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        if ((flags & SsRxFlags.StartOfMessage) != 0)
            _received = 0;
        if ((flags & SsRxFlags.PerfJson) != 0 || _isTooLong)
            return SsResult.Continue;
        if (payload.Length > _reply.Length - _received)
        {
            // What else comes is not worth waiting for.
            _isTooLong = true;
            Over(TokenFailures.Unusable(scheme.Settings, $"it has more than {_reply.Length} bytes"), isRefused: true);
            return SsResult.Continue;
        }

        payload.CopyTo(_reply.AsSpan(_received));
        _received += payload.Length;
        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (_root is not { } root)
            return SsTransmitResult.Nothing;
        var piece = root.Span[_sent..];
        if (piece.Length > tx.Buffer.Length)
            piece = piece[..tx.Buffer.Length];
        piece.CopyTo(tx.Buffer);
        var flags = (_sent == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None) | (_sent + piece.Length == root.Span.Length ? SsTxFlags.EndOfMessage : SsTxFlags.None);
        tx.Commit(piece.Length, flags);
        _sent += piece.Length;
        if (_sent < root.Span.Length)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }

    /// <inheritdoc/>
    public override string ToString() => "token fetch";

    private SsResult AskOnMailbox(SecureStream stream)
    {
        _root?.Dispose();
        (_root, _sent, _received, _isTooLong) = (null, 0, 0, false);
        (_asked, _askedAt) = (time.GetTimestamp(), time.GetUtcNow());
        stream.StartTimeout(TokenDefaults.LongestFetch);

        // What asks without a body (GET) needs no root token.
        if (scheme.FetcherMethod is "GET" or "HEAD")
            return SsResult.Continue;
        try
        {
            _root = blobs.Read(scheme.Settings.RootBlob);
        }
        catch (Exception error)
        {
            // A store may be the program's own.
            Over(TokenFailures.NoRoot(scheme.Settings, "cannot be read", error));
            return SsResult.Destroy;
        }

        if (_root is null)
        {
            Over(TokenFailures.NoRoot(scheme.Settings, "is not in the store or has expired"));
            return SsResult.Destroy;
        }

        stream.RequestTransmit(_root.Span.Length);
        return SsResult.Continue;
    }

    private void TakeOnMailbox()
    {
        var reply = TokenReply.OfSuccess(_reply.AsSpan(0, _received));
        if (reply.Token is not { } token)
        {
            Over(TokenFailures.Unusable(scheme.Settings, Conceal(reply.Problem!)), isRefused: true);
            return;
        }

        if (Volatile.Read(ref _isOver) != 0)
            return;
        var life = reply.Life - (reply.Life / 10 is var tenth && tenth < TokenDefaults.LongestMargin ? tenth : TokenDefaults.LongestMargin);
        var bytes = Encoding.ASCII.GetBytes(token);
        try
        {
            // The root first: one that the server has changed is the only way to the next token.
            if (reply.NextRoot is { } next && _root is { } root && TokenRoot.Replace(root.Span, next) is { } changed)
                Keep(scheme.Settings.RootBlob, changed, root.Expires);
            scheme.Store(bytes, _askedAt + life);
        }
        catch (Exception error)
        {
            // A store may be the program's own.
            Over(TokenFailures.NotStored(scheme.Settings, error));
            return;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }

        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            scheme.Fetched(this, _asked, _askedAt, life);
        ReleaseOnMailbox();
    }

    private void Keep(string blob, byte[] value, DateTimeOffset? expires)
    {
        try
        {
            blobs.Write(blob, value, expires);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(value);
        }
    }

    /// <summary>What the reply to a refused request says, in words that hold no secret.</summary>
    private string? WordsOnMailbox() => TokenReply.OfRefusal(_reply.AsSpan(0, _received)).DescribeError() is { } said ? Conceal(said) : null;

    /// <summary>A server may quote what it was asked with, also where its words are cut.</summary>
    private string Conceal(string text) =>
        _root is { } root && TokenRoot.IsQuotedIn(root.Span, text) ? "its words quote a secret and are left out" : OperatorText.Clean(text, TokenDefaults.LargestErrorText);

    private void Over(TransportFailure failure, bool isRefused = false)
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            scheme.NotFetched(this, failure, isRefused);
        ReleaseOnMailbox();
    }

    private void ReleaseOnMailbox()
    {
        ClearOnMailbox();
        if (Volatile.Read(ref _stream) is { } stream)
            Release(stream);
    }

    private void ClearOnMailbox()
    {
        _root?.Dispose();
        _root = null;
        CryptographicOperations.ZeroMemory(_reply);
    }

    private static void Release(SecureStream stream) => _ = stream.DisposeAsync().AsTask();
}
