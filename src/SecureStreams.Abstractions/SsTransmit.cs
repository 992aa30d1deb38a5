using SecureStreams.Implementation;

namespace SecureStreams;

/// <summary>The room a transmit callback may fill. Valid only during the callback.</summary>
/// <remarks>
/// Write into <see cref="Buffer"/>, then <see cref="Commit"/>; repeat while <see cref="MoreRoom"/>. What was committed leaves in one write, and only if the
/// callback returns <see cref="SsTransmitResult.Send"/>.
/// </remarks>
public ref struct SsTransmit
{
    private readonly SsTransmitBuffer _target;
    private Span<byte> _buffer;
    private bool _fetched;

    /// <summary>Wraps the room that an implementation offers.</summary>
    /// <param name="target">Takes the pieces; owned by the implementation.</param>
    public SsTransmit(SsTransmitBuffer target)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
    }

    /// <summary>Room for the next piece: at most 16 KiB, at least one byte unless the announced length is already used up. Owned by the stream; what is in it at first means nothing.</summary>
    public Span<byte> Buffer
    {
        get
        {
            if (!_fetched)
            {
                _buffer = _target.GetSpan();
                _fetched = true;
            }

            return _buffer;
        }
    }

    /// <summary>
    /// The number of the message that the next piece belongs to, as <see cref="SsStateChange.Message"/> names it when it is acknowledged. Numbers grow from 1 over all connections of the stream;
    /// one that is not used because the callback took its pieces back is left out. 0 where messages are not acknowledged one by one: everywhere but on mqtt.
    /// </summary>
    public readonly long Message => _target.MessageNumber;

    /// <summary>Where the pieces go.</summary>
    internal readonly SsTransmitBuffer Target => _target;

    /// <summary>Whether another piece still fits in this callback.</summary>
    public readonly bool MoreRoom => _target.MoreRoom;

    /// <summary>Takes the first <paramref name="bytes"/> of <see cref="Buffer"/> as a piece to send; <see cref="Buffer"/> is then fresh room.</summary>
    /// <param name="bytes">How many bytes; 0 is allowed, to carry a flag alone.</param>
    /// <param name="flags">Where the piece stands in its message; an HTTP body of announced length ends by itself.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="Buffer"/> holds, or negative.</exception>
    public void Commit(int bytes, SsTxFlags flags)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, Buffer.Length);
        _target.Advance(bytes, flags);
        _fetched = false;
        _buffer = default;
    }
}
