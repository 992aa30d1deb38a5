using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using SecureStreams.Interop.Tests.WebSocket.Clients;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tests.Transports.WebSocket.ServerRole;

/// <summary>Clients of others: the platform's, Node's <c>ws</c>, python3-websockets.</summary>
public class ForeignClientTests
{
    private static readonly int[] Lengths = [0, 1, 125, 126, 127, 65535, 65536, 1 << 20];

    [Fact]
    public async Task The_platforms_client_gets_its_messages_back()
    {
        await using var rig = new ServerRig();
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("one");
        using var bound = new CancellationTokenSource(TestTimeouts.Unexpected, TimeProvider.System);
        await client.ConnectAsync(new Uri(rig.Url), bound.Token);
        Assert.Equal("one", client.SubProtocol);
        var buffer = new byte[1 << 20];
        foreach (var length in Lengths)
        {
            foreach (var kind in new[] { WebSocketMessageType.Text, WebSocketMessageType.Binary })
            {
                var payload = kind == WebSocketMessageType.Text ? Encoding.ASCII.GetBytes(new string('x', length)) : DeterministicBytes.Make(length, length);

                // In two fragments.
                await client.SendAsync(payload.AsMemory(0, length / 3), kind, endOfMessage: false, bound.Token);
                await client.SendAsync(payload.AsMemory(length / 3), kind, endOfMessage: true, bound.Token);
                var count = 0;
                ValueWebSocketReceiveResult result;
                do
                {
                    result = await client.ReceiveAsync(buffer.AsMemory(count), bound.Token);
                    Assert.Equal(kind, result.MessageType);
                    count += result.Count;
                }
                while (!result.EndOfMessage);
                Assert.True(payload.AsSpan().SequenceEqual(buffer.AsSpan(0, count)), $"{length}");
            }
        }

        var sink = await rig.SinkAsync();
        await client.CloseAsync((WebSocketCloseStatus)4001, "done", bound.Token);
        Assert.Equal((WebSocketCloseStatus)4001, client.CloseStatus);
        var failure = (await sink.EndAsync())!;
        Assert.Equal((SsCauseCode.PeerClosed, 4001), (failure.Code, failure.Status));
    }

    [Theory]
    [InlineData("node", 1)]
    [InlineData("node", 7)]
    [InlineData("python", 1)]
    [InlineData("python", 7)]
    public async Task A_client_of_another_gets_its_messages_back_in_fragments_with_pings_between_too_and_closes_in_order(string kind, int fragments)
    {
        await using var rig = new ServerRig();
        await using var client = ForeignClient.Start(kind, "client", rig.Url, $"{{\"fragments\":{fragments}}}");
        var done = await client.WaitForAsync("done");
        Assert.Equal(4002, done.GetProperty("code").GetInt32());
        Assert.Equal("one", done.GetProperty("protocol").GetString());
        Assert.Equal(fragments > 1, done.GetProperty("pongs").GetInt32() > 50);
        var sink = await rig.SinkAsync();
        var failure = (await sink.EndAsync())!;
        Assert.Equal((SsCauseCode.PeerClosed, 4002), (failure.Code, failure.Status));
        Assert.Equal(Lengths.SelectMany(static length => new[] { $"T{length}", $"B{length}" }), sink.Received);
    }

    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    [InlineData("platform")]
    public async Task Every_code_that_a_client_of_another_closes_with_comes_back_and_is_told(string kind)
    {
        await using var rig = new ServerRig();
        var ends = await ForeignClient.CloseAsync(kind, rig.Url, [.. CloseCodes.All.Select(static code => new ClosingStep(code))]);
        Assert.Equal(CloseCodes.All, ends.Select(static end => end.Code));
        foreach (var code in CloseCodes.All)
        {
            var failure = (await (await rig.SinkAsync()).EndAsync())!;
            Assert.Equal((CloseCodes.CauseOf(code), code), (failure.Code, failure.Status));
            Assert.EndsWith("bye", failure.PeerText, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Codes_that_may_not_be_sent_and_that_the_platforms_client_sends_are_refused()
    {
        int[] codes = [1004, 1005, 1016, 2999, 5000];
        await using var rig = new ServerRig();
        var ends = await ForeignClient.CloseAsync("platform", rig.Url, [.. codes.Select(static code => new ClosingStep(code))]);
        Assert.All(ends, static end => Assert.Equal(1002, end.Code));
        foreach (var code in codes)
        {
            var failure = (await (await rig.SinkAsync()).EndAsync())!;
            Assert.Equal((SsCauseCode.ProtocolError, 1002), (failure.Code, failure.Status));
            Assert.Contains(code.ToString(CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
        }
    }
}
