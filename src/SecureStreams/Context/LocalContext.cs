using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using SecureStreams.Admin;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Telemetry;
using SecureStreams.Tokens;
using SecureStreams.Transports;
using SecureStreams.Transports.LocalSink;

namespace SecureStreams;

/// <summary>A context that fulfils its streams in this process, from a policy that overlays may change while it runs.</summary>
public sealed partial class LocalContext : SsContext, IStreamCount
{
    private readonly ConcurrentDictionary<LocalStream, bool> _streams = new();
    private readonly TrialBoard _trials = new();
    private readonly LivePolicy _policy;
    private readonly AdminSocket? _admin;
    private readonly SsContextOptions _options;
    private readonly LocalSinks _transports;
    private readonly StreamRuntime _runtime;
    private readonly SsMemoryBlobStore? _ownBlobs;
    private readonly Network.SsFaultInjector? _faults;
    private readonly TokenKeeper _tokens;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastStreamId;
    private int _disposed;

    /// <summary>Makes a context.</summary>
    /// <param name="model">The policy; it is not checked against <see cref="SsContextOptions.Product"/> and <see cref="SsContextOptions.StrictPolicy"/>, which is done where it is loaded.</param>
    /// <param name="options">Settings of the program; defaults when null.</param>
    /// <exception cref="SsPolicyException">It states faults, and the options inject none.</exception>
    /// <exception cref="SsBlobException"><see cref="SsContextOptions.StateFolder"/> cannot be used.</exception>
    /// <exception cref="IOException"><see cref="SsContextOptions.AdminSocket"/> cannot be had.</exception>
    public LocalContext(PolicyModel model, SsContextOptions? options = null)
        : this(model, default, [], options ?? new SsContextOptions())
    {
    }

    /// <param name="model">The policy.</param>
    /// <param name="documents">What it was made of, which overlays go over; default when that is not known.</param>
    /// <param name="lines">The warnings of the loader.</param>
    /// <param name="options">Settings of the program.</param>
    internal LocalContext(PolicyModel model, ImmutableArray<PolicyDocument> documents, ImmutableArray<string> lines, SsContextOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options;
        Made = options.Platform.Time.GetUtcNow();
        _policy = new LivePolicy(model, documents, lines, options, new GuardedLogger(options.LoggerFactory.CreateLogger("SecureStreams.Policy")))
        {
            Foresee = Foresee,
            Tell = TellPolicyChanged,
            Counted = CountPolicyUpdate,
            Trials = _trials,
            Watch = Watch,
            Revive = Revive,
            Settled = EndTrialOfListeners,
            TrialCounted = CountTrial,
        };
        Blobs = _options.Blobs ?? BlobStores.Open(_options.StateFolder, _options.Platform.Time);
        _ownBlobs = _options.Blobs is null ? Blobs as SsMemoryBlobStore : null;
        var instruments = SsInstruments.Of(_options.MeterFactory);
        _faults = _options.FaultInjectors?.Create(_options.Platform, _policy.Find);
        var wire = _options.Transports?.Invoke(_options) ?? new TransportFactory(_options.Platform, _options.LoggerFactory, Blobs, instruments, _policy.Find, _options.StateFolder, Diagnostics, _faults);
        _tokens = new TokenKeeper(this, _options.Platform, Blobs, () => Policy, new GuardedLogger(_options.LoggerFactory.CreateLogger("SecureStreams.Tokens")), instruments)
        {
            StreamTypes = () => _streams.Select(static one => one.Key.StreamType),
        };
        _transports = new LocalSinks(new TokenTransports(wire, _tokens), _options.Platform.Time);
        _runtime = new StreamRuntime
        {
            Context = this,
            Platform = _options.Platform,
            Diagnostics = Diagnostics,
            Logger = new GuardedLogger(_options.LoggerFactory.CreateLogger("SecureStreams.Core")),
            Telemetry = new StreamTelemetry(instruments, _options.Platform.Time),
            Transports = _transports,
            Governor = new RetryGovernor(_options.Platform.Time, () => Policy.Governor),
            FindPolicy = _policy.Find,
            Faults = _faults,
            Tokens = _tokens,
            Trials = _trials,
            Destroyed = stream => _streams.TryRemove(stream, out _),
            Redirected = cause => _captivePortal?.Redirected(cause),
        };

        // Where it cannot be had, nothing has begun yet; where what then begins fails, it is not left behind.
        _admin = _options.AdminSocket is { } path ? new AdminSocket(this, path, _options.Platform.Time, new GuardedLogger(_options.LoggerFactory.CreateLogger("SecureStreams.Admin"))) : null;
        try
        {
            if (_options.RemotePolicy is not null)
                BeginRemotePolicy();
            BeginSystem();
        }
        catch
        {
            _admin?.Dispose();
            throw;
        }

        instruments.Census.Add(this);
        _admin?.Begin();
        _remote?.Start();
        _system.Start();
    }

    /// <inheritdoc/>
    public override SsDiagnostics Diagnostics { get; } = new();

    /// <summary>The policy in force: what new streams, and the next attempts of those there are, are made of.</summary>
    public PolicyModel Policy => _policy.Current.Model;

    /// <summary>The tokens that are fetched.</summary>
    internal TokenKeeper Tokens => _tokens;

    long IStreamCount.PolicyRevision => PolicyRevision;

    double? IStreamCount.PolicyAge =>
        RemotePolicy?.Status.LastContact is { } contact ? Math.Max(0, (_options.Platform.Time.GetUtcNow() - contact).TotalSeconds) : null;

    IEnumerable<(string StreamType, SsState State, long TxQueued)> IStreamCount.Streams =>
        _streams.Select(static one => (one.Key.StreamType, one.Key.State, one.Key.TxQueued));

    /// <summary>
    /// The secrets and facts that the policy refers to by name: <see cref="SsContextOptions.Blobs"/>, or the store of the context's own. One in memory of its own is
    /// cleared when the context is disposed.
    /// </summary>
    public ISsBlobStore Blobs { get; }

    /// <inheritdoc/>
    public override SecureStream Create(string streamType, SecureStreamHandler handler, SsStreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ThrowIfDisposed();
        var policy = Find(streamType);
        if (policy is { Server: true, LocalSink: false })
            throw new SsPolicyException($"Streamtype '{streamType}' is a server: use CreateListener instead of Create.");

        var stream = CreateOn(_runtime, policy, handler, options);

        // A change that came between has not seen it.
        if (!ReferenceEquals(_policy.Find(streamType), policy))
            stream.TellPolicyChanged();
        return stream;
    }

    private LocalStream CreateOn(StreamRuntime runtime, StreamTypePolicy policy, SecureStreamHandler handler, SsStreamOptions? options)
    {
        var stream = new LocalStream(runtime, policy, handler, Interlocked.Increment(ref _lastStreamId), options);
        _streams.TryAdd(stream, true);

        // Again, now that it can be seen: either this sees the disposal, or the disposal sees the stream and waits for it.
        if (Volatile.Read(ref _disposed) != 0)
        {
            stream.Abandon();
            ThrowIfDisposed();
        }

        stream.Create(options?.Metadata ?? (IEnumerable<KeyValuePair<string, string>>)[]);
        return stream;
    }

    /// <inheritdoc/>
    public override SsListener CreateListener(string streamType, Func<SecureStream, SecureStreamHandler?> accept)
    {
        ArgumentNullException.ThrowIfNull(accept);
        ThrowIfDisposed();
        var policy = Find(streamType);
        if (policy.LocalSink)
            return new LocalSinkListener(_transports, NewAcceptedStreams(streamType), policy, accept);
        if (!policy.Server)
            throw new SsPolicyException($"Streamtype '{streamType}' is not a server: add \"server\": true to it (or \"local_sink\": true to serve it inside the process), or use Create.");
        if (_options.ListenerFactory is not { } factory)
            throw new SsPolicyException($"Streamtype '{streamType}' is a server and this context cannot listen: refer to the package SecureStreams.Server and give the context options with UseServer().");
        return factory.Create(this, policy, accept);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        // As with a stream: whoever is inside the mailbox of one of the streams would wait for itself.
        var inside = _streams.Keys.Any(static stream => stream.Mailbox.IsCurrent);
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _admin?.Dispose();
            _ = FinishAsync(PolicyWatch?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        return inside ? ValueTask.CompletedTask : new ValueTask(_gone.Task);
    }

    /// <param name="watched">Completes when nothing changes the policy by itself any more.</param>
    private async Task FinishAsync(ValueTask watched)
    {
        try
        {
            EndSystem();
            await watched.ConfigureAwait(false);
            await EndAllAsync().ConfigureAwait(false);
            _gone.TrySetResult();
        }
        catch (Exception error)
        {
            _gone.TrySetException(error);
        }
    }

    /// <summary>Step by step; one that throws keeps none after it from being done.</summary>
    private async Task EndAllAsync()
    {
        // What follows is no failure of a policy.
        _policy.EndTrials();
        try
        {
            // First: it makes requests, and changes policies, of what is about to end.
            if (_remote is not null)
                await _remote.DisposeAsync().ConfigureAwait(false);

            // What requests of HttpClients wait for they would wait for in vain. Content that sends itself is other people's code, and may listen for this.
            await _ending.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            try
            {
                // Listeners first, so that nothing new comes while what there is ends.
                await EndListenersAsync().ConfigureAwait(false);
                _tokens.Dispose();
                await Task.WhenAll(_streams.Keys.Select(static stream => stream.DestroyAsync())).ConfigureAwait(false);

                // Last: until here a stream may still be closing its connection.
                await _transports.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                _runtime.Telemetry.Instruments.Census.Remove(this);
                _ownBlobs?.Dispose();
            }
        }
    }

    private void CountPolicyUpdate(bool applied) => _runtime.Telemetry.Instruments.PolicyUpdated(applied);

    private void CountTrial(SsPolicyTrialState state) => _runtime.Telemetry.Instruments.TrialEnded(state);

    private StreamTypePolicy Find(string streamType)
    {
        ArgumentNullException.ThrowIfNull(streamType);
        var model = Policy;
        if (model.StreamTypes.TryGetValue(streamType, out var policy))
            return policy;

        if (model.NearestStreamType(streamType) is { } near)
            throw new SsPolicyException($"The policy has no streamtype '{streamType}'; did you mean '{near}'?");
        var known = string.Join(", ", model.StreamTypes.Keys.Order(StringComparer.Ordinal).Take(20).Select(static name => $"'{name}'"));
        throw new SsPolicyException($"The policy has no streamtype '{streamType}'. It has {(known.Length == 0 ? "none" : known)}.");
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
}
