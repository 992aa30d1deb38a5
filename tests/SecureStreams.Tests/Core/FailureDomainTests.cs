using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Tests.Core;

/// <summary>The budget itself: burst, then rate, never more under way than allowed, first come first served.</summary>
public sealed class FailureDomainTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly List<int> _told = [];
    private GovernorPolicy _budget = new(AttemptsPerMinute: 60, Burst: 3, InFlight: 100);

    [Fact]
    public void The_burst_goes_at_once_and_the_rest_at_the_rate_in_order()
    {
        var domain = Domain();
        var admitted = Enumerable.Range(0, 6).Select(i => domain.TryAdmit(Ticket(i))).ToList();

        Assert.Equal([true, true, true, false, false, false], admitted);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Empty(_told);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([3], _told);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal([3, 4, 5], _told);
        Assert.Empty(_clock.ArmedTimers);
    }

    [Fact]
    public void The_budget_is_whole_again_after_a_rest_and_never_more_than_whole()
    {
        var domain = Domain();
        for (var i = 0; i < 3; i++)
            Assert.True(domain.TryAdmit(Ticket(i)));
        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal([true, true, true, false], Enumerable.Range(3, 4).Select(i => domain.TryAdmit(Ticket(i))));
    }

    [Fact]
    public void No_more_are_under_way_than_allowed_and_the_end_of_one_lets_the_next_go()
    {
        _budget = new GovernorPolicy(AttemptsPerMinute: 60000, Burst: 100, InFlight: 2);
        var domain = Domain();
        var first = Ticket(0);
        Assert.True(domain.TryAdmit(first));
        Assert.True(domain.TryAdmit(Ticket(1)));
        Assert.False(domain.TryAdmit(Ticket(2)));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_told);

        domain.Release(first);

        Assert.Equal([2], _told);
    }

    [Fact]
    public void Who_waits_no_longer_is_passed_over()
    {
        var domain = Domain();
        for (var i = 0; i < 3; i++)
            domain.TryAdmit(Ticket(i));
        var quitter = Ticket(3);
        Assert.False(domain.TryAdmit(quitter));
        Assert.False(domain.TryAdmit(Ticket(4)));

        domain.Release(quitter);
        domain.Release(quitter);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal([4], _told);
        Assert.Equal(0, domain.Waiting);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(600, 20)]
    [InlineData(60000, 10)]
    public void In_any_window_there_are_no_more_than_burst_and_rate_allow(int perMinute, int burst)
    {
        _budget = new GovernorPolicy(perMinute, burst, InFlight: 10000);
        var domain = Domain();
        var times = new List<TimeSpan>();
        for (var i = 0; i < burst + 40; i++)
        {
            if (domain.TryAdmit(new GovernorTicket(() => times.Add(_clock.Elapsed))))
                times.Add(_clock.Elapsed);
        }

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(burst + 40, times.Count);
        for (var i = 0; i < times.Count; i++)
        {
            for (var j = i; j < times.Count; j++)
                Assert.True(j - i + 1 <= burst + ((times[j] - times[i]).TotalMinutes * perMinute) + 1e-6, $"{j - i + 1} attempts within {times[j] - times[i]}");
        }
    }

    [Fact]
    public void A_domain_that_holds_nothing_is_forgotten_when_there_are_too_many()
    {
        var governor = new RetryGovernor(_clock, () => _budget);
        var held = governor.DomainOf(new FailureDomainKey("held", 1, false, "", ""));
        Assert.True(held.TryAdmit(Ticket(0)));
        var idle = governor.DomainOf(new FailureDomainKey("idle", 1, false, "", ""));
        for (var i = 0; i < RetryGovernor.MaxDomains; i++)
            governor.DomainOf(new FailureDomainKey($"peer{i}", 1, false, "", ""));

        Assert.True(idle.IsRetired);
        Assert.False(held.IsRetired);
        Assert.Same(held, governor.DomainOf(new FailureDomainKey("held", 1, false, "", "")));
    }

    private FailureDomain Domain() => new(_clock, () => _budget);

    private GovernorTicket Ticket(int number) => new(() => _told.Add(number));
}
