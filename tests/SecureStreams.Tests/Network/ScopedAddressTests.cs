using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.Tests.Network.Support;

namespace SecureStreams.Tests.Network;

/// <summary>A link-local address means something together with its interface alone (RFC 4007): <c>%interface</c> reaches the socket, whatever the protocol and however the endpoint is written.</summary>
public sealed class ScopedAddressTests
{
    [Theory]
    [InlineData("raw", "fe80::1%7")]
    [InlineData("raw", "[fe80::1%7]")]
    [InlineData("mqtt", "fe80::1%7")]
    [InlineData("h1", "fe80::1%7")]
    [InlineData("h1", "http://[fe80::1%7]:80/")]
    [InlineData("h2", "[fe80::1%7]")]
    [InlineData("h2", "http://[fe80::1%7]:80/")]
    [InlineData("ws", "fe80::1%7")]
    [InlineData("ws", "ws://[fe80::1%7]:80/")]
    public async Task The_interface_of_an_endpoint_reaches_the_socket(string protocol, string endpoint)
    {
        var sockets = new ScriptedSockets(TimeProvider.System);
        await using var context = Open(sockets, Stream("x", protocol, endpoint));
        await using var stream = context.Create("x", new RecordingHandler());
        stream.RequestTransmit();
        Assert.Equal("[fe80::1%7]:80", (await sockets.StartedAsync(0).OrFail(static () => "Nobody dials.")).Address);
    }

    [Fact]
    public async Task One_address_on_two_interfaces_is_two_peers()
    {
        var sockets = new ScriptedSockets(TimeProvider.System);
        await using var context = Open(sockets, Stream("x", "h2", "fe80::1%7"), Stream("y", "h2", "fe80::1%8"));
        await using var first = context.Create("x", new RecordingHandler());
        await using var second = context.Create("y", new RecordingHandler());
        first.RequestTransmit();
        Assert.Equal("[fe80::1%7]:80", (await sockets.StartedAsync(0).OrFail(static () => "Nobody dials the first.")).Address);
        second.RequestTransmit();
        Assert.Equal("[fe80::1%8]:80", (await sockets.StartedAsync(1).OrFail(static () => "Nobody dials the second: it waits for the connection to the first.")).Address);
    }

    private static LocalContext Open(ScriptedSockets sockets, params string[] streams) =>
        SsContext.FromJson($$"""{ "s": [{ {{string.Join(", ", streams)}} }] }""", new() { Platform = new SsPlatform { Sockets = sockets, SocksProxy = null } });

    private static string Stream(string name, string protocol, string endpoint) =>
        $$""" "{{name}}": { "endpoint": "{{endpoint}}", "port": 80, "protocol": "{{protocol}}"{{protocol switch
        {
            "raw" => "",
            "mqtt" => ", \"mqtt_topic\": \"t\"",
            "ws" => ", \"http_url\": \"/\"",
            _ => ", \"http_method\": \"GET\", \"http_url\": \"/\"",
        }}} } """;
}
