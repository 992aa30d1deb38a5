using System.Diagnostics;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Crowds;

/// <summary>The handler of one stream: sends when its timer fires, and starts the timer anew for the next time by the schedule, so that one that fires late makes no other late.</summary>
internal sealed class StreamCrowdMember(Workload workload, EchoTally tally) : SecureStreamHandler
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1);

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _received = new byte[workload.Bytes];
    private long _began;
    private TimeSpan _due;
    private int _owed;
    private long _sent;
    private long _echoes;
    private int _length;
    private bool _stopped;

    /// <summary>Completes when it is connected.</summary>
    public Task Opened => _opened.Task;

    public void Begin(SecureStream stream, TimeSpan offset)
    {
        Volatile.Write(ref _stopped, false);
        _began = Stopwatch.GetTimestamp();
        _due = offset + Least;
        stream.StartTimeout(_due);
    }

    public void Stop(SecureStream stream)
    {
        Volatile.Write(ref _stopped, true);
        stream.CancelTimeout();
    }

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        switch (change.State)
        {
            case SsState.Connected:
                _opened.TrySetResult();
                break;
            case SsState.Timeout when !Volatile.Read(ref _stopped):
                _owed++;
                stream.RequestTransmit();
                _due += CrowdDefaults.Interval;
                var left = _due - Stopwatch.GetElapsedTime(_began);
                stream.StartTimeout(left > Least ? left : Least);
                break;
            case SsState.Unreachable or SsState.AllRetriesFailed or SsState.Disconnected:
                var error = new InvalidOperationException($"{change.State}: {change.Cause}");
                _opened.TrySetException(error);
                tally.Fail(error);
                break;
        }

        return SsResult.Continue;
    }

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (_owed == 0)
            return SsTransmitResult.Nothing;
        _owed--;
        var message = tx.Buffer[..workload.Bytes];
        message.Clear();
        CrowdMessage.Write(message, _sent++);
        tally.NoteSent();
        tx.Commit(workload.Bytes, SsTxFlags.WholeMessage | SsTxFlags.Binary);
        if (_owed > 0)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        // Almost always whole, but a read may cut it.
        if (payload.Length > _received.Length - _length)
        {
            tally.Fail(new InvalidOperationException("A message came back longer than it was sent."));
            return SsResult.Continue;
        }

        payload.CopyTo(_received.AsSpan(_length));
        _length += payload.Length;
        if ((flags & SsRxFlags.EndOfMessage) == 0)
            return SsResult.Continue;
        tally.NoteEcho(_received.AsSpan(0, _length), _echoes++);
        _length = 0;
        return SsResult.Continue;
    }
}
