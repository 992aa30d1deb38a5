using SecureStreams.Network;

namespace SecureStreams.Server.Tls;

/// <summary>The server's side of TLS. What was read to see what a client speaks can be given back.</summary>
internal sealed class ServerTlsStream(CountingStream wire) : OrderedTlsStream(wire)
{
    private ReadOnlyMemory<byte> _unread;

    /// <summary>Gives back what was read: whoever reads next gets it first. Between reads, and only by one.</summary>
    public void Unread(ReadOnlyMemory<byte> bytes) => _unread = bytes;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_unread.IsEmpty)
            return base.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(buffer.Length, _unread.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return new ValueTask<int>(count);
    }
}
