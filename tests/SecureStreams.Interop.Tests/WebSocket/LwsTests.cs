using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>Streams to the system whose policies load unchanged: libwebsockets' own test server.</summary>
public class LwsTests
{
    [Fact]
    public async Task Its_counter_is_received_number_after_number()
    {
        await using var server = await LwsTestServer.StartAsync();
        await using var streams = WebSocketStreams.Open(server.Port, "/", "\"ws_subprotocol\": \"dumb-increment-protocol\"");
        var handler = new RecordingHandler();
        await using var stream = streams.Context.Create("x", handler);
        stream.Connect();
        await handler.WaitForAsync(static one => one.ReceivedMessages >= 10);
        var messages = handler.Events.Where(static one => one.Kind == RecordedKind.Receive).Take(10).ToArray();
        Assert.Equal(Enumerable.Range(0, 10).Select(static number => number.ToString(CultureInfo.InvariantCulture)), messages.Select(static one => Encoding.ASCII.GetString(one.Payload.Span)));
        stream.Disconnect();
        await handler.WaitForStateAsync(SsState.Disconnected);
        Assert.Equal("Creating Connecting Connected Disconnected", handler.Story);
        handler.AssertClean();
    }

    [Fact]
    public async Task Its_mirror_sends_back_what_two_streams_send_to_both()
    {
        await using var server = await LwsTestServer.StartAsync();
        await using var streams = WebSocketStreams.Open(server.Port, "/", "\"ws_subprotocol\": \"lws-mirror-protocol\"");
        var first = new MessageHandler([]);
        await using var listening = streams.Context.Create("x", first);
        listening.Connect();
        await first.WaitForStateAsync(SsState.Connected);
        var second = new MessageHandler([(Encoding.ASCII.GetBytes("c #ff0000 1 2 3;"), true)]);
        await using var sending = streams.Context.Create("x", second);
        sending.Connect();
        await first.WaitForAsync(static one => one.ReceivedText.Contains("c #ff0000 1 2 3;", StringComparison.Ordinal));
        await second.WaitForAsync(static one => one.ReceivedText.Contains("c #ff0000 1 2 3;", StringComparison.Ordinal));
        first.AssertClean();
        second.AssertClean();
    }

    [Fact]
    public async Task A_subprotocol_that_it_does_not_have_is_refused()
    {
        await using var server = await LwsTestServer.StartAsync();
        await using var streams = WebSocketStreams.Open(server.Port, "/", "\"ws_subprotocol\": \"no-such-protocol\"");
        var handler = new RecordingHandler();
        streams.Context.Create("x", handler).Connect();
        await handler.WaitForStateAsync(SsState.Unreachable);
        Assert.DoesNotContain(SsState.Connected, handler.States);
        handler.AssertClean();
    }
}
