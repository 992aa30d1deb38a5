using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Servers;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Interop.Probe;

/// <summary>One transfer, either way; receiving at a pace means to pause the stream.</summary>
internal sealed class TransferHandler(TestWire wire, WireTask task, TransferRequest request)
    : WireHandler(wire, task, request.Up ? request.Length : 0, request.Seed), IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time = TimeProvider.System;
    private Pace? _pace;
    private ITimer? _resume;
    private long _begin;

    /// <summary>Completes with the last state and its cause.</summary>
    public Task<string> Ended => _ended.Task;

    public long Bytes { get; private set; }

    public TimeSpan Duration { get; private set; }

    public string Received => request.Up ? _text.ToString() : Convert.ToHexStringLower(_hash.GetCurrentHash());

    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        if (change.State == SsState.Connecting)
            _begin = _time.GetTimestamp();
        if (change.State is SsState.Disconnected or SsState.Unreachable or SsState.AllRetriesFailed)
        {
            Duration = _time.GetElapsedTime(_begin);
            _ended.TrySetResult($"{change.State} {change.Cause}");
        }

        return base.OnState(stream, change);
    }

    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        Bytes += payload.Length;
        if (request.Up)
        {
            _text.Append(Encoding.ASCII.GetString(payload));
            return SsResult.Continue;
        }

        _hash.AppendData(payload);
        var early = (_pace ??= new Pace(request.Rate, _time)).Take(payload.Length);
        if (early > TimeSpan.Zero)
        {
            stream.PauseReceive();
            _resume ??= _time.CreateTimer(static state => ((SecureStream)state!).ResumeReceive(), stream, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _resume.Change(early, Timeout.InfiniteTimeSpan);
        }

        return SsResult.Continue;
    }

    public void Dispose()
    {
        _resume?.Dispose();
        _hash.Dispose();
    }
}
