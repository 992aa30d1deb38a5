using System.Collections.Immutable;
using SecureStreams.Core;
using SecureStreams.Policy;
using Xunit;

namespace SecureStreams.Tests.Core;

public sealed class BackOffTests
{
    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 1000)]
    [InlineData(3, 3000)]
    [InlineData(4, 3000)]
    [InlineData(1_000_000, 3000)]
    public void Each_retry_uses_its_own_entry_and_the_last_repeats(int failures, int expectedMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(expectedMs), BackOff.Delay(Policy(jitter: 0, 200, 1000, 3000), failures, chance: 0.999));

    [Theory]
    [InlineData(0, 0.5, 1000)]
    [InlineData(20, 0.0, 1000)]
    [InlineData(20, 0.5, 1100)]
    [InlineData(30, 0.5, 1150)]
    [InlineData(100, 0.5, 1500)]
    public void Jitter_adds_up_to_its_percentage(int jitter, double chance, int expectedMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(expectedMs), BackOff.Delay(Policy(jitter, 1000), failures: 1, chance));

    [Fact]
    public void A_hint_of_the_peer_lengthens_the_delay_and_never_shortens_it()
    {
        var policy = Policy(jitter: 0, 1000);
        Assert.Equal(TimeSpan.FromSeconds(5), BackOff.Delay(policy, 1, 0, TimeSpan.FromSeconds(5)));
        Assert.Equal(TimeSpan.FromSeconds(1), BackOff.Delay(policy, 1, 0, TimeSpan.FromMilliseconds(5)));
        Assert.Equal(BackOff.LongestHint, BackOff.Delay(policy, 1, 0, TimeSpan.FromDays(4000)));
    }

    [Fact]
    public void The_longest_delay_fits_a_timer_whatever_the_jitter() =>
        Assert.Equal(BackOff.Longest, BackOff.Delay(Policy(jitter: 100, int.MaxValue), 1, 0.999));

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(1, 1, true)]
    [InlineData(1, 2, false)]
    [InlineData(5, 5, true)]
    [InlineData(5, 6, false)]
    [InlineData(65534, 65535, false)]
    [InlineData(65535, int.MaxValue, true)]
    public void Conceal_is_the_number_of_retries_after_the_first_attempt(int conceal, int failures, bool expected) =>
        Assert.Equal(expected, BackOff.MayRetry(Policy(jitter: 0, 1000) with { Conceal = conceal }, failures));

    [Fact]
    public void Without_a_scheme_nothing_is_retried() => Assert.False(BackOff.MayRetry(null, 1));

    private static RetryPolicy Policy(int jitter, params int[] backoffMs) => new()
    {
        Name = "test",
        Backoff = [.. backoffMs.Select(static ms => TimeSpan.FromMilliseconds(ms))],
        Conceal = 5,
        JitterPercent = jitter,
        ValidityPing = null,
        ValidityHangup = null, RestartAfter = TimeSpan.Zero,
    };
}
