using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SecureStreams.Policy;
using SecureStreams.Telemetry;

namespace SecureStreams.Tokens;

/// <summary>The tokens of a context that are fetched: one place for each scheme, shared by its streams and by no other context.</summary>
internal sealed class TokenKeeper : IDisposable
{
    private readonly ConcurrentDictionary<TokenSettings, TokenScheme> _schemes = new();
    private readonly SsContext _context;
    private readonly SsPlatform _platform;
    private readonly Func<PolicyModel> _policy;
    private readonly Func<string, StreamTypePolicy?> _find; // Made once: every attempt of every stream asks with it.
    private readonly AsyncLocal<TokenScheme?> _writing = new();
    private IDisposable? _subscription;
    private int _isSubscribed;
    private volatile bool _isDisposed;

    /// <param name="context">Makes the streams that fetch.</param>
    /// <param name="platform">Its world.</param>
    /// <param name="blobs">Its blobs.</param>
    /// <param name="policy">The policy in force.</param>
    /// <param name="logger">Where it logs.</param>
    /// <param name="instruments">Where it counts.</param>
    public TokenKeeper(SsContext context, SsPlatform platform, ISsBlobStore blobs, Func<PolicyModel> policy, ILogger logger, SsInstruments instruments)
    {
        (_context, _platform, _policy, _find) = (context, platform, policy, Find);
        (Blobs, Logger, Instruments) = (blobs, logger, instruments);
    }

    public ISsBlobStore Blobs { get; }

    public ILogger Logger { get; }

    public SsInstruments Instruments { get; }

    public SsRandom Random => _platform.Random;

    public TimeProvider Time => _platform.Time;

    /// <summary>The streamtypes of the streams that there are; asked when a renewal is due.</summary>
    public required Func<IEnumerable<string>> StreamTypes { get; init; }

    /// <summary>
    /// Called, on any thread and under no lock, when <see cref="AreSettled"/> may have become true: for what brings the system up. Null for nobody.
    /// </summary>
    public Action? Settled { get; set; }

    /// <summary>Whether every scheme that was asked for a token so far has one, or could not get one. See <see cref="Prime"/>.</summary>
    public bool AreSettled => _schemes.Values.All(static scheme => scheme.IsSettled);

    /// <summary>Whether the context ends: whoever waits is ended with it, and told nothing more.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>The scheme whose token the caller is writing, so that what the store tells of that is no news.</summary>
    public TokenScheme? IsWriting
    {
        get => _writing.Value;
        set => _writing.Value = value;
    }

    /// <summary>The scheme that fetches the token of a streamtype; null when no token is fetched for it.</summary>
    public TokenScheme? Of(StreamTypePolicy policy) => TokenSettings.Of(policy, _find) is { } settings ? SchemeOf(settings) : null;

    /// <summary>Whether a streamtype is one that tokens are fetched by: what its peer says may be a secret.</summary>
    public bool IsFetcher(string streamType)
    {
        foreach (var (settings, _) in _schemes)
        {
            if (settings.StreamType == streamType)
                return true;
        }

        return false;
    }

    /// <summary>Asks for the tokens of all schemes that streamtypes of the policy use and that are fetched, before a stream needs them.</summary>
    public void Prime()
    {
        foreach (var (_, policy) in _policy().StreamTypes)
            Of(policy)?.Look(waiter: null);
    }

    /// <summary>The policy has changed.</summary>
    public void PolicyChanged(PolicyModel before, PolicyModel after)
    {
        foreach (var (settings, scheme) in _schemes)
        {
            if (!IsKnown(settings, after))
            {
                if (_schemes.TryRemove(settings, out _))
                    scheme.Retire();
            }
            else if (!Equals(before.StreamTypes.GetValueOrDefault(settings.StreamType), after.StreamTypes.GetValueOrDefault(settings.StreamType)))
            {
                scheme.Reconsider();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isDisposed = true;
        Interlocked.Exchange(ref _subscription, null)?.Dispose();
        foreach (var (_, scheme) in _schemes)
            scheme.Retire();
    }

    internal StreamTypePolicy? Find(string streamType) => _policy().StreamTypes.GetValueOrDefault(streamType);

    internal AuthPolicy? AuthOf(TokenSettings settings) => _policy().Auths.GetValueOrDefault(settings.Scheme);

    internal TokenFetch NewFetch(TokenScheme scheme) => new(scheme, _context, Blobs, _context.Diagnostics, Time);

    internal bool IsUsed(TokenSettings settings) => StreamTypes().Any(one => Find(one) is { } policy && settings.Equals(TokenSettings.Of(policy, _find)));

    internal void TellSettled()
    {
        if (Settled is { } settled && AreSettled)
            settled();
    }

    private static bool IsKnown(TokenSettings settings, PolicyModel model) =>
        settings.Equals(TokenSettings.Of(model.Auths.GetValueOrDefault(settings.Scheme) ?? (settings.Scheme == AuthPolicy.DefaultName ? AuthPolicy.Default : NoScheme), model.StreamTypes.GetValueOrDefault));

    private static AuthPolicy NoScheme { get; } = AuthPolicy.Default with { Type = "sigv4" };

    private TokenScheme SchemeOf(TokenSettings settings)
    {
        Subscribe();
        var scheme = _schemes.GetOrAdd(settings, static (settings, keeper) => new TokenScheme(keeper, settings, keeper.Time), this);

        // A disposal that came between has not seen it.
        if (_isDisposed)
            scheme.Retire();
        return scheme;
    }

    private void Subscribe()
    {
        if (Interlocked.Exchange(ref _isSubscribed, 1) != 0)
            return;
        try
        {
            _subscription = Blobs.Subscribe(BlobChanged);
        }
        catch (Exception error)
        {
            // A store may be the program's own.
            TokenLog.StoreMute(Logger, error);
        }

        if (_isDisposed)
            Interlocked.Exchange(ref _subscription, null)?.Dispose();
    }

    private void BlobChanged(string name)
    {
        foreach (var (_, scheme) in _schemes)
            scheme.BlobChanged(name);
    }
}
