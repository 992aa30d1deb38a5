using System.Security.Cryptography;

namespace SecureStreams.TestSupport.Handlers;

/// <summary>
/// A handler for one stream that sends a body, from its beginning in every attempt, and hashes the body that comes back. Give the length to
/// <see cref="SecureStream.RequestTransmit(long)"/> or not: it sends the same.
/// </summary>
/// <remarks>What a test sets with <c>OnStateDo</c> and <c>OnReceiveDo</c> is done as well, after this handler's own part.</remarks>
public sealed class BodyHandler : RecordingHandler, IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Stream _body;
    private bool _started;
    private bool _ended;

    /// <summary>Sends <paramref name="body"/>.</summary>
    public BodyHandler(byte[] body)
        : this(new MemoryStream(body, writable: false))
    {
    }

    /// <summary>Sends what <paramref name="body"/> holds; it must be able to seek, and reading must not block. The handler owns it.</summary>
    public BodyHandler(Stream body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (!body.CanSeek)
            throw new ArgumentException("A retry sends the body again, so the stream must be able to seek.", nameof(body));
        _body = body;
        KeepPayload = false;
    }

    /// <summary>Sends nothing, receives only.</summary>
    public BodyHandler()
        : this([])
    {
    }

    /// <summary>How many bytes the body has.</summary>
    public long BodyLength => _body.Length;

    /// <summary>How many bytes are put into one piece at most; for tests of many small pieces.</summary>
    public int MaxPiece { get; init; } = int.MaxValue;

    /// <summary>Bytes committed in the attempt under way, or the last one.</summary>
    public long Sent { get; private set; }

    /// <summary>Attempts that began.</summary>
    public int Attempts { get; private set; }

    /// <summary>Bytes received in the attempt under way, or the last one.</summary>
    public long BodyReceived { get; private set; }

    /// <summary>The SHA-256 of these, in lower-case hex.</summary>
    public string BodyReceivedSha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Whether the last piece received ended its message.</summary>
    public bool BodyComplete { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _body.Dispose();
        _hash.Dispose();
    }

    /// <inheritdoc/>
    protected override SsResult ReactToState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.Connecting)
        {
            Attempts++;
            _body.Position = 0;
            _started = false;
            _ended = false;
            Sent = 0;
            BodyReceived = 0;
            BodyComplete = false;
            _ = _hash.GetHashAndReset();
        }

        return base.ReactToState(stream, change);
    }

    /// <inheritdoc/>
    protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _hash.AppendData(payload);
        BodyReceived += payload.Length;
        BodyComplete = flags.HasFlag(SsRxFlags.EndOfMessage);
        return base.ReactToReceive(stream, payload, flags);
    }

    /// <inheritdoc/>
    protected override SsTransmitResult ReactToTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (_ended)
            return SsTransmitResult.Nothing;

        do
        {
            var room = tx.Buffer[..Math.Min(tx.Buffer.Length, MaxPiece)];
            var count = _body.Read(room);
            var flags = _started ? SsTxFlags.None : SsTxFlags.StartOfMessage;
            _started = true;
            _ended = _body.Position == _body.Length;
            if (_ended)
                flags |= SsTxFlags.EndOfMessage;
            tx.Commit(count, flags);
            Sent += count;
        }
        while (!_ended && tx.MoreRoom);

        if (!_ended)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }
}
