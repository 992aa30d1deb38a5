using System.Buffers;
using System.IO.Pipes;
using System.Threading.Channels;

namespace SecureStreams.Tool.Running;

/// <summary>
/// Standard output for payload: a task writes, so that the mailbox never waits for a slow reader; when too much is queued the stream stops receiving, which slows
/// the peer in turn.
/// </summary>
internal sealed class PayloadOutput
{
    private const long HighBytes = 1024 * 1024;
    private const long LowBytes = HighBytes / 4;

    private readonly Channel<(byte[] Buffer, int Count)> _queue = Channel.CreateUnbounded<(byte[], int)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Action _beginning;
    private readonly Action<IOException, bool> _failed;
    private readonly Task _writing;
    private SecureStream? _stream;
    private long _queued;
    private int _paused;

    /// <summary>Starts it.</summary>
    /// <param name="beginning">Called once before the first byte is written.</param>
    /// <param name="failed">Called once when writing is not possible any more; true when a pipe's reader went away.</param>
    public PayloadOutput(Action beginning, Action<IOException, bool> failed)
    {
        _beginning = beginning;
        _failed = failed;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Queues a piece. On the mailbox.</summary>
    public void Write(SecureStream stream, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
            return;
        var buffer = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(buffer);
        _stream = stream;
        var queued = Interlocked.Add(ref _queued, payload.Length);
        _queue.Writer.TryWrite((buffer, payload.Length));
        if (queued <= HighBytes || Volatile.Read(ref _paused) != 0)
            return;

        // In this order, and with a second look: the writer resumes only what it sees paused, and it may have drained everything by now.
        stream.PauseReceive();
        Volatile.Write(ref _paused, 1);
        ResumeIfDrained();
    }

    /// <summary>No more comes; completes when everything is written.</summary>
    public Task CompleteAsync()
    {
        _queue.Writer.TryComplete();
        return _writing;
    }

    private async Task WriteAsync()
    {
        Stream? target = null;
        var broken = false;
        await foreach (var (buffer, count) in _queue.Reader.ReadAllAsync())
        {
            try
            {
                if (!broken)
                {
                    target ??= Open();
                    await target.WriteAsync(buffer.AsMemory(0, count));
                    await target.FlushAsync();
                }
            }
            catch (IOException error)
            {
                // What is still queued is taken and dropped, so that the stream can end.
                broken = true;
                _failed(error, target is PipeStream);
            }

            ArrayPool<byte>.Shared.Return(buffer);
            Interlocked.Add(ref _queued, -count);
            ResumeIfDrained();
        }
    }

    private Stream Open()
    {
        _beginning();
        return StandardOutput.Open();
    }

    private void ResumeIfDrained()
    {
        if (Interlocked.Read(ref _queued) > LowBytes || Interlocked.Exchange(ref _paused, 0) == 0)
            return;
        try
        {
            _stream?.ResumeReceive();
        }
        catch (ObjectDisposedException)
        {
            // The run ended meanwhile.
        }
    }
}
