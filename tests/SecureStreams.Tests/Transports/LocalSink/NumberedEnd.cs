using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Transports.LocalSink;

/// <summary>One end that sends numbered messages, checks those that come, and does what a seed says meanwhile: pauses, and ends where it may.</summary>
/// <param name="seed">What it does, as far as threads leave that to it.</param>
/// <param name="messages">How many it sends on each connection.</param>
/// <param name="largest">The largest message, roughly.</param>
/// <param name="mayEnd">Whether it disconnects and disposes now and then.</param>
/// <param name="resume">Resumes a stream that has paused, some time later; the thread pool does unless given.</param>
internal sealed class NumberedEnd(int seed, int messages, int largest, bool mayEnd, Action<SecureStream>? resume = null) : RecordingHandler
{
    private static long _connections;

    private readonly Random _random = new(seed);
    private readonly MemoryStream _message = new();
    private long _connection;
    private long _peerConnection;
    private byte[] _sending = [];
    private int _offset;
    private int _sent;
    private int _received;

    /// <summary>Whole messages received on this connection.</summary>
    public int MessagesReceived => Volatile.Read(ref _received);

    /// <summary>Whether everything went out on this connection.</summary>
    public bool HasSentAll => Volatile.Read(ref _sent) == messages;

    public SecureStream? Stream { get; private set; }

    protected override SsResult ReactToState(SecureStream stream, in SsStateChange change)
    {
        Stream = stream;
        if (change.State == SsState.Connected)
        {
            _connection = Interlocked.Increment(ref _connections);
            _sending = [];
            _offset = 0;
            Volatile.Write(ref _sent, 0);
            Volatile.Write(ref _received, 0);
            _message.SetLength(0);
            stream.RequestTransmit();
        }

        return change.State is SsState.Creating or SsState.Destroying ? SsResult.Continue : React(stream);
    }

    protected override SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        _message.Write(payload);
        if (flags.HasFlag(SsRxFlags.EndOfMessage))
        {
            if (Numbered.Check(_message.GetBuffer().AsSpan(0, (int)_message.Length), ref _peerConnection, _received) is { } problem)
                throw new CheckFailedException(problem);
            _message.SetLength(0);
            Volatile.Write(ref _received, _received + 1);
        }

        return React(stream);
    }

    protected override SsTransmitResult ReactToTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (_sent == messages)
            return SsTransmitResult.Nothing;
        do
        {
            if (_offset == 0)
                _sending = Numbered.Make(_connection, _sent, largest);
            var count = Math.Min(Math.Min(tx.Buffer.Length, _sending.Length - _offset), 1 + _random.Next(30_000));
            _sending.AsSpan(_offset, count).CopyTo(tx.Buffer);
            var flags = _offset == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None;
            _offset += count;
            if (_offset == _sending.Length)
            {
                flags |= SsTxFlags.EndOfMessage;
                _offset = 0;
                Volatile.Write(ref _sent, _sent + 1);
            }

            tx.Commit(count, flags);
        }
        while (_sent < messages && tx.MoreRoom && _random.Next(8) > 0);

        if (_sent < messages)
            stream.RequestTransmit();
        return React(stream) == SsResult.Continue ? SsTransmitResult.Send : SsTransmitResult.Disconnect;
    }

    /// <summary>Something at random, from inside a callback or beside it; whoever pauses resumes beside it.</summary>
    public SsResult React(SecureStream stream)
    {
        switch (_random.Next(400))
        {
            case < 12:
                stream.PauseReceive();

                // In order: it goes on after whatever is queued for this end by then.
                if (resume is not null)
                    resume(stream);
                else
                    ThreadPool.UnsafeQueueUserWorkItem(static one => Resume(one), stream, preferLocal: false);
                break;
            case 12 when mayEnd:
                stream.Disconnect();
                break;
            case 13 when mayEnd:
                return SsResult.Disconnect;
            case 14 when mayEnd && _random.Next(4) == 0:
                if (!stream.DisposeAsync().AsTask().IsCompleted)
                    throw new CheckFailedException("DisposeAsync inside a callback did not complete at once.");
                break;
        }

        return SsResult.Continue;
    }

    /// <summary>Resumes, unless it has ended meanwhile.</summary>
    public static void Resume(SecureStream stream)
    {
        try
        {
            stream.ResumeReceive();
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }
}
