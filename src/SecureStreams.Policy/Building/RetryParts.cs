using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SecureStreams.Policy;

/// <summary>Gathers the values of a back-off scheme, beginning with their defaults.</summary>
internal sealed class RetryParts
{
    private static readonly ImmutableArray<TimeSpan> DefaultBackoff = [TimeSpan.FromSeconds(3)];

    public ImmutableArray<TimeSpan> Backoff { get; set; } = DefaultBackoff;

    public int Conceal { get; set; }

    public int JitterPercent { get; set; } = 30;

    public TimeSpan? ValidityPing { get; set; }

    public TimeSpan? ValidityHangup { get; set; }

    public TimeSpan RestartAfter { get; set; }

    public void SetBackoff(ImmutableArray<PolicyValue> milliseconds)
    {
        var delays = new TimeSpan[milliseconds.Length];
        for (var i = 0; i < delays.Length; i++)
            delays[i] = TimeSpan.FromMilliseconds(milliseconds[i].Number);
        Backoff = ImmutableCollectionsMarshal.AsImmutableArray(delays);
    }

    public RetryPolicy Build(string name) => new()
    {
        Name = name,
        Backoff = Backoff.IsEmpty ? DefaultBackoff : Backoff,
        Conceal = Conceal,
        JitterPercent = JitterPercent,
        ValidityPing = ValidityPing,
        ValidityHangup = ValidityHangup,
        RestartAfter = RestartAfter,
    };
}
