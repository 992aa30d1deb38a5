using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace SecureStreams.Tests.Examples;

/// <summary><c>examples/Mqtt</c> says what it needs.</summary>
public sealed class MqttExampleTests
{
    [Fact]
    public async Task Without_a_broker_it_says_that_it_needs_one()
    {
        // Bound and not listening: nobody else can take the port meanwhile.
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)nobody.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        var run = await ExampleProgram.RunAsync("Mqtt", "--port", port);
        Assert.Equal(1, run.Status);
        Assert.Contains("AllRetriesFailed: Connect/ConnectionRefused, attempt 3, then idle", run.Output, StringComparison.Ordinal);
        Assert.Contains("This example needs an MQTT broker", run.Errors, StringComparison.Ordinal);
        Assert.Contains($"nobody listens at localhost:{port}", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_arguments_are_told()
    {
        var run = await ExampleProgram.RunAsync("Mqtt", "--port", "soon");
        Assert.Equal((2, ""), (run.Status, run.Output));
        Assert.StartsWith("Usage:", run.Errors, StringComparison.Ordinal);
    }
}
