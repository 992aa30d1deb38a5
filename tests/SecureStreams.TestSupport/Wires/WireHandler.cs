using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.TestSupport.Wires;

/// <summary>
/// A handler for one stream that does the client's side of a <see cref="WireTask"/>, whatever the wire: in every attempt the first line where one is needed, then, if the
/// task sends, <see cref="DeterministicBytes"/> up to a length.
/// </summary>
/// <remarks>It records nothing and keeps nothing but counts, so that it costs as little as a handler can.</remarks>
public class WireHandler : SecureStreamHandler
{
    private readonly TestWire _wire;
    private readonly WireTask _task;
    private readonly byte[] _first;
    private long _position = -1;

    /// <summary>Makes one that sends <paramref name="length"/> bytes of seed <paramref name="seed"/>.</summary>
    public WireHandler(TestWire wire, WireTask task, long length = 0, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(wire);
        ArgumentNullException.ThrowIfNull(task);
        _wire = wire;
        _task = task;
        _first = wire.FirstBytes(task);
        Length = length;
        Seed = seed;
    }

    /// <summary>What it speaks.</summary>
    public TestWire Wire => _wire;

    /// <summary>How many bytes it sends.</summary>
    public long Length { get; }

    /// <summary>The seed of these.</summary>
    public int Seed { get; }

    /// <summary>The size of its WebSocket messages.</summary>
    public int MessageBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes committed in the attempt under way, or the last one.</summary>
    public long Sent { get; private set; }

    /// <summary>Called after each callback in which bytes were committed.</summary>
    public Action<SecureStream>? Committed { get; set; }

    /// <inheritdoc/>
    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (change.State == SsState.Connecting)
        {
            _position = -1;
            Sent = 0;
        }

        if (change.State == SsState.Connected && (_first.Length > 0 || (Length > 0 && !_wire.IsTransactional)))
            stream.RequestTransmit();
        return SsResult.Continue;
    }

    /// <inheritdoc/>
    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (_position < 0)
        {
            _position = 0;
            if (_first.Length > 0)
            {
                _first.CopyTo(tx.Buffer);
                tx.Commit(_first.Length, SsTxFlags.WholeMessage);
                if (_task.Sends)
                    stream.RequestTransmit();
                return SsTransmitResult.Send;
            }
        }

        if (Sent == Length)
            return SsTransmitResult.Nothing;

        do
        {
            var room = tx.Buffer;
            var inMessage = _wire.IsWebSocket ? (int)(_position % MessageBytes) : 0;
            var count = (int)Math.Min(room.Length, Length - _position);
            if (_wire.IsWebSocket)
                count = Math.Min(count, MessageBytes - inMessage);
            DeterministicBytes.Fill(room[..count], _position, Seed);
            var flags = _position == 0 || (_wire.IsWebSocket && inMessage == 0) ? SsTxFlags.StartOfMessage : SsTxFlags.None;
            _position += count;
            if (_position == Length || (_wire.IsWebSocket && inMessage + count == MessageBytes))
                flags |= SsTxFlags.EndOfMessage;
            if (_position == Length && _wire.IsRaw)
                flags |= SsTxFlags.EndOfStream;
            tx.Commit(count, flags);
        }
        while (_position < Length && tx.MoreRoom);

        Sent = _position;
        if (_position < Length)
            stream.RequestTransmit();
        Committed?.Invoke(stream);
        return SsTransmitResult.Send;
    }
}
