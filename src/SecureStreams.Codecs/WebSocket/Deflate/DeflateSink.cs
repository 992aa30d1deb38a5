using System.Buffers;

namespace SecureStreams.Codecs.WebSocket.Deflate;

/// <summary>Where the platform's compressor writes to: passes everything on except the last four bytes, until it is told what to do with those.</summary>
internal sealed class DeflateSink : Stream
{
    /// <summary>The lengths of the empty block that a flush ends with (RFC 7692 section 7.2.1).</summary>
    private const uint EmptyBlock = 0xFFFF0000;

    private IBufferWriter<byte>? _destination;
    private uint _held;
    private int _heldCount;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether what comes is dropped.</summary>
    public bool IsMuted { get; set; }

    /// <summary>From here on everything goes there.</summary>
    public void Direct(IBufferWriter<byte> destination)
    {
        _destination = destination;
        _heldCount = 0;
    }

    /// <summary>Passes on what is held back, because the message goes on.</summary>
    public void Release()
    {
        for (; _heldCount > 0; _heldCount--)
        {
            _destination!.GetSpan(1)[0] = (byte)(_held >> (8 * (4 - _heldCount)));
            _destination.Advance(1);
        }
    }

    /// <summary>Leaves out what is held back, because the message ends.</summary>
    public void CutTail()
    {
        if (_heldCount != 4 || _held != EmptyBlock)
            throw new InvalidOperationException("The compressor did not flush.");
        _heldCount = 0;
    }

    /// <summary>Forgets where everything goes.</summary>
    public void Leave() => _destination = null;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (IsMuted)
            return;
        if (buffer.Length >= 4)
        {
            Release();
            _destination!.Write(buffer[..^4]);
            buffer = buffer[^4..];
        }

        foreach (var one in buffer)
        {
            if (_heldCount == 4)
            {
                _destination!.GetSpan(1)[0] = (byte)_held;
                _destination.Advance(1);
                _heldCount--;
            }

            _held = (_held >> 8) | ((uint)one << 24);
            _heldCount++;
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
