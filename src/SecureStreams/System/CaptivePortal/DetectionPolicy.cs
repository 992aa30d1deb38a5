using SecureStreams.Policy;

namespace SecureStreams.Connectivity;

/// <summary>The streamtype as it is asked with: whatever it says, no redirect is followed, since it is what a look is to find, and nothing of it goes on by itself. Safe from any thread.</summary>
/// <param name="find">The streamtype in force.</param>
internal sealed class DetectionPolicy(Func<string, StreamTypePolicy?> find)
{
    private volatile Tuple<StreamTypePolicy, StreamTypePolicy>? _known;

    /// <summary>A budget that never runs out.</summary>
    public static GovernorPolicy Unbounded { get; } = new(AttemptsPerMinute: 60_000, Burst: 10_000, InFlight: 10_000);

    /// <summary>It; the same object for as long as the policy in force is the same. Null when that has no such streamtype.</summary>
    public StreamTypePolicy? Current
    {
        get
        {
            if (find(SsCaptivePortal.StreamType) is not { } stated)
                return null;
            if (_known is { } known && ReferenceEquals(known.Item1, stated))
                return known.Item2;
            var asked = stated with
            {
                AllowRedirects = false,
                NailedUp = false,
                Opportunistic = true,
                LongPoll = false,
                Http = stated.Http is { } http ? http with { FailRedirect = true } : null,
            };
            _known = Tuple.Create(stated, asked);
            return asked;
        }
    }
}
