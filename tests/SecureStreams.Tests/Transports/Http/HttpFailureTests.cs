using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports.Http;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpFailureTests
{
    public static TheoryData<string, string, SsPhase, SsCauseCode, string> Scripted => new()
    {
        { "h1", nameof(Scripts.EndAtOnce), SsPhase.Peer, SsCauseCode.PeerClosed, "closed" },
        { "h1", nameof(Scripts.CloseAfterRequest), SsPhase.Peer, SsCauseCode.PeerClosed, "closed" },
        { "h1", nameof(Scripts.ResetAfterRequest), SsPhase.Peer, SsCauseCode.ConnectionReset, "closed" },
        { "h1", nameof(Scripts.MalformedStatusLine), SsPhase.Protocol, SsCauseCode.ProtocolError, "closed" },
        { "h1", nameof(Scripts.OversizedHead), SsPhase.Payload, SsCauseCode.PayloadTooLarge, "closed" },
        { "h1", nameof(Scripts.TruncateChunked), SsPhase.Payload, SsCauseCode.PayloadTruncated, "connected rx-som closed" },
        { "h1", "truncate", SsPhase.Payload, SsCauseCode.PayloadTruncated, "connected rx-som closed" },
        { "h1", "reset-body", SsPhase.Peer, SsCauseCode.ConnectionReset, "connected rx-som closed" },
        { "h1", "switch", SsPhase.Protocol, SsCauseCode.ProtocolError, "closed" },
        { "h2", nameof(Scripts.EndAtOnce), SsPhase.Peer, SsCauseCode.PeerClosed, "closed" },
        { "h2", nameof(H2Scripts.GoAwayUnhandled), SsPhase.Peer, SsCauseCode.PeerBusy, "closed" },
        { "h2", "goaway-11", SsPhase.Peer, SsCauseCode.PeerBusy, "closed" },
        { "h2", "goaway-2", SsPhase.Peer, SsCauseCode.ConnectionReset, "closed" },
        { "h2", "rst-7", SsPhase.Peer, SsCauseCode.PeerBusy, "closed" },
        { "h2", nameof(H2Scripts.GoAwayHandled), SsPhase.Peer, SsCauseCode.PeerBusy, "closed" },
        { "h2", nameof(H2Scripts.ResetConnection), SsPhase.Peer, SsCauseCode.ConnectionReset, "closed" },
        { "h2", nameof(H2Scripts.Garbage), SsPhase.Protocol, SsCauseCode.ProtocolError, "closed" },
        { "h2", "rst-8", SsPhase.Peer, SsCauseCode.ConnectionReset, "closed" },
        { "h2", "rst-11", SsPhase.Peer, SsCauseCode.PeerBusy, "closed" },
        { "h2", "rst-1", SsPhase.Protocol, SsCauseCode.ProtocolError, "closed" },
    };

    [Theory]
    [MemberData(nameof(Scripted))]
    public async Task A_peer_that_misbehaves_is_told_apart(string protocol, string script, SsPhase phase, SsCauseCode code, string story)
    {
        var received = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ConnectionScript peer = script switch
        {
            "truncate" => Scripts.TruncateBody(100, 50),
            "reset-body" => Scripts.ResetMidBody(100, 50, received.Task),
            "switch" => Scripts.AnswerRaw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"),
            "goaway-11" => H2Scripts.GoAway(11),
            "goaway-2" => H2Scripts.GoAway(2),
            "rst-7" => H2Scripts.ResetStream(7),
            "rst-8" => H2Scripts.ResetStream(8),
            "rst-11" => H2Scripts.ResetStream(11),
            "rst-1" => H2Scripts.ResetStream(1),
            _ => (ConnectionScript)(typeof(H2Scripts).GetProperty(script) ?? typeof(Scripts).GetProperty(script))!.GetValue(null)!,
        };
        await using var server = ScriptedServer.Start(peer);
        await using var bench = new HttpBench();
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(server.Port, protocol, url: "/p?q=secret"), run => run.OnEvent = what =>
        {
            if (what == "rx-som")
                received.TrySetResult();
        });

        Assert.Equal(story, run.Story);
        Assert.NotNull(failure);
        Assert.True((phase, code) == (failure!.Phase, failure.Code), $"{failure}\n{failure.Error}");
        Assert.Equal($"http://127.0.0.1:{server.Port}/p", failure!.Endpoint);
        Assert.DoesNotContain("secret", failure!.Message, StringComparison.Ordinal);
        if (script.StartsWith("rst", StringComparison.Ordinal) || script.StartsWith("goaway", StringComparison.Ordinal) || script == nameof(H2Scripts.GoAwayHandled))
            Assert.StartsWith("HTTP/2 error ", failure!.PeerText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dial_failure_comes_through_as_the_dialer_said_it()
    {
        await using var bench = new HttpBench();
        using var dead = new TestSupport.Repository.DeadPort();
        var port = dead.Number;
        foreach (var protocol in new[] { "h1", "h2" })
        {
            var (run, failure) = await bench.RunAsync(HttpBench.Policy(port, protocol));
            Assert.Equal("closed", run.Story);
            Assert.Equal((SsPhase.Connect, SsCauseCode.ConnectionRefused), (failure!.Phase, failure.Code));
            Assert.Single(failure.Candidates);
        }
    }

    [Fact]
    public async Task Another_protocol_than_the_policys_is_a_mismatch()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var (_, failure) = await bench.RunAsync(HttpBench.Policy(host.HttpsPort, "h2", tls: true));
        Assert.Equal((SsPhase.Tls, SsCauseCode.AlpnMismatch), (failure!.Phase, failure.Code));

        await using var silent = ScriptedServer.StartTls(TestCertificates.Server, null, Scripts.Answer("x"));
        (_, failure) = await bench.RunAsync(HttpBench.Policy(silent.Port, "h2", tls: true));
        Assert.Equal((SsPhase.Tls, SsCauseCode.AlpnMismatch), (failure!.Phase, failure.Code));

        // One that answers in HTTP/1.1 and stays: a server that closes with bytes of ours unread may be seen as a reset instead.
        await using var old = ScriptedServer.Start(Scripts.Answer("x"));
        (_, failure) = await bench.RunAsync(HttpBench.Policy(old.Port, "h2"));
        Assert.True((failure!.Phase, failure.Code) == (SsPhase.Protocol, SsCauseCode.ProtocolError), $"{failure}\n{failure.Error}");
    }

    [Theory]
    [InlineData("h1", false)]
    [InlineData("h2", false)]
    [InlineData("h1", true)]
    [InlineData("h2", true)]
    public async Task Without_an_answer_the_bound_is_15_seconds(string protocol, bool body)
    {
        await using var server = ScriptedServer.Start(protocol == "h1" ? HangAfterBody : H2Scripts.HangAfterRequest);
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(server.Port, protocol, method: body ? "POST" : "GET"), run => run.OnTransmit = Supply.Bytes(10), body ? 10 : null);
        await server.WaitForConnectionsAsync(1);
        if (body)
        {
            await run.WaitForAsync("due");
            while (run.Transport.Writer is HttpBodyWriter { IsDone: false })
                await Task.Yield();
        }

        await DialIsOverAsync(server);
        var failure = run.EndAsync();
        var waited = TimeSpan.Zero;
        while (!failure.IsCompleted)
        {
            Assert.True(waited < TimeSpan.FromSeconds(31), run.Story);
            if (bench.Clock.ArmedTimers.Count > 0)
                waited += bench.Clock.AdvanceToNextTimer();
            await Task.Yield();
        }

        Assert.InRange(waited, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        Assert.Equal((SsPhase.Timeout, SsCauseCode.ResponseTimeout), ((await failure)!.Phase, (await failure)!.Code));
        Assert.DoesNotContain("connected", run.Events);
    }

    [Fact]
    public async Task The_bound_of_the_answer_counts_from_the_end_of_the_body_even_while_a_longer_one_was_armed()
    {
        await using var server = ScriptedServer.Start(HangAfterBody);
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(server.Port, method: "POST"));
        await run.WaitForAsync("due");
        while (!run.Transport.Writer.IsWritable)
            await Task.Yield();
        bench.Clock.Advance(TimeSpan.FromSeconds(15));
        run.Post(() =>
        {
            run.OnTransmit = Supply.Text("late");
            run.PumpOnMailbox();
        });
        while (run.Transport.Writer is HttpBodyWriter { IsDone: false })
            await Task.Yield();

        var failure = run.EndAsync();
        while (!failure.IsCompleted)
        {
            if (bench.Clock.ArmedTimers.Count > 0)
                bench.Clock.AdvanceToNextTimer();
            await Task.Yield();
        }

        Assert.Equal(SsCauseCode.ResponseTimeout, (await failure)!.Code);
        Assert.InRange(bench.Clock.Elapsed, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(45));
    }

    [Fact]
    public async Task A_shared_connection_that_fell_silent_is_not_used_again()
    {
        await using var server = ScriptedServer.Start(H2Scripts.HangAfterRequest, H2Scripts.ResetStream(8));
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port, "h2");
        var failure = bench.Start(policy).EndAsync();
        await server.WaitForConnectionsAsync(1);
        await DialIsOverAsync(server);
        while (!failure.IsCompleted)
        {
            if (bench.Clock.ArmedTimers.Count > 0)
                bench.Clock.AdvanceToNextTimer();
            await Task.Yield();
        }

        Assert.Equal(SsCauseCode.ResponseTimeout, (await failure)!.Code);
        var next = bench.Start(policy).EndAsync();
        await server.WaitForConnectionsAsync(2);
        Assert.Equal(SsCauseCode.ConnectionReset, (await next)!.Code);
    }

    [Fact]
    public async Task Long_poll_waits_for_ever()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(host, "h1", "/gate/x", more: "\"long_poll\": true"));
        await host.WaitForRequestAsync("/gate/x");
        bench.Clock.Advance(TimeSpan.FromHours(10));
        Assert.Equal("", run.Story);
        host.OpenGate("x");
        Assert.Null(await run.EndAsync());
        Assert.StartsWith("connected", run.Story, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_poll_on_h2_ends_its_request_with_the_head_and_takes_pieces_minutes_apart()
    {
        var head = new TaskCompletionSource<H2Frame>(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptedConnection? peer = null;
        await using var server = ScriptedServer.Start(H2Scripts.Play((connection, frame, _) =>
        {
            peer = connection;
            if (frame.Type == H2Frame.Headers)
                head.TrySetResult(frame);
            return Task.CompletedTask;
        }));
        await using var bench = new HttpBench();
        var pieces = new SemaphoreSlim(0);
        var run = bench.Start(HttpBench.Policy(server.Port, "h2", method: "POST", more: "\"long_poll\": true"), run =>
        {
            run.OnTransmit = Supply.Text("never");
            run.OnPiece = _ => pieces.Release();
        });
        var request = await head.Task.OrFail(() => run.Story);
        Assert.Equal(H2Frame.EndStream, request.Flags & H2Frame.EndStream);

        bench.Clock.Advance(TimeSpan.FromMinutes(5));
        await peer!.WriteAsync(H2Frame.MakeOk(request.StreamId).ToBytes(), TestContext.Current.CancellationToken);
        await run.WaitForAsync("connected");
        for (var i = 0; i < 5; i++)
        {
            bench.Clock.Advance(TimeSpan.FromMinutes(5));
            await run.TurnAsync();
            await peer.WriteAsync(new H2Frame(H2Frame.Data, 0, request.StreamId, [(byte)'x']).ToBytes(), TestContext.Current.CancellationToken);
            Assert.True(await pieces.WaitAsync(TestTimeouts.Unexpected, TestContext.Current.CancellationToken), run.Story);
        }

        await peer.WriteAsync(new H2Frame(H2Frame.Data, H2Frame.EndStream, request.StreamId, []).ToBytes(), TestContext.Current.CancellationToken);
        Assert.Null(await run.EndAsync());
        Assert.Equal("connected rx-som rx rx-eom ack-200 closed", run.Story);
        Assert.Equal("xxxxx", run.ReceivedText);
    }

    [Fact]
    public async Task A_body_that_stalls_runs_out_after_30_seconds_of_silence()
    {
        await using var server = ScriptedServer.Start(Scripts.StallMidBody(100, 50));
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(server.Port));
        await run.WaitForAsync("rx-som");
        bench.Clock.Advance(TimeSpan.FromSeconds(29));
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        run.Post(settled.SetResult);
        await settled.Task;
        Assert.Equal("connected rx-som", run.Story);

        var failure = run.EndAsync();
        while (!failure.IsCompleted)
        {
            if (bench.Clock.ArmedTimers.Count > 0)
                bench.Clock.AdvanceToNextTimer();
            await Task.Yield();
        }

        Assert.InRange(bench.Clock.Elapsed, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(45));
        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout), ((await failure)!.Phase, (await failure)!.Code));
        Assert.Equal("connected rx-som closed", run.Story);
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task A_body_that_the_peer_does_not_take_runs_out(string protocol)
    {
        // h1: the network takes so much and no more. h2: the peer never widens the window of the stream.
        const int Window = 65_535;
        var sockets = new StallingSockets(protocol == "h1" ? Window : long.MaxValue);
        var taken = 0;
        await using var server = ScriptedServer.Start(protocol == "h1" ? Scripts.HangAfterRequest : H2Scripts.Play((_, frame, _) =>
        {
            if (frame.Type == H2Frame.Data && (taken += frame.Payload.Length) == Window)
                sockets.Stall();
            return Task.CompletedTask;
        }));
        await using var bench = new HttpBench(sockets: sockets);
        var run = bench.Start(HttpBench.Policy(server.Port, protocol, method: "POST"), run => run.OnTransmit = Supply.Bytes(long.MaxValue));
        await sockets.Stalled.OrFail(() => run.Story);
        var failure = run.EndAsync();
        while (!failure.IsCompleted)
        {
            if (bench.Clock.ArmedTimers.Count > 0)
                bench.Clock.AdvanceToNextTimer();
            await Task.Yield();
        }

        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout), ((await failure)!.Phase, (await failure)!.Code));
    }

    [Theory]
    [InlineData("h1")]
    [InlineData("h2")]
    public async Task The_wait_for_the_application_does_not_count_against_a_peer_that_then_takes_its_time(string protocol)
    {
        const int Window = 65_535;
        var sockets = new StallingSockets(protocol == "h1" ? Window : long.MaxValue);
        var taken = 0;
        await using var server = ScriptedServer.Start(protocol == "h1" ? Scripts.HangAfterRequest : H2Scripts.Play((_, frame, _) =>
        {
            if (frame.Type == H2Frame.Data && (taken += frame.Payload.Length) == Window)
                sockets.Stall();
            return Task.CompletedTask;
        }));
        await using var bench = new HttpBench(sockets: sockets);
        var run = bench.Start(HttpBench.Policy(server.Port, protocol, method: "POST"));
        await run.WaitForAsync("due");
        while (!await OnMailboxAsync(() => run.Transport.Writer.IsWritable))
            await Task.Yield();
        for (var i = 0; i < 10; i++)
            await PassAsync(14);
        await OnMailboxAsync(() =>
        {
            run.OnTransmit = Supply.Bytes(long.MaxValue);
            run.PumpOnMailbox(once: false);
            return true;
        });
        await sockets.Stalled.OrFail(() => run.Story);
        for (var i = 0; i < 29; i++)
            await PassAsync(1);
        Assert.DoesNotContain("closed", run.Story, StringComparison.Ordinal);
        for (var i = 0; i < 16; i++)
            await PassAsync(1);
        var failure = (await run.EndAsync())!;
        Assert.Equal((SsPhase.Timeout, SsCauseCode.InactivityTimeout), (failure.Phase, failure.Code));

        async Task PassAsync(int seconds)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(seconds));
            await OnMailboxAsync(() => true);
        }

        Task<bool> OnMailboxAsync(Func<bool> look)
        {
            var seen = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            run.Post(() => seen.SetResult(look()));
            return seen.Task;
        }
    }

    [Fact]
    public async Task Draining_a_redirect_that_never_ends_costs_two_seconds_and_the_connection()
    {
        await using var server = ScriptedServer.Start(
            static async (connection, stopping) =>
            {
                await connection.ReadHeadAsync(stopping);
                await connection.WriteAsync("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 100\r\n\r\nx", stopping);
                await ScriptedConnection.HoldAsync(stopping);
            },
            Scripts.Answer("there"));
        await using var bench = new HttpBench();
        var run = bench.Start(HttpBench.Policy(server.Port, more: "\"allow_redirects\": true"));
        await bench.Clock.WaitForArmedAsync(TimeSpan.FromSeconds(2));
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await run.EndAsync());
        Assert.Equal("there", run.ReceivedText);
        Assert.Equal(2, server.Counters.Accepted);
    }

    private static async Task HangAfterBody(ScriptedConnection connection, CancellationToken stopping)
    {
        await connection.ReadHeadAsync(stopping);
        await ScriptedConnection.HoldAsync(stopping);
    }

    /// <summary>The dial has its own, longer bound, and the bound of the answer counts from its end: the clock may move once bytes have come through the connection.</summary>
    private static async Task DialIsOverAsync(ScriptedServer server)
    {
        while (server.Counters.Bytes == 0)
            await Task.Yield();
    }
}
