using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Servers.Mqtt;

namespace SecureStreams.Interop.Probe;

/// <summary>Serves MQTT on a port of 127.0.0.1 with a journal that is synced before anything is acknowledged, until its input ends or it is killed.</summary>
internal static class MqttBrokerCommand
{
    public static async Task RunAsync(int port, string journal)
    {
        await using var broker = MqttTestBroker.Start(new MqttBrokerOptions { JournalPath = journal });
        using var stopping = new CancellationTokenSource();
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        // Connections of the life before this one may still be waiting for their end.
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        Console.WriteLine("listening");
        var accepting = AcceptAsync(broker, listener, stopping.Token);
        while (await Console.In.ReadLineAsync() is not null)
            continue;
        await stopping.CancelAsync();
        await accepting;
    }

    private static async Task AcceptAsync(MqttTestBroker broker, Socket listener, CancellationToken stopping)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptAsync(stopping);
                serving.Add(ServeAsync(broker, socket, stopping));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private static async Task ServeAsync(MqttTestBroker broker, Socket socket, CancellationToken stopping)
    {
        socket.NoDelay = true;
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        await broker.ServeAsync(stream, () => socket.Close(0), stopping);
    }
}
