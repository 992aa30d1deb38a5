using System.Net.Sockets;
using System.Text;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Tests.Transports.WebSocket;

/// <summary>The server's end of one connection, in the hands of a test.</summary>
/// <param name="socket">What it is on; null for a stream of HTTP/2.</param>
/// <param name="stream">The bytes.</param>
internal sealed class WsPeer(Socket? socket, Stream stream) : IContractPeer, IDisposable
{
    private readonly List<byte> _unread = [];
    private Task? _gone;
    private bool _inMessage;

    public Socket Socket => socket!;

    public Stream Stream => stream;

    /// <summary>The request.</summary>
    public HttpHead Request { get; private set; } = null!;

    /// <summary>Completes when the stream's side has ended; a close frame is answered.</summary>
    public Task Gone => _gone ??= NoticeAsync();

    public async Task ReadRequestAsync()
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (HttpHead.FindEnd(bytes.ToArray(), Math.Max(0, bytes.Count - 1)) < 0)
        {
            if (await stream.ReadAsync(one) == 0)
                throw new EndOfStreamException("The connection ended before its request did.");
            bytes.Add(one[0]);
        }

        HttpHead.Parse(bytes.ToArray(), out var head);
        Request = head!;
    }

    public Task AcceptAsync() => AcceptAsync("");

    /// <summary>Answers with 101 and these fields more, followed by these bytes.</summary>
    public async Task AcceptAsync(string more, params byte[] frames)
    {
        var facts = WebSocketRequestFacts.Of(Request)!;
        var fields = WebSocketServerHandshake.Accept(facts, HttpTokens.Split(facts.Subprotocols).FirstOrDefault(), null);
        var text = Encoding.UTF8.GetString(WebSocketServerHandshake.WriteResponse(fields));
        await SendRawAsync([.. Encoding.UTF8.GetBytes(text[..^2] + more + "\r\n"), .. frames]);
    }

    public async Task SendRawAsync(params byte[] bytes)
    {
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    public Task SendTextAsync(string text) => SendRawAsync(Encoding.UTF8.GetBytes(text));

    public Task SendFrameAsync(WebSocketOpcode opcode, bool final, byte[] payload) => SendRawAsync(Frame(opcode, final, payload));

    public static byte[] Frame(WebSocketOpcode opcode, bool final, byte[] payload)
    {
        var header = new byte[WebSocketFrame.MaxHeaderBytes];
        var length = WebSocketFrame.WriteHeader(header, opcode, final, false, payload.Length);
        return [.. header[..length], .. payload];
    }

    public static byte[] CloseFrame(int code, string reason = "")
    {
        var payload = new byte[WebSocketFrame.MaxControlBytes];
        return Frame(WebSocketOpcode.Close, true, payload[..WebSocketClosePayload.Write(payload, code, reason)]);
    }

    /// <summary>Sends a fragment of a message that <see cref="FinishAsync"/> ends.</summary>
    public async Task SendAsync(byte[] payload)
    {
        await SendFrameAsync(_inMessage ? WebSocketOpcode.Continuation : WebSocketOpcode.Binary, final: false, payload);
        _inMessage = true;
    }

    public async Task FinishAsync()
    {
        if (_inMessage)
            await SendFrameAsync(WebSocketOpcode.Continuation, final: true, []);
        await SendRawAsync(CloseFrame(WebSocketCloseCodes.Normal));
        await EndAsync();
    }

    public Task BreakAsync()
    {
        socket!.LingerState = new LingerOption(true, 0);
        socket.Dispose();
        return Task.CompletedTask;
    }

    /// <summary>The next frame, unmasked; null at the end of the connection.</summary>
    public async Task<(WebSocketOpcode Opcode, bool Final, byte[] Payload)?> ReadFrameAsync()
    {
        if (await ReadAsync(2) is not { } start)
            return null;
        var length = (long)(start[1] & 0x7f);
        if (length == 126)
            length = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2));
        else if (length == 127)
            length = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(await ReadAsync(8));
        Xunit.Assert.NotEqual(0, start[1] & 0x80);
        var key = BitConverter.ToUInt32(await ReadAsync(4));
        var payload = length == 0 ? [] : (await ReadAsync((int)length))!;
        WebSocketMask.Apply(payload, key, 0);
        return ((WebSocketOpcode)(start[0] & 0x0f), (start[0] & 0x80) != 0, payload);
    }

    /// <summary>The code and reason of the next frame, which is a close frame.</summary>
    public async Task<string> ReadCloseAsync()
    {
        var frame = await ReadFrameAsync();
        Xunit.Assert.Equal(WebSocketOpcode.Close, frame?.Opcode);
        Xunit.Assert.Null(WebSocketClosePayload.Read(frame!.Value.Payload, out var code, out var reason));
        return WebSocketClosePayload.Describe(code, reason);
    }

    public async Task<byte[]> ReceivedAsync(int count)
    {
        while (_unread.Count < count)
        {
            var frame = (await ReadFrameAsync())!.Value;
            if (frame.Opcode < WebSocketOpcode.Close)
                _unread.AddRange(frame.Payload);
        }

        var bytes = _unread[..count].ToArray();
        _unread.RemoveRange(0, count);
        return bytes;
    }

    /// <summary>Everything until the stream ends its side.</summary>
    public async Task ToEndAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset: gone as well.
        }
    }

    public void Dispose() => socket?.Dispose();

    /// <summary>After the close frames: on a stream of HTTP/2 it is the server that ends first.</summary>
    private async Task EndAsync()
    {
        if (socket is null)
            return;
        await ToEndAsync();
        socket.Dispose();
    }

    private async Task NoticeAsync()
    {
        try
        {
            while (await ReadFrameAsync() is { } frame)
            {
                if (frame.Opcode != WebSocketOpcode.Close)
                    continue;
                await SendFrameAsync(WebSocketOpcode.Close, true, frame.Payload);
                await EndAsync();
                return;
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Reset, or ended by the server below: gone as well.
        }
    }

    private async Task<byte[]?> ReadAsync(int count)
    {
        var bytes = new byte[count];
        return await stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false) == count ? bytes : null;
    }
}
