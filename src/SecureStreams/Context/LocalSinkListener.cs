using System.Collections.Concurrent;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports.LocalSink;

namespace SecureStreams;

/// <summary>The sink of a streamtype: makes a stream of every source that joins.</summary>
internal sealed class LocalSinkListener : SsListener, ILocalSink
{
    private readonly ConcurrentDictionary<LocalStream, bool> _accepted = new();
    private readonly LocalSinks _sinks;
    private readonly StreamRuntime _runtime;
    private readonly StreamTypePolicy _policy;
    private readonly Func<SecureStream, SecureStreamHandler?> _accept;
    private readonly Func<StreamRuntime, StreamTypePolicy, LocalStream?> _makeStream;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    /// <param name="sinks">Where it registers.</param>
    /// <param name="runtime">What streams of the context have in common.</param>
    /// <param name="policy">The streamtype.</param>
    /// <param name="accept">The application's.</param>
    /// <param name="makeStream">Makes a stream that the context knows; null once the context is disposed.</param>
    /// <exception cref="SsPolicyException">The streamtype has a sink already.</exception>
    public LocalSinkListener(
        LocalSinks sinks,
        StreamRuntime runtime,
        StreamTypePolicy policy,
        Func<SecureStream, SecureStreamHandler?> accept,
        Func<StreamRuntime, StreamTypePolicy, LocalStream?> makeStream)
    {
        _sinks = sinks;
        _policy = policy;
        _accept = accept;
        _makeStream = makeStream;
        var forget = runtime.Destroyed;
        _runtime = runtime with
        {
            Destroyed = stream =>
            {
                _accepted.TryRemove(stream, out _);
                forget(stream);
            },
        };
        if (!sinks.TryAdd(policy.Name, this))
            throw new SsPolicyException($"Streamtype '{policy.Name}' has a sink already, and takes one at a time: dispose its listener first.");
    }

    /// <inheritdoc/>
    public override string StreamType => _policy.Name;

    /// <inheritdoc/>
    public void Offer(LocalSinkLink link) => _runtime.Platform.Scheduler.Schedule(new LocalSinkJoin(this, link));

    /// <summary>Accepts a source or refuses it. In a turn of its own, since it runs the application's code.</summary>
    public void Take(LocalSinkLink link)
    {
        // A source that has given up already costs no stream.
        if (link.IsGivenUp)
            return;
        if (_makeStream(_runtime, _policy) is not { } stream)
        {
            link.Refuse(LocalSinkFailures.NoSink(_policy));
            return;
        }

        _accepted.TryAdd(stream, true);

        // Again, now that it can be seen: either this sees the disposal, or the disposal sees the stream and waits for it.
        if (Volatile.Read(ref _disposed) != 0)
        {
            stream.Abandon();
            link.Refuse(LocalSinkFailures.NoSink(_policy));
        }
        else if (!stream.Accept(_accept, link.Accept))
        {
            link.Refuse(LocalSinkFailures.Refused(_policy));
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        // As with a context: whoever is inside the mailbox of one of the streams would wait for itself.
        var inside = _accepted.Keys.Any(static stream => stream.Mailbox.IsCurrent);
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _ = FinishAsync();
        return inside ? ValueTask.CompletedTask : new ValueTask(_gone.Task);
    }

    private async Task FinishAsync()
    {
        try
        {
            _sinks.Remove(_policy.Name, this);
            await Task.WhenAll(_accepted.Keys.Select(static stream => stream.DestroyAsync())).ConfigureAwait(false);
            _gone.TrySetResult();
        }
        catch (Exception error)
        {
            _gone.TrySetException(error);
        }
    }
}
