using System.Buffers.Binary;
using System.Net.Sockets;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Http;

/// <summary>A client of HTTP/2 that says what a test writes, frame for frame (RFC 9113 section 4), whatever the protocol has to say to it.</summary>
internal sealed class Http2Client(Socket socket) : IDisposable
{
    public const byte Data = 0, Headers = 1, RstStream = 3, Settings = 4, Ping = 6, GoAway = 7, Continuation = 9;
    public const byte EndStream = 1, EndHeaders = 4;

    private readonly byte[] _header = new byte[9];

    /// <summary>GET and POST of http://h/, from the static table (RFC 7541 appendix A).</summary>
    public static byte[] Get => [0x82, 0x86, 0x84, 0x41, 0x01, (byte)'h'];

    public static byte[] Post => [0x83, 0x86, 0x84, 0x41, 0x01, (byte)'h'];

    /// <summary>A header <c>x: xxx...</c> that is not indexed.</summary>
    public static byte[] Field(int bytes) => [0x00, 0x01, (byte)'x', 0x7f, (byte)((bytes - 127) & 0x7f | 0x80), (byte)(bytes - 127 >> 7), .. Enumerable.Repeat((byte)'x', bytes)];

    /// <summary>Connected; preface and SETTINGS are sent.</summary>
    public static async Task<Http2Client> ConnectAsync(SsListener listener)
    {
        var client = new Http2Client(await ServerBench.ConnectAsync(listener));
        await client.SendAsync([.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])]);
        return client;
    }

    public static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }

    public async Task SendAsync(byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;)
            sent += await socket.SendAsync(bytes.AsMemory(sent), TestContext.Current.CancellationToken);
    }

    /// <summary>Sends the same over and over until the connection ends.</summary>
    /// <returns>How often it was sent.</returns>
    public async Task<int> FloodAsync(Func<int, byte[]> next, int most = int.MaxValue)
    {
        for (var i = 0; i < most; i++)
        {
            try
            {
                await SendAsync(next(i)).OrFail(() => $"The connection takes nothing any more after {i}, and does not end.");
            }
            catch (SocketException)
            {
                return i;
            }
        }

        return most;
    }

    /// <summary>Reads to the end of the connection, however it ends.</summary>
    /// <returns>The last error code of a GOAWAY; -1 for none.</returns>
    public async Task<int> ToEndAsync()
    {
        var code = -1;
        while (await NextAsync() is { } frame)
        {
            if (frame.Type == GoAway)
                code = BinaryPrimitives.ReadInt32BigEndian(frame.Payload.AsSpan(4));
        }

        return code;
    }

    /// <summary>The next frame; null at the end.</summary>
    public async Task<(byte Type, byte Flags, int Stream, byte[] Payload)?> NextAsync()
    {
        if (!await FillAsync(_header))
            return null;
        var payload = new byte[_header[0] << 16 | _header[1] << 8 | _header[2]];
        return await FillAsync(payload) ? (_header[3], _header[4], BinaryPrimitives.ReadInt32BigEndian(_header.AsSpan(5)), payload) : null;
    }

    public void Dispose()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    private async Task<bool> FillAsync(byte[] buffer)
    {
        try
        {
            for (var got = 0; got < buffer.Length;)
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(got), TestContext.Current.CancellationToken).AsTask().OrFail(static () => "The connection does not end.");
                if (count == 0)
                    return false;
                got += count;
            }

            return true;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
