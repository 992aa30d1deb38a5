using System.Net.Sockets;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A server that reads a ClientHello, answers with bytes that may mean anything, and closes in order, resets, or stays silent.</summary>
internal sealed class RawWitness(byte[] answer, RawEnding ending = RawEnding.Close) : SocketWitness
{
    protected override async Task<string> PlayAsync(Socket socket)
    {
        var received = new List<byte>();
        var buffer = new byte[16 * 1024];
        while (received.Count < 5 || received.Count < 5 + (received[3] << 8 | received[4]))
        {
            var got = await socket.ReceiveAsync(buffer);
            if (got == 0)
                return Payload(received);
            received.AddRange(buffer.AsSpan(0, got));
        }

        if (answer.Length > 0)
            await socket.SendAsync(answer);
        Greet();
        if (ending == RawEnding.Reset)
        {
            socket.LingerState = new LingerOption(true, 0);
            return Payload(received);
        }

        if (ending == RawEnding.Close)
            socket.Shutdown(SocketShutdown.Send);
        try
        {
            for (int got; (got = await socket.ReceiveAsync(buffer)) > 0;)
                received.AddRange(buffer.AsSpan(0, got));
        }
        catch (SocketException)
        {
            // The client may close with our answer unread, which arrives as a reset.
        }

        return Payload(received);
    }

    /// <summary>Records other than those of a handshake, or what is no record at all.</summary>
    private static string Payload(List<byte> received)
    {
        for (var at = 0; at + 5 <= received.Count; at += 5 + (received[at + 3] << 8 | received[at + 4]))
        {
            if (received[at] is < 0x14 or > 0x16)
                return $"a record of type {received[at]}";
        }

        return "";
    }
}
