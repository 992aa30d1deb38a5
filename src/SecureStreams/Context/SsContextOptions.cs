using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>Settings of a context that are given in code, not in policy. Immutable; may serve several contexts, which dispose nothing of it.</summary>
public sealed record SsContextOptions
{
    /// <summary>The product this program is; a policy whose <c>product</c> differs is refused, one that names none is not. Null, the default, accepts any.</summary>
    public string? Product { get; init; }

    /// <summary>Whether warnings of a policy refuse it too. False by default: they are logged.</summary>
    public bool StrictPolicy { get; init; }

    /// <summary>
    /// Overlays that go over what the context is made of, in their order; none by default. For tests above all: they move streamtypes to other peers and shorten
    /// their delays. A context that is given a model ignores them, since that is a sum already.
    /// </summary>
    public IReadOnlyList<PolicyDocument> Overlays { get; init; } = [];

    /// <summary>
    /// Makes, of the sum of all the rest, one more overlay that lies on top of it: at the start, and again with every change of the policy, before it is in force. For what an overlay of fixed text cannot say, since
    /// an array in it takes the place of one of the policy. It may return null for none. Null, the default, makes none; a context that is given a model ignores it.
    /// </summary>
    /// <remarks>Called from any thread, by one at a time, while no other change can be made: it only looks at the model that it is given. An <see cref="SsPolicyException"/> of it refuses the policy.</remarks>
    public Func<PolicyModel, PolicyDocument?>? LastOverlay { get; init; }

    /// <summary>
    /// Watches the files that a context is made of, and puts what they say in force when it changes; null, the default, reads them once. Contexts of text or of a model have no files and
    /// ignore it. <see cref="LocalContext.PolicyWatch"/> is what watches then.
    /// </summary>
    public SsPolicyWatchOptions? WatchPolicyFiles { get; init; }

    /// <summary>
    /// The path of a Unix socket by which an operator on the same machine asks the context and plans and changes its policy (<c>sstreams status</c>, <c>sstreams policy plan</c> and <c>apply</c>); null,
    /// the default, for none. For the user that the process runs as and for root: its mode is 0600, and on Linux every client is asked who it is. One that a dead process left behind is replaced; a path
    /// that cannot be had fails the making of the context with <see cref="IOException"/>. The protocol is in <c>docs/live-policy.md</c>.
    /// </summary>
    public string? AdminSocket { get; init; }

    /// <summary>Where logs go; nowhere by default. Log lines name streamtype and stream id, and never carry secrets or payload.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>
    /// Makes the meter; null, the default, takes the process's own, which is never disposed. Either is named <see cref="SsTelemetry.MeterName"/>. A host gives its factory,
    /// so that its tests hear their own context alone.
    /// </summary>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>The world to live in; the real one by default.</summary>
    public SsPlatform Platform { get; init; } = SsPlatform.System;

    /// <summary>
    /// A folder for what must outlast the process, made if need be, for its owner alone (0700; one that others can enter is refused). Null, the default: nothing is kept.
    /// </summary>
    public string? StateFolder { get; init; }

    /// <summary>
    /// The secrets and facts that the policy refers to by name. Null, the default: a store of the context's own, in files under <see cref="StateFolder"/> where that is set,
    /// else in memory; <see cref="LocalContext.Blobs"/> is it.
    /// </summary>
    public ISsBlobStore? Blobs { get; init; }

    /// <summary>
    /// Takes the policy from the network, over its streamtype <c>fetch_policy</c>, at the start and again by an interval, and keeps the last good ones on disk
    /// (<c>docs/remote-policy.md</c>). Null, the default: never, whatever streamtypes the policy has, since making a context shall dial nobody unless asked.
    /// </summary>
    public SsRemotePolicyOptions? RemotePolicy { get; init; }

    /// <summary>
    /// Fetches the tokens that the policy has streamtypes for (<c>docs/auth.md</c>) when the context begins, before a stream needs one, and says how long <see cref="SsSystemState.Auth1"/> waits for them at
    /// most, 1 ms to a day; what is still under way then goes on. Null, the default: a token is fetched when a stream needs it, since making a context shall dial nobody unless asked.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in the range.</exception>
    public TimeSpan? TokensAtStart
    {
        get;
        init
        {
            if (value is { } bound)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(bound, ShortestTokenWait, nameof(TokensAtStart));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(bound, LongestTokenWait, nameof(TokensAtStart));
            }

            field = value;
        }
    }

    /// <summary>When the context looks by itself where the network leads (<see cref="SsContext.CaptivePortal"/>): by default never.</summary>
    public SsCaptivePortalOptions CaptivePortal { get; init; } = new();

    /// <summary>
    /// Whether streams act on a change of this machine's addresses, a second after the first notice of it: the peers of connections that last are asked for a sign of life at once, attempts that were
    /// put off are made at once, within the budget of the governor, and requests take no pooled connection from before. False by default, since on hosts that run containers addresses come and go all day;
    /// without it a connection that leads nowhere is noticed by <c>svalidhup</c>. See <c>docs/system.md</c>.
    /// </summary>
    public bool FollowNetworkChanges { get; init; }

    /// <summary>Makes listeners of server streamtypes; null, the default, refuses them. <c>UseServer()</c> of the package SecureStreams.Server sets it.</summary>
    public IListenerFactory? ListenerFactory { get; init; }

    /// <summary>
    /// Injects the faults that the policy states (<c>test_faults</c>), for tests; null, the default, refuses such a policy. <c>UseFaultInjection()</c> of the package
    /// SecureStreams.Testing sets it. In a context that injects faults, streamtypes share no connections with one another, those of <c>mqtt</c> excepted.
    /// </summary>
    public Network.ISsFaultInjectorFactory? FaultInjectors { get; init; }

    /// <summary>The least <see cref="TokensAtStart"/>.</summary>
    internal static TimeSpan ShortestTokenWait { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The most <see cref="TokensAtStart"/>.</summary>
    internal static TimeSpan LongestTokenWait { get; } = TimeSpan.FromDays(1);

    /// <summary>Replaces the transports; null, the default, takes those of the wire protocols.</summary>
    internal Func<SsContextOptions, Transports.ITransportFactory>? Transports { get; init; }
}
