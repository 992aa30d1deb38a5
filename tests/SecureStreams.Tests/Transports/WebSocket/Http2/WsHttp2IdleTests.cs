using SecureStreams.Codecs.WebSocket;
using SecureStreams.Tests.Core;
using SecureStreams.Tests.Measuring;
using SecureStreams.Transports.Connections;
using Xunit;

namespace SecureStreams.Tests.Transports.WebSocket.Http2;

/// <summary>What a stream of HTTP/2 holds while nothing comes.</summary>
[Collection(AloneCollection.Name)]
public sealed class WsHttp2IdleTests
{
    private const int Streams = 16;

    [Theory]
    [InlineData(LinkDefaults.FirstReadBytes)]
    [InlineData(LinkDefaults.PieceBytes)]
    public async Task A_quiet_stream_waits_without_a_buffer(int size)
    {
        await using var bench = await WsHttp2Bench.StartAsync();
        using var rented = new RentedBuffers(size);
        var open = new List<(TransportRun Run, WsHttp2Peer Peer)>();
        for (var i = 0; i < Streams; i++)
        {
            var run = bench.Start();
            var peer = await bench.PeerAsync();
            await peer.AcceptAsync();
            await run.WaitForAsync("connected");
            await peer.Frames.SendFrameAsync(WebSocketOpcode.Binary, true, [1]);
            await run.WaitForAsync("rx-StartOfMessage, EndOfMessage");
            open.Add((run, peer));
        }

        // The platform may hold one or two of that size for the connection that all of them share.
        await rented.WaitForAtMostAsync(Streams / 4);
        foreach (var (run, _) in open)
        {
            run.Post(run.Transport.AbortOnMailbox);
            await run.EndAsync();
        }
    }
}
