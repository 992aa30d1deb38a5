using System.Net.Sockets;

namespace SecureStreams.Tests.Network.Support;

/// <summary>Scripts that play below TLS and look at the records that arrive.</summary>
internal static class RawPeer
{
    private const byte ApplicationDataRecord = 0x17;

    /// <summary>Reads the ClientHello, sends <paramref name="answer"/>, then closes in order or with a reset. The result is every byte that came.</summary>
    public static Func<Socket, Task<byte[]>> Answering(byte[] answer, bool reset = false) => async socket =>
    {
        var received = new MemoryStream();
        await ReadRecordAsync(socket, received);
        if (answer.Length > 0)
            await socket.SendAsync(answer);
        if (reset)
        {
            socket.LingerState = new LingerOption(true, 0);
            return received.ToArray();
        }

        socket.Shutdown(SocketShutdown.Send);
        await ReadToEndAsync(socket, received);
        return received.ToArray();
    };

    /// <summary>Whether <paramref name="bytes"/> are whole TLS records of which none carries application data.</summary>
    public static void AssertNoApplicationData(byte[] bytes)
    {
        Assert.NotEmpty(bytes);
        for (var at = 0; at < bytes.Length; at += 5 + (bytes[at + 3] << 8 | bytes[at + 4]))
        {
            Assert.InRange(bytes[at], 0x14, 0x16);
            Assert.NotEqual(ApplicationDataRecord, bytes[at]);
        }
    }

    public static async Task ReadRecordAsync(Socket socket, MemoryStream into)
    {
        var header = await ReadAsync(socket, 5);
        into.Write(header);
        into.Write(await ReadAsync(socket, header[3] << 8 | header[4]));
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var done = 0; done < count;)
        {
            var got = await socket.ReceiveAsync(bytes.AsMemory(done));
            Assert.NotEqual(0, got);
            done += got;
        }

        return bytes;
    }

    private static async Task ReadToEndAsync(Socket socket, MemoryStream into)
    {
        var buffer = new byte[4096];
        try
        {
            for (int got; (got = await socket.ReceiveAsync(buffer)) > 0;)
                into.Write(buffer, 0, got);
        }
        catch (SocketException)
        {
            // The client may close with our answer unread, which arrives as a reset.
        }
    }
}
