using System.Collections.Immutable;
using SecureStreams.Core;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>The files that a context was made of.</summary>
public sealed partial class LocalContext
{
    private readonly Lock _watching = new();
    private SsPolicyWatch? _watch;

    /// <summary>What watches the files of the policy; null when nothing does.</summary>
    public SsPolicyWatch? PolicyWatch => Volatile.Read(ref _watch);

    /// <summary>What the base was made of, when at least one part of it is a file; null otherwise.</summary>
    internal PolicyLayers? Layers { get; set; }

    /// <summary>What <see cref="Layers"/> said when it was read.</summary>
    internal string LayersKey { get; set; } = "";

    /// <summary>The base that was made of <see cref="Layers"/>; default when it was refused.</summary>
    internal ImmutableArray<PolicyDocument> LayersBase { get; set; }

    /// <summary>The documents under the overlays that were applied at run time, by identity: another base is another array.</summary>
    internal ImmutableArray<PolicyDocument> BaseDocuments => _policy.Current.Documents;

    /// <summary>
    /// Watches the files that this context was made of (<c>FromFile</c>, <c>FromFiles</c>, or a host's settings), and puts what they say in force when it changes. <c>docs/live-policy.md</c> has the rules.
    /// <see cref="SsContextOptions.WatchPolicyFiles"/> does the same from the start.
    /// </summary>
    /// <param name="options">How; defaults when null.</param>
    /// <returns>What watches; ended by its disposal or with the context.</returns>
    /// <exception cref="InvalidOperationException">The context was made of no file, or its files are watched already.</exception>
    /// <exception cref="ArgumentException">A time of the options makes no sense.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyWatch WatchPolicyFiles(SsPolicyWatchOptions? options = null)
    {
        ThrowIfDisposed();
        lock (_watching)
        {
            if (Layers is not { } layers)
                throw new InvalidOperationException("This context was made of no file: give the files to WatchPolicyFiles.");
            return Watch(layers, LayersKey, LayersBase, options);
        }
    }

    /// <summary>As the other, of files of the caller's choice: they are read soon, and what they say takes the place of what the context was made of.</summary>
    /// <param name="paths">The base, then the overlays in their order, as with <see cref="UpdatePolicyFromFiles(IReadOnlyList{string})"/>.</param>
    /// <param name="options">How; defaults when null.</param>
    /// <returns>What watches; ended by its disposal or with the context.</returns>
    /// <exception cref="InvalidOperationException">Files are watched already.</exception>
    /// <exception cref="ArgumentException">There is no path, or a time of the options makes no sense.</exception>
    /// <exception cref="ObjectDisposedException">The context is disposed.</exception>
    public SsPolicyWatch WatchPolicyFiles(IReadOnlyList<string> paths, SsPolicyWatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count == 0)
            throw new ArgumentException("A policy has at least a base file.", nameof(paths));
        ThrowIfDisposed();
        return Watch(PolicyLayers.OfFiles(paths), "", default, options);
    }

    /// <summary>Puts other layers in place of those it was made of, and has them watched where those were.</summary>
    internal SsPolicyUpdate UpdateFrom(PolicyLayers layers)
    {
        ThrowIfDisposed();
        lock (_watching)
        {
            var reading = layers.TryRead();
            var update = reading.Documents is { } documents
                ? UpdatePolicy(documents)
                : _policy.Refuse(string.Join(", ", layers.Paths), new SsPolicyException(reading.Problem!));
            Layers = layers.Paths.IsEmpty ? null : layers;
            LayersKey = reading.Key;
            LayersBase = update.Applied ? BaseDocuments : default;
            _watch?.Follow(layers, reading.Key, update.Refusal);
            return update;
        }
    }

    /// <summary>Has <paramref name="part"/> disposed when the context is.</summary>
    internal void EndsWith(IDisposable part) => _ending.Token.UnsafeRegister(static one => ((IDisposable)one!).Dispose(), part);

    /// <summary>Called by a watch that ends.</summary>
    internal void ForgetWatch(SsPolicyWatch watch) => Interlocked.CompareExchange(ref _watch, null, watch);

    private SsPolicyWatch Watch(PolicyLayers layers, string key, ImmutableArray<PolicyDocument> documents, SsPolicyWatchOptions? options)
    {
        options ??= new SsPolicyWatchOptions();
        options.Check(nameof(options));
        SsPolicyWatch watch;
        lock (_watching)
        {
            if (_watch is not null)
                throw new InvalidOperationException("The policy files are watched already: dispose PolicyWatch first.");
            watch = new SsPolicyWatch(this, layers, key, documents, options, _options.Platform.Time, new GuardedLogger(_options.LoggerFactory.CreateLogger("SecureStreams.Policy")));
            Volatile.Write(ref _watch, watch);
        }

        // Again, now that it can be seen: either this sees the disposal, or the disposal sees the watch.
        if (Volatile.Read(ref _disposed) != 0)
        {
            _ = watch.DisposeAsync().AsTask();
            ThrowIfDisposed();
        }

        return watch;
    }
}
