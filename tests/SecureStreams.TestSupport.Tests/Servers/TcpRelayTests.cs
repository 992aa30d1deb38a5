using System.Net;
using System.Net.Sockets;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.TestSupport.Tests.Servers;

public sealed class TcpRelayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_while_it_is_stopped_arrives_when_it_goes_on()
    {
        await using var server = ScriptedServer.Start(EchoAsync);
        await using var relay = TcpRelay.Start(server.Port);
        using var client = await ConnectAsync(relay);
        var connection = await relay.ConnectionAsync(0);
        await SendAndExpectAsync(client, "one");

        connection.Stop(RelayDirection.ToClient);
        await client.SendAsync("two"u8.ToArray(), Cancellation);
        while (connection.BytesToServer < 6)
            await Task.Yield();
        Assert.Equal(3, connection.BytesToClient);
        connection.Dribble(RelayDirection.ToClient);
        await ExpectAsync(client, "two");

        connection.Stop(RelayDirection.ToServer);
        await client.SendAsync("three"u8.ToArray(), Cancellation);
        connection.Resume(RelayDirection.Both);
        await ExpectAsync(client, "three");
    }

    [Fact]
    public async Task A_reset_is_seen_by_the_client()
    {
        await using var server = ScriptedServer.Start(EchoAsync);
        await using var relay = TcpRelay.Start(server.Port);
        using var client = await ConnectAsync(relay);
        var connection = await relay.ConnectionAsync(0);
        await SendAndExpectAsync(client, "one");
        connection.Reset();
        var error = await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync(new byte[1], Cancellation).AsTask());
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task Half_open_one_side_is_at_its_end_and_the_other_goes_on()
    {
        await using var server = ScriptedServer.Start(EchoAsync);
        await using var relay = TcpRelay.Start(server.Port);
        using var client = await ConnectAsync(relay);
        var connection = await relay.ConnectionAsync(0);
        await SendAndExpectAsync(client, "one");
        connection.HalfClose(RelayDirection.ToClient);
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Cancellation));
        await client.SendAsync("two"u8.ToArray(), Cancellation);
        while (connection.BytesToServer < 6)
            await Task.Yield();
    }

    [Fact]
    public async Task What_befalls_a_connection_does_so_at_the_byte_it_was_planned_for()
    {
        await using var server = ScriptedServer.Start(EchoAsync);
        await using var relay = TcpRelay.Start(server.Port, static (number, connection) =>
        {
            connection.Delay(RelayDirection.Both, TimeSpan.FromMilliseconds(1));
            if (number == 0)
                connection.After(RelayDirection.ToClient, 5, static one => one.HalfClose(RelayDirection.ToClient));
        });
        using var client = await ConnectAsync(relay);
        await client.SendAsync("seven b"u8.ToArray(), Cancellation);
        await ExpectAsync(client, "seven");
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], Cancellation));
        Assert.Equal(5, relay.Connections[0].BytesToClient);

        using var second = await ConnectAsync(relay);
        await SendAndExpectAsync(second, "seven b");
    }

    private static async Task EchoAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        var buffer = new byte[100];
        int count;
        while ((count = await connection.Stream.ReadAsync(buffer, stopping)) > 0)
            await connection.WriteAsync(buffer[..count], stopping);
    }

    private static async Task<Socket> ConnectAsync(TcpRelay relay)
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, relay.Port), Cancellation);
        return client;
    }

    private static async Task SendAndExpectAsync(Socket client, string text)
    {
        await client.SendAsync(System.Text.Encoding.ASCII.GetBytes(text), Cancellation);
        await ExpectAsync(client, text);
    }

    private static async Task ExpectAsync(Socket client, string text)
    {
        await using var stream = new NetworkStream(client, ownsSocket: false);
        var bytes = new byte[text.Length];
        await stream.ReadExactlyAsync(bytes, Cancellation);
        Assert.Equal(text, System.Text.Encoding.ASCII.GetString(bytes));
    }
}
