using System.Net.Sockets;
using SecureStreams.Tests.Transports;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>The client of one upgraded connection, for the contract suite.</summary>
internal sealed class WsContractPeer(Socket socket, WsPeer peer) : IContractPeer
{
    private readonly List<byte> _unread = [];
    private Task? _gone;
    private bool _inMessage;

    public Task Gone => _gone ??= NoticeAsync();

    public Task AcceptAsync() => Task.CompletedTask;

    public async Task SendAsync(byte[] payload)
    {
        await peer.SendAsync(_inMessage ? RawFrame.Continuation : RawFrame.Binary, payload);
        _inMessage = true;
    }

    public async Task FinishAsync()
    {
        if (_inMessage)
            await peer.SendAsync(RawFrame.Fin, []);
        await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
        while (await peer.NextAsync() is not null)
        {
        }

        await peer.DisposeAsync();
    }

    public Task BreakAsync()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        return Task.CompletedTask;
    }

    public async Task<byte[]> ReceivedAsync(int count)
    {
        while (_unread.Count < count)
        {
            var frame = (await peer.NextAsync())!;
            if (frame.Opcode < RawFrame.Close)
                _unread.AddRange(frame.Payload);
        }

        var bytes = _unread[..count].ToArray();
        _unread.RemoveRange(0, count);
        return bytes;
    }

    private async Task NoticeAsync()
    {
        try
        {
            while (await peer.NextAsync() is { } frame)
            {
                if (frame.Opcode == RawFrame.Close)
                    await peer.SendAsync(RawFrame.MakeClose(1000, "", WsPeer.Key));
            }
        }
        catch (IOException)
        {
            // Reset: gone as well.
        }

        await peer.DisposeAsync();
    }
}
