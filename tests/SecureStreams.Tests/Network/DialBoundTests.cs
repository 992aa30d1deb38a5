using System.Net;
using SecureStreams.Network;
using SecureStreams.TestSupport.Time;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>The bound over the whole dial and the caller's cancellation, in every phase.</summary>
public sealed class DialBoundTests : IDisposable
{
    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly CancellationTokenSource _cancel = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names(bool cancel)
    {
        // A resolver that heeds no token, as the operating system's does not, and fails when nobody listens any more.
        var answer = new TaskCompletionSource<IReadOnlyList<IPAddress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var names = new ScriptedNames((_, _) => new(answer.Task));
        using var dialer = new Dialer(new SsPlatform { Time = _clock, Names = names });
        await EndAsync(dialer.DialAsync(Dialing.Plain("host.test", 80), _cancel.Token).AsTask(), cancel, "looking up the name");
        answer.SetException(new IOException("late"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connect(bool cancel)
    {
        var sockets = new ScriptedSockets(_clock);
        using var dialer = new Dialer(new SsPlatform { Time = _clock, Sockets = sockets, Names = ScriptedNames.Answering("192.0.2.1", "192.0.2.2") });
        var dial = dialer.DialAsync(Dialing.Plain("host.test", 80), _cancel.Token).AsTask();
        var first = await sockets.StartedAsync(0);
        await EndAsync(dial, cancel, "connecting", cancel ? [] : ["192.0.2.1:80: no answer", "192.0.2.2:80: no answer"]);
        Assert.True(first.Token.IsCancellationRequested);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tls(bool cancel)
    {
        var hello = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var peer = new LoopbackPeer<byte[]>(async socket =>
        {
            var received = new MemoryStream();
            await RawPeer.ReadRecordAsync(socket, received);
            hello.SetResult();

            // Says nothing, and sees the client go.
            var rest = new byte[1];
            Assert.Equal(0, await socket.ReceiveAsync(rest));
            return received.ToArray();
        });
        using var dialer = new Dialer(new SsPlatform { Time = _clock });
        var dial = dialer.DialAsync(Dialing.Tls(peer.Port, TestPki.Store(TestPki.Root), host: "127.0.0.1"), _cancel.Token).AsTask();
        await hello.Task;
        await EndAsync(dial, cancel, "waiting for the TLS handshake", cancel ? [] : [$"127.0.0.1:{peer.Port}: connected"]);
        RawPeer.AssertNoApplicationData(await peer.Result);
    }

    [Fact]
    public async Task Token_cancelled_before_is_seen_before_anything_is_done()
    {
        var names = ScriptedNames.Answering("192.0.2.1");
        using var dialer = new Dialer(new SsPlatform { Time = _clock, Names = names });
        await _cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialer.DialAsync(Dialing.Plain("host.test", 80), _cancel.Token).AsTask());
        Assert.Empty(names.Asked);
    }

    public void Dispose() => _cancel.Dispose();

    private async Task EndAsync(Task<DialedConnection> dial, bool cancel, string where, params string[] tried)
    {
        if (cancel)
        {
            await _cancel.CancelAsync();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dial);
            Assert.Equal(_cancel.Token, error.CancellationToken);
        }
        else
        {
            _clock.Advance(NetworkDefaults.ConnectTimeout - TimeSpan.FromTicks(1));
            Assert.False(dial.IsCompleted);
            _clock.Advance(TimeSpan.FromTicks(1));
            var failure = await Dialing.FailAsync(dial);
            Assert.Equal((SsPhase.Timeout, SsCauseCode.ConnectTimeout), (failure.Phase, failure.Code));
            Assert.Contains("within 20 s", failure.Message, StringComparison.Ordinal);
            Assert.Contains(where, failure.Message, StringComparison.Ordinal);
            Assert.Equal(tried, failure.Candidates.Select(one => $"{one.Address}: {one.Outcome}"));
        }

        _clock.AssertNoOpenTimers();
    }
}
