using System.Collections.Concurrent;
using SecureStreams.Policy;
using SecureStreams.Testing.Hosting;

namespace SecureStreams.Testing;

/// <summary>
/// A context for a test: its clock moves when the test says so, retries have no jitter, its blobs are in memory, it injects faults, and streamtypes can be served by the test itself (<see cref="Serve"/>) so that no
/// socket is opened. Disposing it fails when a stream that was made by <see cref="Context"/> has not ended.
/// </summary>
/// <remarks>
/// Give <see cref="Context"/> to the application, and dispose what the application made before this. The scheduler is that of the system: callbacks come on threads of the pool, so a test waits for what it expects
/// (<see cref="SsStateRecorder.WaitForAsync(SsState, TimeSpan?, int)"/>) and then advances the clock.
/// </remarks>
public sealed class SsTestContext : IAsyncDisposable
{
    private readonly TrackingContext _tracking;
    private readonly ConcurrentBag<SsTestPeer> _peers = [];
    private volatile bool _failed;

    private SsTestContext(Func<SsContextOptions, LocalContext> make, Func<SsContextOptions, SsContextOptions>? configure)
    {
        var blobs = new SsMemoryBlobStore();
        var options = new SsContextOptions { Platform = SsPlatform.System with { Time = Time, Random = new NoJitter(), SocksProxy = null }, Blobs = blobs }.UseFaultInjection();
        Blobs = blobs;
        Local = make(configure?.Invoke(options) ?? options);
        _tracking = new TrackingContext(Local);
    }

    /// <summary>The context that the application under test is given. Streams that it makes have to end before the test does.</summary>
    public SsContext Context => _tracking;

    /// <summary>The same with what only a context of this process has: overlays, policy, blobs.</summary>
    public LocalContext Local { get; }

    /// <summary>The clock, which stands at the beginning of 2030 until the test advances it.</summary>
    public SsVirtualTime Time { get; } = new();

    /// <summary>The secrets and facts that the policy refers to; empty at first.</summary>
    public SsMemoryBlobStore Blobs { get; }

    /// <summary>Makes one of policy text.</summary>
    /// <param name="json">The policy; diagnostics call it <c>policy</c>.</param>
    /// <param name="configure">Changes the settings of the context; null for none.</param>
    /// <returns>The context, disposed by the caller.</returns>
    /// <exception cref="SsPolicyException">The policy has errors; each is named with its place.</exception>
    public static SsTestContext FromJson(string json, Func<SsContextOptions, SsContextOptions>? configure = null) => new(options => SsContext.FromJson(json, options), configure);

    /// <summary>Makes one of the files that the application has.</summary>
    /// <param name="path">The policy.</param>
    /// <param name="configure">Changes the settings of the context, adds overlays for instance; null for none.</param>
    /// <returns>The context, disposed by the caller.</returns>
    /// <exception cref="SsPolicyException">The file cannot be read or the policy has errors; each is named with its place.</exception>
    public static SsTestContext FromFile(string path, Func<SsContextOptions, SsContextOptions>? configure = null) => new(options => SsContext.FromFile(path, options), configure);

    /// <summary>Puts an overlay in force, and fails where that is refused.</summary>
    /// <param name="overlay">The overlay, of <see cref="SsOverlays"/> or any other.</param>
    /// <exception cref="SsPolicyException">It was refused; the message says why.</exception>
    public void Apply(PolicyDocument overlay) => Local.ApplyOverlay(overlay).EnsureNotRefused();

    /// <summary>Takes an overlay away.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="SsPolicyException">What is left cannot be used.</exception>
    /// <exception cref="SsAssertionException">None of that name is in force.</exception>
    public void Remove(string name)
    {
        var update = Local.RemoveOverlay(name) ?? throw new SsAssertionException($"No overlay '{name}' is in force; in force are {(Local.AppliedOverlays.Count == 0 ? "none" : string.Join(", ", Local.AppliedOverlays))}.");
        update.EnsureNotRefused();
    }

    /// <summary>Serves a streamtype inside the test: an overlay moves it onto a local sink (<c>local_sink</c>), whatever its policy says of endpoint and protocol.</summary>
    /// <param name="streamType">The streamtype, a client's.</param>
    /// <param name="accept">Makes the handler of an accepted stream; null in return refuses it. Null for a handler that records alone (<see cref="SsTestPeer.Recorder"/>).</param>
    /// <returns>The peer, which ends with this context if not before.</returns>
    /// <exception cref="SsPolicyException">There is no such streamtype, or it is served already.</exception>
    public SsTestPeer Serve(string streamType, Func<SecureStream, SecureStreamHandler?>? accept = null)
    {
        ArgumentNullException.ThrowIfNull(streamType);
        Apply(SsOverlays.LocalSinks(streamType) with { Name = $"served {streamType}" });
        var peer = new SsTestPeer(Local, Time, streamType, accept);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>A recorder on the clock of this context.</summary>
    /// <param name="inner">The handler under test; null for none.</param>
    /// <returns>The recorder.</returns>
    public SsStateRecorder Record(SecureStreamHandler? inner = null) => new(inner, Time) { Failed = () => _failed = true };

    /// <summary>Waits until the attempt that <paramref name="recorder"/> was told of last stands in front of the clock, and advances the clock to it.</summary>
    /// <param name="recorder">What records the stream.</param>
    /// <returns>The delay that the policy's back-off had chosen, counted from the failure.</returns>
    /// <exception cref="SsAssertionException">The last state with a cause has no retry to come, or its timer is not armed within 60 s of real time.</exception>
    public async Task<TimeSpan> AdvanceToRetryAsync(SsStateRecorder recorder)
    {
        ArgumentNullException.ThrowIfNull(recorder);
        var last = recorder.Events.LastOrDefault(static one => one.Change is { Cause.IsNone: false });
        if (last?.Change is not { Cause: { NextAction: SsNextAction.Retry } cause })
            throw new SsAssertionException($"Expected that a retry is to come.\n{recorder.Describe()}");
        var left = last.At + cause.NextDelay - recorder.Now;
        if (left > TimeSpan.Zero)
            await Time.WaitForArmedExactlyAsync(left).ConfigureAwait(false);
        Time.Advance(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        return cause.NextDelay;
    }

    /// <summary>Ends everything, and fails when a stream that <see cref="Context"/> made had not ended: the application forgot it, or the test to dispose the application. Where an assertion of a recorder failed before, that is what the test shall show, and this does not fail.</summary>
    /// <returns>Completed when all is over.</returns>
    /// <exception cref="SsAssertionException">Streams had not ended; each explains itself in the message.</exception>
    public async ValueTask DisposeAsync()
    {
        var leaks = _tracking.Open.Select(static one => one.Explain().ToString()).ToList();
        while (_peers.TryTake(out var peer))
            await peer.DisposeAsync().ConfigureAwait(false);
        await Local.DisposeAsync().ConfigureAwait(false);
        Blobs.Dispose();
        // A test that failed left in the middle of things, and its own message is the one to be seen.
        if (leaks.Count > 0 && !_failed)
            throw new SsAssertionException($"{leaks.Count} stream{(leaks.Count == 1 ? " was" : "s were")} not disposed when the test ended:\n{string.Join("\n", leaks)}");
    }
}
