using System.Buffers;
using System.IO.Pipelines;

namespace SecureStreams.Tool.Running;

/// <summary>
/// A body of unknown length that comes when it comes: standard input, a pipe. A task reads ahead, a bounded amount, and wakes the stream when it waits for data;
/// the mailbox itself never waits. What was sent is gone, so it serves one attempt that got as far as sending.
/// </summary>
/// <param name="source">Where it comes from.</param>
/// <param name="lines">Whether each line is a message of its own, without its line feed; otherwise all of it is one.</param>
internal sealed class StreamedBody(Stream source, bool lines) : RequestBody
{
    private const int ReadAheadBytes = 256 * 1024;
    private const int PieceBytes = 32 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: ReadAheadBytes, resumeWriterThreshold: ReadAheadBytes / 2, useSynchronizationContext: false));
    private bool _started;
    private bool _inMessage;
    private bool _ended;
    private int _starved;
    private string? _readError;

    public override long? Length => null;

    public override bool IsDone => _ended;

    public override bool IsPending => !_ended && Volatile.Read(ref _starved) == 0;

    public override void Request(SecureStream stream)
    {
        // Reading may block in the system for ever, and is never waited for.
        _ = Task.Run(() => ReadAsync(stream));
        stream.RequestTransmit();
    }

    public override bool TryRestart()
    {
        Interlocked.Exchange(ref _starved, 0);

        // Between two messages of a connection that lasts nothing is sent again.
        if (!_started || (lines && !_inMessage))
            return true;
        Problem = $"{Sent} bytes of the data were sent and cannot be read again; give --data @FILE to allow retries";
        return false;
    }

    public override SsTransmitResult Fill(SecureStream stream, scoped ref SsTransmit tx)
    {
        var committed = false;
        while (!_ended)
        {
            if (!_pipe.Reader.TryRead(out var read))
            {
                // Data may have come between the look and the flag: look again before waiting to be woken.
                if (Interlocked.Exchange(ref _starved, 1) == 1)
                    break;
                continue;
            }

            Interlocked.Exchange(ref _starved, 0);
            if (!TryCommit(read, ref tx, ref committed))
                return SsTransmitResult.Disconnect;
            if (!_ended && !tx.MoreRoom)
            {
                stream.RequestTransmit();
                break;
            }
        }

        return committed ? SsTransmitResult.Send : SsTransmitResult.Nothing;
    }

    public override void Stop()
    {
        _ended = true;
        Interlocked.Exchange(ref _starved, 0);
    }

    // A read may be under way that nothing ends but the process.
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Commits what fits; false when the source failed.</summary>
    private bool TryCommit(ReadResult read, ref SsTransmit tx, ref bool committed)
    {
        var room = tx.Buffer;
        var piece = read.Buffer.Slice(0, Math.Min(room.Length, read.Buffer.Length));
        if (piece.IsEmpty && read.IsCompleted && _readError is not null)
        {
            Problem = _readError;
            _pipe.Reader.AdvanceTo(read.Buffer.Start);
            return false;
        }

        if (lines && !_inMessage && piece.IsEmpty && read.IsCompleted)
        {
            // The last line ended in a line feed: nothing follows it.
            _ended = true;
            _pipe.Reader.AdvanceTo(piece.End);
            return true;
        }

        committed = true;

        // A line is whole where its line feed is seen, which is not part of it.
        var feed = lines ? piece.PositionOf((byte)'\n') : null;
        if (feed is { } at)
            piece = piece.Slice(0, at);
        var taken = feed is { } passed ? read.Buffer.GetPosition(1, passed) : piece.End;
        piece.CopyTo(room);
        var count = (int)piece.Length;
        _ended = read.IsCompleted && _readError is null && read.Buffer.Slice(taken).IsEmpty;
        _pipe.Reader.AdvanceTo(taken);
        var flags = _inMessage ? SsTxFlags.None : SsTxFlags.StartOfMessage;
        if (_ended)
            flags |= EndFlags;
        else if (feed is not null)
            flags |= SsTxFlags.EndOfMessage;
        _started = true;
        _inMessage = !_ended && feed is null;
        Sent += count;
        tx.Commit(count, flags);
        if ((flags & SsTxFlags.EndOfMessage) != 0)
            Messages++;
        return true;
    }

    private async Task ReadAsync(SecureStream stream)
    {
        try
        {
            int count;
            while ((count = await source.ReadAsync(_pipe.Writer.GetMemory(PieceBytes))) > 0)
            {
                _pipe.Writer.Advance(count);
                var flushed = _pipe.Writer.FlushAsync();
                Wake(stream);
                await flushed;
            }
        }
        catch (Exception error) when (InputFile.IsUnreadable(error))
        {
            _readError = $"the data cannot be read: {error.Message}";
        }

        await _pipe.Writer.CompleteAsync();
        Wake(stream);
    }

    private void Wake(SecureStream stream)
    {
        if (Interlocked.Exchange(ref _starved, 0) == 0)
            return;
        try
        {
            stream.RequestTransmit();
        }
        catch (ObjectDisposedException)
        {
            // The run ended meanwhile.
        }
    }
}
