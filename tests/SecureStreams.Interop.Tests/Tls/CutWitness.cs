using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>A sound server whose answer is cut off after some bytes, in order or with a reset.</summary>
internal sealed class CutWitness(int after, RawEnding ending, SslProtocols protocol) : SocketWitness
{
    protected override async Task<string> PlayAsync(Socket socket)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        using var inner = await listener.AcceptSocketAsync();
        var options = SslWitness.Options(MatrixPki.Good);
        options.EnabledSslProtocols = protocol;
        var served = SslWitness.ServeAsync(new NetworkStream(inner), options);

        var up = PumpAsync(socket, client, int.MaxValue);
        var passed = await PumpAsync(client, socket, after);
        Greet();
        Assert.Equal(after, passed);
        if (ending == RawEnding.Reset)
            socket.LingerState = new LingerOption(true, 0);
        else
            socket.Shutdown(SocketShutdown.Send);
        if (ending == RawEnding.Reset)
            socket.Close();
        await up;
        client.Shutdown(SocketShutdown.Both);
        return await served;
    }

    private static async Task<int> PumpAsync(Socket from, Socket to, int limit)
    {
        var buffer = new byte[4096];
        var passed = 0;
        try
        {
            while (passed < limit)
            {
                var got = await from.ReceiveAsync(buffer.AsMemory(0, Math.Min(buffer.Length, limit - passed)));
                if (got == 0)
                    break;
                await to.SendAsync(buffer.AsMemory(0, got));
                passed += got;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // One of the ends is gone: that is what this is about.
        }

        return passed;
    }
}
