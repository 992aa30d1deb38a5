using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>Addresses that are silent until the bound runs out are as little good as those that refuse: the name is looked up again.</summary>
public sealed class BlackHoleNameTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly FamilyNames _names = new();
    private readonly ScriptedSockets _sockets;
    private readonly Dialer _dialer;

    public BlackHoleNameTests()
    {
        _sockets = new ScriptedSockets(_clock);
        _dialer = new Dialer(new SsPlatform { Time = _clock, Sockets = _sockets, Names = _names, SocksProxy = null });
    }

    [Fact]
    public async Task An_answer_of_which_every_address_is_silent_is_forgotten()
    {
        using var cancel = new CancellationTokenSource();
        var dial = Dial(cancel);
        Answer();
        await _sockets.StartedAsync(0);
        _clock.Advance(NetworkDefaults.AttemptDelay);
        await _sockets.StartedAsync(1);
        _clock.Advance(NetworkDefaults.ConnectTimeout);
        Assert.Equal(SsCauseCode.ConnectTimeout, (await Dialing.FailAsync(dial)).Code);

        var again = Dial(cancel);
        Assert.Equal(4, _names.Asked.Count);
        await EndAsync(again, cancel);
    }

    [Fact]
    public async Task A_bound_of_the_caller_says_the_same()
    {
        using var bound = new CancellationTokenSource();
        var dial = Dial(bound);
        Answer();
        await _sockets.StartedAsync(0);
        _clock.Advance(NetworkDefaults.AttemptDelay);
        await EndAsync(dial, bound);

        using var cancel = new CancellationTokenSource();
        var again = Dial(cancel);
        Assert.Equal(4, _names.Asked.Count);
        await EndAsync(again, cancel);
    }

    [Fact]
    public async Task Whoever_gives_up_before_an_address_had_its_time_says_nothing_of_it()
    {
        using var cancel = new CancellationTokenSource();
        var dial = Dial(cancel);
        Answer();
        await _sockets.StartedAsync(0);
        _clock.Advance(NetworkDefaults.AttemptDelay - TimeSpan.FromTicks(1));
        await EndAsync(dial, cancel);

        using var next = new CancellationTokenSource();
        var again = Dial(next);
        Assert.Equal(2, _names.Asked.Count);
        await EndAsync(again, next);
    }

    public void Dispose() => _dialer.Dispose();

    private Task<DialedConnection> Dial(CancellationTokenSource cancel) => _dialer.DialAsync(Dialing.Plain("host.test", 80), cancel.Token).AsTask();

    private void Answer()
    {
        _names.Answer6("2001:db8::1");
        _names.Answer4("192.0.2.1");
    }

    private static async Task EndAsync(Task<DialedConnection> dial, CancellationTokenSource cancel)
    {
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
    }
}
