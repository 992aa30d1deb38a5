using SecureStreams.Tests.Measuring;
using SecureStreams.Transports.Connections;
using Xunit;

namespace SecureStreams.Tests.Transports.Raw;

/// <summary>What a connection holds for sending when there is nothing to send.</summary>
[Collection(Core.AloneCollection.Name)]
public sealed class RawIdleOutputTests
{
    [Fact]
    public async Task A_callback_that_asks_for_room_and_commits_nothing_leaves_no_buffer_behind()
    {
        using var rented = new RentedBuffers(LinkDefaults.PieceBytes);
        await using var bench = new RawBench("tcp");
        var (run, peer) = await bench.ConnectAsync();
        run.OnTransmit = static writer =>
        {
            writer.GetSpan()[0] = 1;
            return true;
        };
        run.Post(() => run.PumpOnMailbox(once: true));
        await run.TurnAsync();
        await rented.WaitForAtMostAsync(0);
        Assert.Equal(1, run.TransmitCalls);
        await peer.BreakAsync();
        await run.EndAsync();
    }
}
