using System.Diagnostics.CodeAnalysis;
using SecureStreams.Connectivity;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.States;

namespace SecureStreams;

/// <summary>What a context does on its own account: its system states, and finding out where the network leads.</summary>
public sealed partial class LocalContext
{
    private SystemStates _system;
    private CaptivePortalDetector _captivePortal;
    private StreamRuntime _detection;
    private DetectionPolicy _detectionPolicy;
    private NetworkFollower? _networkFollower;

    /// <inheritdoc/>
    public override SsCaptivePortal CaptivePortal => _captivePortal;

    /// <inheritdoc/>
    public override SsSystemState SystemState => _system.Current;

    /// <inheritdoc/>
    public override IAsyncEnumerable<SsSystemState> WatchSystemStatesAsync(CancellationToken cancellationToken = default) => _system.WatchAsync(cancellationToken);

    /// <summary>The streams there are.</summary>
    internal IEnumerable<LocalStream> Streams => _streams.Keys;

    /// <summary>What goes on by itself, once the system states begin.</summary>
    [MemberNotNull(nameof(_system), nameof(_captivePortal), nameof(_detection), nameof(_detectionPolicy))]
    private void BeginSystem()
    {
        var logger = new GuardedLogger(_options.LoggerFactory.CreateLogger("SecureStreams.System"));
        _system = new SystemStates(_options.Platform.Time, logger);
        _detectionPolicy = new DetectionPolicy(_policy.Find);

        // A look must not wait for the budget of a peer that failed before, which is what it is to find out about; looks are few by themselves.
        _detection = _runtime with
        {
            Governor = new RetryGovernor(_options.Platform.Time, static () => DetectionPolicy.Unbounded),
            FindPolicy = _ => _detectionPolicy.Current,
            Redirected = null,
        };
        _captivePortal = new CaptivePortalDetector(() => _detectionPolicy.Current, OpenProbe, _runtime, logger, _options.CaptivePortal);
        if (_options.FollowNetworkChanges || _options.CaptivePortal.Automatic)
            _networkFollower = new NetworkFollower(_options.Platform, TakeNetworkChange);
        _system.Require(new SystemCondition(SsSystemState.CpdPostTime, "the detection of captive portals", Timeout.InfiniteTimeSpan, _ => _captivePortal.StartAsync()));

        // It bounds itself; what is waited for here is only its first answer, since a program may be of use with the policy that it has.
        if (_remote is { } remote && _options.RemotePolicy is { StartWait: var wait } && wait > TimeSpan.Zero)
            _system.Require(new SystemCondition(SsSystemState.PolicyValid, "the first fetch of the policy", wait, _ => remote.FirstAnswer));
        if (_options.TokensAtStart is { } bound)
            _system.Require(new SystemCondition(SsSystemState.Auth1, "the tokens of the policy", bound, PrimeTokensAsync));
    }

    /// <summary>Asks for the tokens that the policy in force has streamtypes for, and waits until each has come or cannot be had.</summary>
    private async Task PrimeTokensAsync(CancellationToken cancellationToken)
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _tokens.Prime();

        // Not before: the first of them may be settled while the next was not asked for.
        _tokens.Settled = () => settled.TrySetResult();
        try
        {
            if (!_tokens.AreSettled)
                await settled.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _tokens.Settled = null;
        }
    }

    /// <summary>This machine's network has changed, and has come to rest.</summary>
    internal void TakeNetworkChange()
    {
        _runtime.Telemetry.Instruments.NetworkChanged();
        ContextLog.NetworkChanged(_runtime.Logger, _options.FollowNetworkChanges ? _streams.Count : 0);
        if (_options.FollowNetworkChanges)
        {
            // First, so that what tries at once finds no connection from before.
            _transports.RenewConnections();
            foreach (var stream in Streams)
                stream.TellNetworkChanged();
        }

        _captivePortal.NetworkChanged();
    }

    private void EndSystem()
    {
        _networkFollower?.Dispose();
        _system.Dispose();
        _captivePortal.Dispose();
    }

    private LocalStream OpenProbe(InternetProbe probe)
    {
        ThrowIfDisposed();
        var stream = CreateOn(_detection, probe.Policy, probe, null);
        stream.Connect();
        return stream;
    }
}
