using System.Collections.Concurrent;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams;

/// <summary>The books of one listener, whatever its protocol: makes a stream of every peer that comes, knows those there are, and ends them. Safe from any thread.</summary>
internal sealed class AcceptedStreams
{
    private readonly ConcurrentDictionary<LocalStream, bool> _streams = new();
    private readonly StreamRuntime _runtime;
    private readonly Func<StreamRuntime, StreamTypePolicy, LocalStream?> _makeStream;
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _closed;
    private int _count;

    /// <param name="runtime">What streams of the context have in common.</param>
    /// <param name="streamType">Whose they are, for operators.</param>
    /// <param name="makeStream">Makes a stream that the context knows; null once the context is disposed.</param>
    public AcceptedStreams(StreamRuntime runtime, string streamType, Func<StreamRuntime, StreamTypePolicy, LocalStream?> makeStream)
    {
        _makeStream = makeStream;
        var forget = runtime.Destroyed;
        _runtime = runtime with
        {
            FailureLimit = new FailureLimit(runtime.Platform.Time, held => CoreLog.FailuresHeld(runtime.Logger, streamType, held, FailureLimit.MostLines, FailureLimit.Window)),
            Destroyed = stream =>
            {
                if (_streams.TryRemove(stream, out _))
                    Interlocked.Decrement(ref _count);
                forget(stream);
                CheckEmpty();
            },
        };
    }

    /// <summary>What its streams have in common; failures of what did not become one are reported with it too.</summary>
    public StreamRuntime Runtime => _runtime;

    /// <summary>The world.</summary>
    public SsPlatform Platform => _runtime.Platform;

    /// <summary>Those that are not destroyed; a copy.</summary>
    public IReadOnlyCollection<SecureStream> All => [.. _streams.Keys];

    /// <summary>Whether the caller is inside the mailbox of one of them, where waiting for them would never end.</summary>
    public bool IsInsideOne => _streams.Keys.Any(static stream => stream.Mailbox.IsCurrent);

    /// <summary>Makes a stream for a peer. In a turn of its own, since it runs the application's code.</summary>
    /// <param name="policy">The policy of the streamtype now.</param>
    /// <param name="accept">The application's; null from it refuses.</param>
    /// <param name="connect">Makes the transport of the connection that is there, once, unless it is refused.</param>
    /// <param name="most">How many there may be.</param>
    public AcceptOutcome Accept(StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept, Func<TransportSetup, StreamTransport> connect, int most = int.MaxValue)
    {
        if (Interlocked.Increment(ref _count) > most)
        {
            Interlocked.Decrement(ref _count);
            return AcceptOutcome.Full;
        }

        if (_makeStream(_runtime, policy) is not { } stream)
        {
            Interlocked.Decrement(ref _count);
            return AcceptOutcome.Ended;
        }

        _streams.TryAdd(stream, true);

        // Again, now that it can be seen: either this sees the end, or the end sees the stream and waits for it.
        if (Volatile.Read(ref _closed) != 0)
        {
            stream.Abandon();
            return AcceptOutcome.Ended;
        }

        return stream.Accept(accept, connect) ? AcceptOutcome.Accepted : AcceptOutcome.Refused;
    }

    /// <summary>Accepts no more.</summary>
    public void Close() => Interlocked.Exchange(ref _closed, 1);

    /// <summary>Destroys all; completes when no callback of theirs runs any more and their connections are closed.</summary>
    public Task EndAllAsync()
    {
        Close();
        return Task.WhenAll(_streams.Keys.Select(static stream => stream.DestroyAsync()));
    }

    /// <summary>Tells all, and waits until they have ended; then accepts no more.</summary>
    /// <param name="bound">How long it waits.</param>
    /// <param name="settle">Completes when nothing brings new streams any more, which are accepted until then; null where nothing does.</param>
    /// <param name="atOnce">Ends the waiting when it completes.</param>
    /// <param name="cancellationToken">Ends the waiting too.</param>
    /// <returns>How many are left; they go on.</returns>
    public async ValueTask<int> DrainAsync(TimeSpan bound, Func<Task>? settle, Task atOnce, CancellationToken cancellationToken)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (var bounded = new CancellationTokenSource(bound, _runtime.Platform.Time))
        using (bounded.Token.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), over))
        using (cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), over))
        {
            if (settle is null)
                Close();
            TellDraining();
            if (settle is not null)
                await Task.WhenAny(settle(), atOnce, over.Task).ConfigureAwait(false);
            Close();
            CheckEmpty();
            await Task.WhenAny(_empty.Task, atOnce, over.Task).ConfigureAwait(false);
        }

        return _streams.Count;
    }

    /// <summary>Tells all that the listener drains, so that they can end.</summary>
    public void TellDraining()
    {
        foreach (var stream in _streams.Keys)
            stream.TellDraining();
    }

    /// <summary>Accepts no more; completes when all have ended.</summary>
    public Task EmptiedAsync()
    {
        Close();
        CheckEmpty();
        return _empty.Task;
    }

    /// <summary>All have ended, and nothing more comes: what was not logged is told.</summary>
    public void Settle() => _runtime.FailureLimit!.Dispose();

    private void CheckEmpty()
    {
        if (Volatile.Read(ref _closed) != 0 && _streams.IsEmpty)
            _empty.TrySetResult();
    }
}
