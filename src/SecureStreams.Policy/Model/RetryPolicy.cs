using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>A back-off scheme of <c>retry</c>.</summary>
public sealed record RetryPolicy : PolicyPart
{
    /// <summary>The value of <see cref="Conceal"/> that never stops trying.</summary>
    public const int Forever = 65535;

    /// <summary>The delay before each retry in turn; the last repeats. Never empty: 3 s when the policy states none.</summary>
    public required ImmutableArray<TimeSpan> Backoff { get; init; }

    /// <summary>How many retries follow the first attempt before the failure is told, 0..65535; <see cref="Forever"/> never stops.</summary>
    public required int Conceal { get; init; }

    /// <summary>Up to this percentage, 0..100, is added to each delay at random. 30 when the policy states none; 0 means none.</summary>
    public required int JitterPercent { get; init; }

    /// <summary>Quiet time after which the peer is asked for a sign of life (<c>svalidping</c>, <c>svalidping_ms</c>); null when not stated.</summary>
    public required TimeSpan? ValidityPing { get; init; }

    /// <summary>Quiet time after which the connection is hung up (<c>svalidhup</c>, <c>svalidhup_ms</c>); null when not stated, zero switches the check off.</summary>
    public required TimeSpan? ValidityHangup { get; init; }

    /// <summary>How long after all retries failed the stream begins anew by itself (<c>restart_after_ms</c>); zero: only when the application asks.</summary>
    public required TimeSpan RestartAfter { get; init; }

    /// <summary>By value, the table included, places not.</summary>
    public bool Equals(RetryPolicy? other) =>
        other is not null && Name == other.Name && Conceal == other.Conceal && JitterPercent == other.JitterPercent &&
        ValidityPing == other.ValidityPing && ValidityHangup == other.ValidityHangup && RestartAfter == other.RestartAfter && Backoff.AsSpan().SequenceEqual(other.Backoff.AsSpan()) &&
        StatedValues.Same(this, other, static (_, row) => row is not PolicyAttributeInfo<RetryParts>);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Conceal, JitterPercent, ValidityPing, ValidityHangup, Backoff.Length);
}
