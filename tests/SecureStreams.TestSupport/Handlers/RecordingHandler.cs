using System.Collections.Concurrent;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.TestSupport.Handlers;

/// <summary>
/// Records every callback in order and checks the contract while it does: callbacks of one stream never overlap, each step is legal by
/// <see cref="SsStateTable"/>, nothing follows <see cref="SsState.Destroying"/>, pieces are bounded and their flags make whole messages.
/// </summary>
/// <remarks>
/// One handler may serve several streams; the checks are then made for each. Reactions run inside the callback, after it was recorded; a wait completes only
/// when the callback that met it has returned. End a test with <see cref="AssertClean"/>.
/// </remarks>
public partial class RecordingHandler : SecureStreamHandler
{
    private readonly Lock _lock = new();
    private readonly List<RecordedEvent> _events = [];
    private readonly List<string> _violations = [];

    // Kept beside the events, since waits look at them after every callback of a transfer that may have very many.
    private readonly Dictionary<SsState, int> _returned = [];
    private long _receivedLength;
    private readonly List<(Func<RecordingHandler, bool> IsMet, TaskCompletionSource Met)> _waiters = [];
    private readonly ConcurrentDictionary<SecureStream, StreamTrack> _tracks = new();
    private readonly ConcurrentDictionary<SsState, StateReaction> _stateReactions = new();
    private volatile ReceiveReaction? _receiveReaction;
    private volatile TransmitReaction? _transmitReaction;

    /// <summary>Whether received bytes are kept (the default) or only counted: for transfers too large to hold.</summary>
    public bool KeepPayload { get; init; } = true;

    /// <summary>What it says when it is asked for <see cref="SecureStreamHandler.PermitsOverlap"/>; false by default.</summary>
    public bool MayOverlap { get; init; }

    /// <inheritdoc/>
    public sealed override bool PermitsOverlap => MayOverlap;

    /// <summary>Does <paramref name="reaction"/> whenever <paramref name="state"/> comes; replaces an earlier one for the same state.</summary>
    public RecordingHandler OnStateDo(SsState state, StateReaction reaction)
    {
        _stateReactions[state] = reaction;
        return this;
    }

    /// <summary>Does <paramref name="action"/> whenever <paramref name="state"/> comes, and goes on.</summary>
    public RecordingHandler OnStateDo(SsState state, Action<SecureStream> action)
    {
        return OnStateDo(state, React);

        SsResult React(SecureStream stream, in SsStateChange change)
        {
            action(stream);
            return SsResult.Continue;
        }
    }

    /// <summary>Does <paramref name="reaction"/> with every received piece; null goes back to nothing.</summary>
    public RecordingHandler OnReceiveDo(ReceiveReaction? reaction)
    {
        _receiveReaction = reaction;
        return this;
    }

    /// <summary>Does <paramref name="reaction"/> in every transmit callback; null goes back to sending nothing.</summary>
    public RecordingHandler OnTransmitDo(TransmitReaction? reaction)
    {
        _transmitReaction = reaction;
        return this;
    }

    /// <inheritdoc/>
    public sealed override SsResult OnState(SecureStream stream, in SsStateChange change)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var track = Enter(stream, RecordedEvent.Name(change.State));
        track.Step(change.State);
        var entry = Record(new RecordedEvent { Kind = RecordedKind.State, StreamId = stream.Id, Change = change });
        try
        {
            var result = ReactToState(stream, change);
            entry.Result = result;
            return result;
        }
        catch (Exception error)
        {
            entry.Result = error;
            throw;
        }
        finally
        {
            lock (_lock)
                _returned[change.State] = _returned.GetValueOrDefault(change.State) + 1;
            Leave(track);
        }
    }

    /// <inheritdoc/>
    public sealed override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var track = Enter(stream, $"rx of {payload.Length} bytes");
        track.Piece(payload.Length, flags);
        var entry = Record(new RecordedEvent
        {
            Kind = RecordedKind.Receive,
            StreamId = stream.Id,
            Flags = flags,
            Length = payload.Length,
            Payload = KeepPayload ? payload.ToArray() : default(ReadOnlyMemory<byte>),
        });
        try
        {
            var result = ReactToReceive(stream, payload, flags);
            entry.Result = result;
            return result;
        }
        catch (Exception error)
        {
            entry.Result = error;
            throw;
        }
        finally
        {
            Leave(track);
        }
    }

    /// <inheritdoc/>
    public sealed override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var track = Enter(stream, "tx");
        track.Room();
        var entry = Record(new RecordedEvent { Kind = RecordedKind.Transmit, StreamId = stream.Id });
        try
        {
            var result = ReactToTransmit(stream, ref tx);
            entry.Result = result;
            return result;
        }
        catch (Exception error)
        {
            entry.Result = error;
            throw;
        }
        finally
        {
            Leave(track);
        }
    }

    /// <summary>For handlers built on this one; the base does what <see cref="OnStateDo(SsState, StateReaction)"/> set.</summary>
    protected virtual SsResult ReactToState(SecureStream stream, in SsStateChange change) =>
        _stateReactions.TryGetValue(change.State, out var reaction) ? reaction(stream, change) : SsResult.Continue;

    /// <summary>For handlers built on this one; the base does what <see cref="OnReceiveDo"/> set.</summary>
    protected virtual SsResult ReactToReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags) =>
        _receiveReaction?.Invoke(stream, payload, flags) ?? SsResult.Continue;

    /// <summary>For handlers built on this one; the base does what <see cref="OnTransmitDo"/> set.</summary>
    protected virtual SsTransmitResult ReactToTransmit(SecureStream stream, scoped ref SsTransmit tx) =>
        _transmitReaction is { } reaction ? reaction(stream, ref tx) : SsTransmitResult.Nothing;

    private StreamTrack Enter(SecureStream stream, string what)
    {
        var track = _tracks.GetOrAdd(stream, static (one, self) => new StreamTrack(text => self.Violate($"stream {one.Id}: {text}")), this);
        track.Enter(what);
        return track;
    }

    private void Leave(StreamTrack track)
    {
        track.Exit();
        TellWaiters();
    }

    private RecordedEvent Record(RecordedEvent entry)
    {
        lock (_lock)
        {
            _events.Add(entry);
            _receivedLength += entry.Length;
        }

        return entry;
    }

    private void Violate(string text)
    {
        lock (_lock)
            _violations.Add($"{text} (before event {_events.Count + 1})");
    }
}
