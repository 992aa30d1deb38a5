using System.Buffers;

namespace SecureStreams;

/// <summary>
/// A received message, whole; of a raw stream, a piece. It owns pooled memory: dispose it when the payload is no longer needed. One that is never disposed is
/// collected like any other object, and only costs the pool a buffer. Not for use by several threads at a time.
/// </summary>
public sealed class SsMessage : IDisposable
{
    private readonly string _streamType;
    private readonly IReadOnlyList<string> _names;
    private byte[]? _buffer;
    private int _length;
    private string?[]? _values;

    internal SsMessage(string streamType, IReadOnlyList<string> names)
    {
        _streamType = streamType;
        _names = names;
    }

    /// <summary>The payload; may be empty. Owned by the message, valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The message is disposed.</exception>
    public ReadOnlyMemory<byte> Payload
    {
        get
        {
            ObjectDisposedException.ThrowIf(_length < 0, this);
            return _buffer.AsMemory(0, _length);
        }
    }

    /// <summary>The flags of all its pieces together: <see cref="SsRxFlags.PeerEndOfStream"/> says that the peer will send no more on this connection.</summary>
    public SsRxFlags Flags { get; internal set; }

    /// <summary>How many messages before this one were cut short by the end of their connection, and are not delivered; 0 when none was.</summary>
    public int LostBefore { get; internal set; }

    /// <summary>Why the connection ended that was lost since the message before this one; <see cref="SsCause.None"/> when none was.</summary>
    public SsCause LossCause { get; internal set; }

    /// <summary>The value that a metadata name had when the message was complete; null when it had none.</summary>
    /// <param name="name">A name from <see cref="SsReadOptions.Metadata"/>.</param>
    /// <exception cref="SsMetadataException">The name was not among them.</exception>
    public string? GetMetadata(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (var i = 0; i < _names.Count; i++)
        {
            if (_names[i] == name)
                return _values?[i];
        }

        throw new SsMetadataException($"Metadata '{name}' was not taken down with messages of streamtype '{_streamType}': add it to SsReadOptions.Metadata.");
    }

    /// <summary>Gives the memory back. May be called again.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = null;
        _length = -1;
        if (buffer is not null)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    internal int Length => _length;

    internal void Append(ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty)
            return;
        var need = _length + piece.Length;
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(need);
        }
        else if (_buffer.Length < need)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(need, _buffer.Length * 2L), Array.MaxLength));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        piece.CopyTo(_buffer.AsSpan(_length));
        _length = need;
    }

    internal void TakeDown(SecureStream stream)
    {
        if (_names.Count == 0)
            return;
        _values = new string?[_names.Count];
        for (var i = 0; i < _names.Count; i++)
        {
            try
            {
                _values[i] = stream.GetMetadata(_names[i]);
            }
            catch (SsMetadataException)
            {
                // A change of the policy took the name away since the reader named it: it has no value, and the message is no worse for it.
            }
        }
    }
}
