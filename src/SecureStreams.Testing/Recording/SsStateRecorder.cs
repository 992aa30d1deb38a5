using System.Buffers;
using System.Text;

namespace SecureStreams.Testing;

/// <summary>
/// A handler that records what it is told, and passes it on to another. Wrap the handler under test: <c>context.Create("feed", recorder = new SsStateRecorder(new FeedHandler()))</c>. Its
/// assertions name what was expected and print the whole timeline, each cause with what an operator is told of it, and <see cref="SecureStream.Explain"/> of each stream. They need no test framework.
/// </summary>
/// <remarks>
/// Its members are safe from any thread. One recorder may serve several streams. What it tells, and what waits wait for, is what the handler under test has returned from, so that a test finds done what
/// the handler does about it.
/// </remarks>
public sealed partial class SsStateRecorder : SecureStreamHandler
{
    private readonly Lock _lock = new();
    private readonly SecureStreamHandler _inner;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly List<SsRecordedEvent> _events = [];
    private readonly HashSet<SsRecordedEvent> _handling = [];
    private readonly List<SecureStream> _streams = [];
    private readonly Dictionary<SecureStream, MemoryStream> _partial = [];
    private readonly ArrayBufferWriter<byte> _received = new();
    private readonly List<(Func<bool> IsMet, TaskCompletionSource Met)> _waiters = [];

    /// <summary>Makes one.</summary>
    /// <param name="inner">What everything is passed on to, and whose results count; null for a handler that goes on and sends nothing.</param>
    /// <param name="time">The clock of <see cref="SsRecordedEvent.At"/> and of the bounds of waits; null for that of the system.</param>
    public SsStateRecorder(SecureStreamHandler? inner = null, TimeProvider? time = null)
    {
        _inner = inner ?? Idle;
        _time = time ?? TimeProvider.System;
        _start = _time.GetTimestamp();
    }

    /// <summary>Told when an assertion or a wait fails.</summary>
    internal Action? Failed { get; init; }

    /// <summary>Everything so far that the handler under test has returned from, in order.</summary>
    public IReadOnlyList<SsRecordedEvent> Events
    {
        get
        {
            lock (_lock)
                return [.. _events.Where(one => !_handling.Contains(one))];
        }
    }

    /// <summary>The states and notices so far, in order.</summary>
    public IReadOnlyList<SsState> States => [.. Events.Where(static one => one.Change is not null).Select(static one => one.Change!.Value.State)];

    /// <summary>The whole messages received so far, in order. One that has begun and not ended is not among them.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Messages => [.. Events.Where(static one => one.Change is null).Select(static one => one.Message)];

    /// <summary>All bytes received so far that the handler under test has returned from, one after the other: for protocols that know no messages (<c>raw</c>).</summary>
    public ReadOnlyMemory<byte> ReceivedBytes
    {
        get
        {
            lock (_lock)
                return _received.WrittenSpan.ToArray();
        }
    }

    /// <summary>How long the recorder exists, on its clock.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_start);

    /// <inheritdoc/>
    public override bool PermitsOverlap => _inner.PermitsOverlap;

    /// <inheritdoc/>
    public override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var detail = change.Cause.DetailId == 0 ? null : stream.Context.Diagnostics.Find(change.Cause.DetailId);
        lock (_lock)
        {
            if (!_streams.Contains(stream))
                _streams.Add(stream);

            // What had begun of a message is lost with its connection.
            if (change.State is SsState.Disconnected or SsState.Destroying)
                _partial.Remove(stream);
        }

        var recorded = Begin(new SsRecordedEvent(Now, NameOf(stream), change, [], detail));
        try
        {
            return _inner.OnState(stream, change);
        }
        finally
        {
            Returned(recorded, []);
        }
    }

    /// <inheritdoc/>
    public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var isPayload = (flags & SsRxFlags.PerfJson) == 0;
        var recorded = isPayload ? Collect(stream, payload, flags) : null;
        try
        {
            return _inner.OnReceive(stream, payload, flags);
        }
        finally
        {
            Returned(recorded, isPayload ? payload : []);
        }
    }

    /// <inheritdoc/>
    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx) => _inner.OnTransmit(stream, ref tx);

    /// <summary>The whole timeline and what each stream says of itself, for messages.</summary>
    /// <returns>A line for each event; then, for each stream, <see cref="SecureStream.Explain"/>.</returns>
    public string Describe()
    {
        List<SecureStream> streams;
        List<SsRecordedEvent> events;
        lock (_lock)
            (streams, events) = ([.. _streams], [.. _events]);
        var text = new StringBuilder(events.Count == 0 ? "Nothing was recorded." : "Recorded:");
        foreach (var one in events)
            text.Append("\n  ").Append(one);
        foreach (var stream in streams)
            text.Append('\n').Append(stream.Explain());
        return text.ToString();
    }

    private SsAssertionException Fail(string message)
    {
        Failed?.Invoke();
        return new SsAssertionException($"{message}\n{Describe()}");
    }

    private static string NameOf(SecureStream stream) => $"{stream.StreamType}#{stream.Id}";

    /// <summary>Puts a piece to its message.</summary>
    /// <returns>The message, when that was its end.</returns>
    private SsRecordedEvent? Collect(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        lock (_lock)
        {
            if ((flags & SsRxFlags.StartOfMessage) != 0 || !_partial.TryGetValue(stream, out var message))
                _partial[stream] = message = new MemoryStream();
            message.Write(payload);
            if ((flags & SsRxFlags.EndOfMessage) == 0)
                return null;
            _partial.Remove(stream);
            return Begin(new SsRecordedEvent(Now, NameOf(stream), null, message.ToArray(), null));
        }
    }

    private SsRecordedEvent Begin(SsRecordedEvent recorded)
    {
        lock (_lock)
        {
            _events.Add(recorded);
            _handling.Add(recorded);
        }

        return recorded;
    }

    /// <summary>The handler under test has returned: what it was told can be seen, and may be what somebody waits for.</summary>
    private void Returned(SsRecordedEvent? recorded, ReadOnlySpan<byte> received)
    {
        (Func<bool> IsMet, TaskCompletionSource Met)[] waiters;
        lock (_lock)
        {
            if (recorded is not null)
                _handling.Remove(recorded);
            _received.Write(received);
            if (_waiters.Count == 0)
                return;
            waiters = [.. _waiters];
        }

        foreach (var (isMet, met) in waiters)
        {
            if (isMet())
                met.TrySetResult();
        }
    }
}
