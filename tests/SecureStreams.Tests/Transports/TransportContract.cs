using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports;

/// <summary>
/// What the stream core relies on, whatever the protocol. A transport has its tests derive from this. That everything is told on the mailbox, nothing inside
/// Start or Close, and Closed exactly once and last is checked in every test by the recording sink.
/// </summary>
public abstract class TransportContract
{
    [Fact]
    public async Task An_attempt_connects_delivers_in_order_in_bounded_pieces_and_ends_once()
    {
        await using var rig = await StartRigAsync();
        var (run, peer) = await ConnectAsync(rig);
        await peer.SendAsync(Bytes(100_000));
        await peer.FinishAsync();

        EndedInOrder(await run.EndAsync());
        Assert.Single(run.Events, "connected");
        Assert.Equal(Bytes(100_000), run.Received);
        Assert.All(run.PieceLengths, static length => Assert.InRange(length, 0, 16 * 1024));
    }

    [Fact]
    public async Task Broken_before_it_is_connected_it_fails_with_a_reason()
    {
        await using var rig = await StartRigAsync();
        var run = await StartBrokenAsync(rig);

        var failure = await run.EndAsync();
        Assert.NotNull(failure);
        Assert.NotEqual(SsCauseCode.None, failure.Code);
        Assert.NotEmpty(failure.Message);
        Assert.DoesNotContain("connected", run.Events);
    }

    [Fact]
    public async Task Broken_midway_it_ends_with_a_reason_and_without_an_end_of_message()
    {
        await using var rig = await StartRigAsync();
        var (run, peer) = await ConnectAsync(rig);
        await peer.SendAsync(Bytes(10));
        await run.WaitForAsync(FirstPiece);
        await peer.BreakAsync();

        Assert.Equal(CanBreak, await run.EndAsync() is not null);
        Assert.DoesNotContain("rx-eom", run.Events);
    }

    [Fact]
    public async Task Paused_it_delivers_nothing_and_resumed_it_loses_nothing()
    {
        await using var rig = await StartRigAsync();
        var began = false;
        var (run, peer) = await ConnectAsync(rig, run => run.OnEvent = what =>
        {
            if (what == FirstPiece && !began && (began = true))
                run.Transport.PauseReceiveOnMailbox(true);
        });
        var sending = SendAllAsync(peer);
        await run.WaitForAsync(FirstPiece);
        var heldAt = run.Received.Length;
        await run.TurnAsync();
        Assert.Equal(heldAt, run.Received.Length);
        Assert.DoesNotContain("closed", run.Events);

        run.Pause(false);
        await sending;
        EndedInOrder(await run.EndAsync());
        Assert.Equal(Bytes(300_000), run.Received);
    }

    [Theory]
    [InlineData("start")]
    [InlineData("connected")]
    [InlineData("rx-som")]
    [InlineData("due")]
    public async Task Closed_by_the_stream_inside_any_call_it_tells_the_end_once_and_nothing_else(string at)
    {
        if (at == "rx-som")
            at = FirstPiece;
        await using var rig = await StartRigAsync();
        var run = Start(rig, run =>
        {
            run.OnEvent = what =>
            {
                if (what == at || (at == "due" && what == "writable"))
                    run.Transport.CloseOnMailbox();
            };
            EndSending(run);
        });
        if (at == "start")
        {
            run.Close();
            run.Close();
        }
        else if (at != "due" || !AsksFirst(run.Transport))
        {
            var peer = await rig.NextPeerAsync();
            await peer.AcceptAsync();
            if (at == FirstPiece)
            {
                // Before the peer goes on: to one that answers what it gets, the rest would be one piece with the first.
                await peer.SendAsync(Bytes(5));
                await run.WaitForAsync(at);
            }

            await peer.Gone.OrFail(() => $"The peer does not notice the end; {run.Story}");
        }
        else
        {
            // A request that is given up before its first byte left may never reach the peer; one that is played in memory is told all the same.
            await rig.PlayDueAsync();
        }

        await run.EndAsync();
        var told = run.Events;
        Assert.Equal("closed", told[^1]);
        if (at == "connected" || at == FirstPiece)
            Assert.True(at == told[^2], run.Story);
        run.Close();
        await run.TurnAsync();
        Assert.Equal(told, run.Events);
        Assert.False(run.Transport.Writer.IsWritable);
    }

    [Fact]
    public async Task Released_pieces_arrive_in_order_and_rolled_back_ones_never()
    {
        await using var rig = await StartRigAsync();
        var call = 0;
        var run = Start(rig, run => run.OnTransmit = writer =>
        {
            switch (++call)
            {
                case 1:
                    Put(writer, "one ", SsTxFlags.StartOfMessage);
                    Put(writer, "two ", SsTxFlags.None);
                    return true;
                case 2:
                    Put(writer, "never ", SsTxFlags.None);
                    writer.RollbackOnMailbox();
                    Put(writer, "three", SsTxFlags.EndOfMessage | SsTxFlags.EndOfStream);
                    return true;
                default:
                    return false;
            }
        });
        var peer = await rig.NextPeerAsync();
        if (!AsksFirst(run.Transport))
            await peer.AcceptAsync();

        Assert.Equal("one two three"u8.ToArray(), await peer.ReceivedAsync(13));
        if (AsksFirst(run.Transport))
            await peer.AcceptAsync();
        if (!ReceivesAfterSending)
        {
            await peer.Gone.OrFail(() => $"The peer is not told the end; {run.Story}");
            EndedInOrder(await run.EndAsync());
            return;
        }

        // Sending has ended; receiving goes on.
        await peer.SendAsync(Bytes(10));
        await peer.FinishAsync();
        EndedInOrder(await run.EndAsync());
        Assert.Equal(Bytes(10), run.Received);
    }

    [Fact]
    public async Task The_peer_is_heard_from_the_connection_on()
    {
        await using var rig = await StartRigAsync();
        var (run, peer) = await ConnectAsync(rig);
        var first = await run.HeardAsync();
        if (run.Transport.CanPing)
            run.Post(run.Transport.PingOnMailbox);
        await peer.SendAsync(Bytes(10));
        var then = await run.HeardAsync();
        Assert.True(HearsPeer ? then >= first : first is null && then is null, $"{first}, then {then}");

        await peer.FinishAsync();
        await run.EndAsync();
    }

    /// <summary>How the first piece is told: protocols without messages have none that starts one.</summary>
    private protected virtual string FirstPiece => "rx-som";

    /// <summary>Whether a peer that breaks the connection can be told from one that ends it.</summary>
    private protected virtual bool CanBreak => true;

    /// <summary>Whether the stream's side begins, and its peer accepts what it has sent: where a connection carries one transaction, the client's side.</summary>
    private protected virtual bool AsksFirst(StreamTransport transport) => transport.IsTransactional;

    /// <summary>Whether receiving goes on when sending has ended.</summary>
    private protected virtual bool ReceivesAfterSending => true;

    /// <summary>Whether the peer owes signs of life.</summary>
    private protected virtual bool HearsPeer => true;

    /// <summary>Has the stream end what it sends without sending anything, after what the test does with <see cref="TransportRun.OnEvent"/>.</summary>
    private protected virtual void EndSending(TransportRun run)
    {
        var ended = false;
        run.OnTransmit = writer =>
        {
            if (ended)
                return false;
            ended = true;
            writer.Advance(0, SsTxFlags.WholeMessage);
            return true;
        };
    }

    /// <summary>An attempt that fails before it is connected.</summary>
    private protected virtual async Task<TransportRun> StartBrokenAsync(IContractRig rig)
    {
        var run = Start(rig, EndSending);
        var peer = await rig.NextPeerAsync();
        await peer.BreakAsync();
        return run;
    }

    /// <summary>Starts a rig; each test has its own.</summary>
    private protected abstract Task<IContractRig> StartRigAsync();

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        DeterministicBytes.Fill(bytes, 0);
        return bytes;
    }

    private static TransportRun Start(IContractRig rig, Action<TransportRun>? setup = null)
    {
        var run = new TransportRun(rig.Policy);
        setup?.Invoke(run);
        run.Start(rig.Factory);
        return run;
    }

    private async Task<(TransportRun Run, IContractPeer Peer)> ConnectAsync(IContractRig rig, Action<TransportRun>? setup = null)
    {
        var run = Start(rig, run =>
        {
            setup?.Invoke(run);
            EndSending(run);
        });
        var peer = await rig.NextPeerAsync();
        await peer.AcceptAsync();
        await run.WaitForAsync("connected");
        return (run, peer);
    }

    /// <summary>A lasting connection that the peer ended in order may have a cause that says how.</summary>
    private static void EndedInOrder(TransportFailure? failure) => Assert.True(failure is null || failure.Code == SsCauseCode.PeerClosed, failure?.ToString());

    /// <summary>More than windows and buffers hold: it ends only when the stream has resumed.</summary>
    private static async Task SendAllAsync(IContractPeer peer)
    {
        await Task.Yield();
        await peer.SendAsync(Bytes(300_000));
        await peer.FinishAsync();
    }

    private static void Put(TransportWriter writer, string text, SsTxFlags flags) =>
        writer.Advance(System.Text.Encoding.ASCII.GetBytes(text, writer.GetSpan()), flags);
}
