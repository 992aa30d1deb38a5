using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

public sealed class AddressRaceTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly CancellationTokenSource _cancel = new();

    [Fact]
    public async Task Second_address_starts_250_ms_after_the_first_and_wins()
    {
        var sockets = new ScriptedSockets(_clock);
        using var dialer = Dialer(sockets, "2001:db8::1", "192.0.2.1");
        var dial = dialer.DialAsync(Dialing.Plain("host.test", 80), _cancel.Token).AsTask();

        var first = await sockets.StartedAsync(0);
        _clock.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(1, sockets.Count);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var second = await sockets.StartedAsync(1);
        Assert.Equal(TimeSpan.FromMilliseconds(250), second.StartedAt);
        _clock.Advance(TimeSpan.FromMilliseconds(30));
        second.End.SetResult(new MemoryStream());

        var connection = await dial;
        Assert.Equal("192.0.2.1:80", connection.RemoteAddress);
        Assert.Equal(TimeSpan.FromMilliseconds(280), connection.Timings.Connect);
        Assert.Equal(
            [
                new("[2001:db8::1]:80", "given up, another address connected first", TimeSpan.FromMilliseconds(280)),
                new("192.0.2.1:80", "connected", TimeSpan.FromMilliseconds(30)),
            ],
            connection.Candidates);
        Assert.True(first.Token.IsCancellationRequested);
        _clock.AssertNoOpenTimers();
    }

    [Fact]
    public async Task Every_further_address_starts_250_ms_after_the_one_before_even_in_one_leap_of_the_clock()
    {
        var sockets = new ScriptedSockets(_clock);
        using var dialer = Dialer(sockets, "2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2");
        var dial = dialer.DialAsync(Dialing.Plain("host.test", 80), _cancel.Token).AsTask();
        await sockets.StartedAsync(0);

        _clock.Advance(TimeSpan.FromSeconds(5));

        var started = new List<(string, double)>();
        for (var i = 0; i < 4; i++)
        {
            var attempt = await sockets.StartedAsync(i);
            started.Add((attempt.Address, attempt.StartedAt.TotalMilliseconds));
        }

        Assert.Equal([("[2001:db8::1]:80", 0), ("192.0.2.1:80", 250), ("[2001:db8::2]:80", 500), ("192.0.2.2:80", 750)], started);
        await CancelAsync(dial);
    }

    [Fact]
    public async Task Failure_hands_over_at_once_and_the_next_delay_counts_from_there()
    {
        var sockets = new ScriptedSockets(_clock);
        using var dialer = Dialer(sockets, "192.0.2.1", "192.0.2.2", "192.0.2.3");
        var dial = dialer.DialAsync(Dialing.Plain("host.test", 80), _cancel.Token).AsTask();

        var first = await sockets.StartedAsync(0);
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        first.End.SetException(new SocketException((int)SocketError.ConnectionRefused));
        Assert.Equal(TimeSpan.FromMilliseconds(10), (await sockets.StartedAsync(1)).StartedAt);

        _clock.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(2, sockets.Count);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(260), (await sockets.StartedAsync(2)).StartedAt);
        await CancelAsync(dial);
    }

    [Fact]
    public async Task Failure_of_an_older_attempt_leaves_the_youngest_its_head_start()
    {
        var sockets = new ScriptedSockets(_clock);
        var race = Race(sockets, "192.0.2.1", "192.0.2.2", "192.0.2.3");
        var run = race.RunAsync(_cancel.Token).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        var first = await sockets.StartedAsync(0);
        var second = await sockets.StartedAsync(1);

        first.End.SetException(new SocketException((int)SocketError.HostUnreachable));
        while (race.Errors.Count == 0)
            await Task.Yield();
        _clock.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(2, sockets.Count);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        var third = await sockets.StartedAsync(2);
        Assert.Equal(TimeSpan.FromMilliseconds(500), third.StartedAt);

        second.End.SetException(new SocketException((int)SocketError.ConnectionRefused));
        while (race.Errors.Count == 1)
            await Task.Yield();
        third.End.SetResult(new MemoryStream());
        Assert.NotNull(await run);
        Assert.Equal(["no route to the host", "connection refused", "connected"], race.Candidates.Select(one => one.Outcome));
    }

    [Fact]
    public async Task All_dead_lists_all_and_the_refusal_speaks_for_them()
    {
        var sockets = new ScriptedSockets(_clock);
        using var dialer = Dialer(sockets, "2001:db8::1", "192.0.2.1", "192.0.2.2");
        var dial = dialer.DialAsync(Dialing.Plain("host.test", 80), _cancel.Token).AsTask();
        (await sockets.StartedAsync(0)).End.SetException(new SocketException((int)SocketError.NetworkUnreachable));
        (await sockets.StartedAsync(1)).End.SetException(new SocketException((int)SocketError.ConnectionRefused));
        (await sockets.StartedAsync(2)).End.SetException(new SocketException((int)SocketError.AccessDenied));

        var failure = await Dialing.FailAsync(dial);
        Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused), (failure.Phase, failure.Code));
        Assert.Equal("host.test:80", failure.Endpoint);
        Assert.Equal("port", failure.Attribute);
        Assert.Equal(["[2001:db8::1]:80", "192.0.2.1:80", "192.0.2.2:80"], failure.Candidates.Select(one => one.Address));
        Assert.All(failure.Candidates, one => Assert.Contains($"{one.Address}: {one.Outcome}", failure.Message, StringComparison.Ordinal));
        _clock.AssertNoOpenTimers();
    }

    [Theory]
    [InlineData(SocketError.NetworkUnreachable, SocketError.HostUnreachable, SsPhase.Connect, SsCauseCode.NetworkUnreachable)]
    [InlineData(SocketError.NetworkUnreachable, SocketError.TimedOut, SsPhase.Timeout, SsCauseCode.ConnectTimeout)]
    [InlineData(SocketError.AddressFamilyNotSupported, SocketError.AccessDenied, SsPhase.Connect, SsCauseCode.ConnectFailed)]
    [InlineData(SocketError.TimedOut, SocketError.ConnectionRefused, SsPhase.Connect, SsCauseCode.ConnectionRefused)]
    public async Task Most_telling_error_names_the_failure(SocketError first, SocketError second, SsPhase phase, SsCauseCode code)
    {
        var sockets = new ScriptedSockets(_clock);
        using var dialer = Dialer(sockets, "2001:db8::1", "192.0.2.1");
        var dial = dialer.DialAsync(Dialing.Plain("host.test", 80), _cancel.Token).AsTask();
        (await sockets.StartedAsync(0)).End.SetException(new SocketException((int)first));
        (await sockets.StartedAsync(1)).End.SetException(new SocketException((int)second));

        var failure = await Dialing.FailAsync(dial);
        Assert.Equal((phase, code), (failure.Phase, failure.Code));
    }

    [Fact]
    public async Task Loser_that_connects_after_all_is_closed()
    {
        var sockets = new ScriptedSockets(_clock) { IgnoreCancellation = true };
        var run = Race(sockets, "192.0.2.1", "192.0.2.2").RunAsync(_cancel.Token).AsTask();
        _clock.Advance(TimeSpan.FromMilliseconds(250));
        (await sockets.StartedAsync(1)).End.SetResult(new MemoryStream());
        Assert.NotNull(await run);

        var late = new TrackedStream();
        (await sockets.StartedAsync(0)).End.SetResult(late);
        await late.Disposed;
    }

    [Fact]
    public async Task Connection_that_comes_after_cancellation_is_closed()
    {
        var sockets = new ScriptedSockets(_clock) { IgnoreCancellation = true };
        var run = Race(sockets, "192.0.2.1", "192.0.2.2").RunAsync(_cancel.Token).AsTask();
        await CancelAsync(run);

        var late = new TrackedStream();
        (await sockets.StartedAsync(0)).End.SetResult(late);
        await late.Disposed;
        _clock.AssertNoOpenTimers();
    }

    [Fact]
    public async Task Dialer_that_throws_at_once_is_a_failed_attempt_like_any_other()
    {
        var race = new AddressRace(
            [new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2)], new SsPlatform { Time = _clock, Sockets = new ThrowingSockets() });
        Assert.Null(await race.RunAsync(_cancel.Token));
        Assert.Equal(["broken", "broken"], race.Candidates.Select(one => one.Outcome));
    }

    public void Dispose() => _cancel.Dispose();

    private Dialer Dialer(SsSocketDialer sockets, params string[] addresses) =>
        new(new SsPlatform { Time = _clock, Sockets = sockets, Names = ScriptedNames.Answering(addresses) });

    private AddressRace Race(SsSocketDialer sockets, params string[] addresses) =>
        new([.. addresses.Select(one => new IPEndPoint(IPAddress.Parse(one), 80))], new SsPlatform { Time = _clock, Sockets = sockets });

    private async Task CancelAsync(Task dial)
    {
        await _cancel.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
        Assert.Equal(_cancel.Token, error.CancellationToken);
    }

    private sealed class ThrowingSockets : SsSocketDialer
    {
        public override ValueTask<Stream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => throw new InvalidOperationException("broken");
    }
}
