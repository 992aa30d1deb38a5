using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Network;

/// <summary>Answers that come one family at a time (RFC 8305 section 3), on a clock that moves only as told.</summary>
public sealed class NameFamilyTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly FamilyNames _names = new();
    private readonly ScriptedNetworkWatch _watch = new();
    private readonly ScriptedSockets _sockets;
    private readonly Dialer _dialer;
    private readonly CancellationTokenSource _cancel = new();

    public NameFamilyTests()
    {
        _sockets = new ScriptedSockets(_clock);
        _dialer = new Dialer(new SsPlatform { Time = _clock, Sockets = _sockets, Names = _names, NetworkWatch = _watch, SocksProxy = null });
    }

    [Fact]
    public async Task Ipv6_answers_begin_at_once()
    {
        var dial = Dial();
        Assert.Equal(["6 host.test", "4 host.test"], _names.Asked);
        _names.Answer6("2001:db8::1");
        Assert.Equal(("[2001:db8::1]:80", TimeSpan.Zero), await StartAsync(0));
        await WinAsync(dial, 0);
    }

    [Fact]
    public async Task Ipv4_answers_wait_exactly_50_ms_for_ipv6()
    {
        var dial = Dial();
        _names.Answer4("192.0.2.1");
        await _clock.WaitForArmedExactlyAsync(NetworkDefaults.ResolutionDelay);
        _clock.Advance(NetworkDefaults.ResolutionDelay - TimeSpan.FromTicks(1));
        Assert.Equal(0, _sockets.Count);
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(("192.0.2.1:80", TimeSpan.FromMilliseconds(50)), await StartAsync(0));
        await WinAsync(dial, 0);
        Assert.Equal(TimeSpan.FromMilliseconds(50), (await dial).Timings.Names);
    }

    [Fact]
    public async Task Ipv6_that_comes_within_50_ms_is_tried_first()
    {
        var dial = Dial();
        _names.Answer4("192.0.2.1");
        await _clock.WaitForArmedExactlyAsync(NetworkDefaults.ResolutionDelay);
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        _names.Answer6("2001:db8::1");
        Assert.Equal(("[2001:db8::1]:80", TimeSpan.FromMilliseconds(30)), await StartAsync(0));
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(("192.0.2.1:80", TimeSpan.FromMilliseconds(280)), await StartAsync(1));
        await WinAsync(dial, 1);
    }

    [Fact]
    public async Task Ipv6_that_comes_later_takes_its_turn_before_the_ipv4_addresses_that_wait()
    {
        var dial = Dial();
        _names.Answer4("192.0.2.1", "192.0.2.2");
        await _clock.WaitForArmedExactlyAsync(NetworkDefaults.ResolutionDelay);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        await StartAsync(0);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        _names.Answer6("2001:db8::1");
        Assert.Equal(1, _sockets.Count);
        _clock.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Equal(("[2001:db8::1]:80", TimeSpan.FromMilliseconds(300)), await StartAsync(1));
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(("192.0.2.2:80", TimeSpan.FromMilliseconds(550)), await StartAsync(2));
        await WinAsync(dial, 1);
    }

    [Fact]
    public async Task Race_without_addresses_left_waits_for_the_other_family_and_starts_it_at_once()
    {
        var dial = Dial();
        _names.Answer6("2001:db8::1");
        (await _sockets.StartedAsync(0)).End.SetException(new SocketException((int)SocketError.NetworkUnreachable));
        _clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.False(dial.IsCompleted);
        _names.Answer4("192.0.2.1");
        Assert.Equal(("192.0.2.1:80", TimeSpan.FromMilliseconds(400)), await StartAsync(1));
        await WinAsync(dial, 1);
    }

    [Fact]
    public async Task Race_is_lost_when_the_other_family_has_none_either()
    {
        var dial = Dial();
        _names.Answer6("2001:db8::1");
        (await _sockets.StartedAsync(0)).End.SetException(new SocketException((int)SocketError.ConnectionRefused));
        _names.Fail4(SocketError.NoData);
        var failure = await Dialing.FailAsync(dial);
        Assert.Equal(SsCauseCode.ConnectionRefused, failure.Code);
        Assert.Equal(["[2001:db8::1]:80"], failure.Candidates.Select(static one => one.Address));
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, SocketError.NoData, SsCauseCode.NameNotFound)]
    [InlineData(SocketError.HostNotFound, SocketError.TryAgain, SsCauseCode.NameResolutionFailed)]
    [InlineData(SocketError.TryAgain, SocketError.HostNotFound, SsCauseCode.NameResolutionFailed)]
    public async Task Not_found_is_said_only_where_both_answers_say_so(SocketError v6, SocketError v4, SsCauseCode code)
    {
        var dial = Dial();
        _names.Fail6(v6);
        _names.Fail4(v4);
        Assert.Equal(code, (await Dialing.FailAsync(dial)).Code);

        // Nothing of it is remembered.
        var again = Dial();
        Assert.Equal(4, _names.Asked.Count);
        _names.Answer6("2001:db8::1");
        await StartAsync(0);
        await WinAsync(again, 0);
    }

    [Fact]
    public async Task Dials_of_one_name_share_one_look_up()
    {
        Task<DialedConnection>[] dials = [Dial(), Dial("HOST.test"), Dial()];
        Assert.Equal(2, _names.Asked.Count);
        _names.Answer6("2001:db8::1");
        _names.Answer4();
        for (var i = 0; i < dials.Length; i++)
            (await _sockets.StartedAsync(i)).End.SetResult(new MemoryStream());
        await Task.WhenAll(dials);
    }

    [Fact]
    public async Task A_look_up_ends_with_the_last_who_waits_for_it_and_not_before()
    {
        var first = Dial();
        using var cancel = new CancellationTokenSource();
        var second = _dialer.DialAsync(Dialing.Plain("host.test", 80), cancel.Token).AsTask();
        var token = _names.Last(AddressFamily.InterNetwork).Token;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(token.IsCancellationRequested);
        await _cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.True(token.IsCancellationRequested);

        var third = _dialer.DialAsync(Dialing.Plain("host.test", 80), TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(4, _names.Asked.Count);
        _names.Answer6("2001:db8::1");
        await StartAsync(0);
        await WinAsync(third, 0);
    }

    [Fact]
    public async Task Answers_are_used_for_30_seconds()
    {
        await ConnectAsync(0);
        _clock.Advance(NetworkDefaults.NameLifetime - TimeSpan.FromTicks(1));
        var known = Dial();
        await WinAsync(known, 1);
        Assert.Equal(2, _names.Asked.Count);
        _clock.Advance(TimeSpan.FromTicks(1));
        var anew = Dial();
        Assert.Equal(4, _names.Asked.Count);
        _names.Answer6("2001:db8::1");
        await WinAsync(anew, 2);
    }

    [Fact]
    public async Task Answers_of_which_no_address_is_good_are_forgotten()
    {
        var dial = Dial();
        _names.Answer6("2001:db8::1");
        _names.Answer4("192.0.2.1");
        (await _sockets.StartedAsync(0)).End.SetException(new SocketException((int)SocketError.ConnectionRefused));
        (await _sockets.StartedAsync(1)).End.SetException(new SocketException((int)SocketError.NetworkUnreachable));
        await Dialing.FailAsync(dial);
        _ = Dial();
        Assert.Equal(4, _names.Asked.Count);
    }

    [Fact]
    public async Task The_next_dial_begins_with_the_address_that_was_good()
    {
        await ConnectAsync(0, winner: 1);
        var next = Dial();
        Assert.Equal("192.0.2.1:80", (await StartAsync(2)).Address);
        await WinAsync(next, 2);

        // Also when it has to be asked for again: nothing is waited for then.
        _clock.Advance(NetworkDefaults.NameLifetime);
        var anew = Dial();
        _names.Answer4("192.0.2.9", "192.0.2.1");
        Assert.Equal("192.0.2.1:80", (await StartAsync(3)).Address);
        await WinAsync(anew, 3);
    }

    [Fact]
    public async Task Another_network_knows_nothing_of_the_old_one()
    {
        await ConnectAsync(0, winner: 1);
        _watch.Change();
        var next = Dial();
        Assert.Equal(4, _names.Asked.Count);
        _names.Answer6("2001:db8::1");
        _names.Answer4("192.0.2.1");
        Assert.Equal("[2001:db8::1]:80", (await StartAsync(2)).Address);
        await WinAsync(next, 2);
    }

    [Fact]
    public async Task A_dial_that_began_in_the_old_network_says_nothing_of_the_new_one()
    {
        var old = Dial();
        _names.Answer6("2001:db8::1");
        _names.Answer4("192.0.2.1");
        await StartAsync(0);
        _clock.Advance(NetworkDefaults.AttemptDelay);
        Assert.Equal("192.0.2.1:80", (await StartAsync(1)).Address);
        _watch.Change();
        await WinAsync(old, 1);

        var next = Dial();
        _names.Answer6("2001:db8::1");
        _names.Answer4("192.0.2.1");
        Assert.Equal("[2001:db8::1]:80", (await StartAsync(2)).Address);
        await WinAsync(next, 2);
    }

    [Theory]
    [InlineData(1, "4 host.test", "192.0.2.1:80")]
    [InlineData(2, "6 host.test", "[2001:db8::1]:80")]
    public async Task One_family_is_asked_for_alone(int family, string asked, string address)
    {
        var target = Dialing.Plain("host.test", 80) with { Options = new DialOptions { Family = (AddressChoice)family } };
        var dial = _dialer.DialAsync(target, _cancel.Token).AsTask();
        Assert.Equal([asked], _names.Asked);
        if (family == 1)
            _names.Answer4("192.0.2.1");
        else
            _names.Answer6("2001:db8::1");
        Assert.Equal(address, (await StartAsync(0)).Address);
        await WinAsync(dial, 0);
    }

    [Fact]
    public async Task A_resolver_that_tells_no_families_apart_is_asked_once_and_the_rest_is_left_out()
    {
        var names = ScriptedNames.Answering("2001:db8::1", "192.0.2.1");
        using var dialer = new Dialer(new SsPlatform { Time = _clock, Sockets = _sockets, Names = names, SocksProxy = null });
        var dial = dialer.DialAsync(Dialing.Plain("host.test", 80) with { Options = new DialOptions { Family = AddressChoice.IPv4 } }, _cancel.Token).AsTask();
        Assert.Equal("192.0.2.1:80", (await StartAsync(0)).Address);
        await WinAsync(dial, 0);
        Assert.Equal(["host.test"], names.Asked);
    }

    [Fact]
    public async Task A_literal_of_the_other_family_is_the_policys_fault()
    {
        var failure = await Dialing.FailAsync(_dialer, Dialing.Plain("192.0.2.1", 80) with { Options = new DialOptions { Family = AddressChoice.IPv6 } });
        Assert.Equal((SsPhase.Policy, SsCauseCode.EndpointInvalid, "address_family", true), (failure.Phase, failure.Code, failure.Attribute, failure.Permanent));
    }

    [Fact]
    public async Task No_more_names_are_remembered_than_the_bound_says()
    {
        for (var i = 0; i <= NetworkDefaults.MaxNames; i++)
        {
            var dial = Dial($"h{i}.test");
            _names.Answer6("2001:db8::1");
            _names.Answer4();
            await WinAsync(dial, i);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        // The first had to go, the last is there.
        var asked = _names.Asked.Count;
        await WinAsync(Dial($"h{NetworkDefaults.MaxNames}.test"), NetworkDefaults.MaxNames + 1);
        Assert.Equal(asked, _names.Asked.Count);
        _ = Dial("h0.test");
        Assert.Equal(asked + 2, _names.Asked.Count);
    }

    public void Dispose()
    {
        _cancel.Cancel();
        _dialer.Dispose();
        _cancel.Dispose();
    }

    private Task<DialedConnection> Dial(string host = "host.test") => _dialer.DialAsync(Dialing.Plain(host, 80), _cancel.Token).AsTask();

    private async Task<(string Address, TimeSpan At)> StartAsync(int index)
    {
        var attempt = await _sockets.StartedAsync(index);
        return (attempt.Address, attempt.StartedAt);
    }

    private async Task WinAsync(Task<DialedConnection> dial, int attempt)
    {
        (await _sockets.StartedAsync(attempt)).End.SetResult(new MemoryStream());
        await (await dial).Stream.DisposeAsync();
    }

    /// <summary>A first connection, IPv6 first; <paramref name="winner"/> 1 for IPv4, after 250 ms.</summary>
    private async Task ConnectAsync(int first, int winner = 0)
    {
        var dial = Dial();
        _names.Answer6("2001:db8::1");
        _names.Answer4("192.0.2.1");
        await StartAsync(first);
        if (winner == 1)
            _clock.Advance(NetworkDefaults.AttemptDelay);
        await WinAsync(dial, first + winner);
    }
}
