using System.Globalization;
using System.Text;
using System.Text.Json;
using SecureStreams.Interop.Tests.WebSocket.Verdicts;

namespace SecureStreams.Interop.Tests.WebSocket;

/// <summary>All that the protocol forbids a server, on connections that servers of others have opened: they see the code and the reason that our client gives, and the stream is told.</summary>
public class ForeignViolationTests(NodeWebSocketFixture node, PythonWebSocketFixture python)
{
    [Theory]
    [InlineData("node")]
    [InlineData("python")]
    [InlineData("platform")]
    [InlineData("platform over HTTP/2")]
    public async Task What_a_server_does_wrong_reaches_it_as_a_code_and_the_stream_as_a_cause(string peer)
    {
        await using var platform = peer.StartsWith("platform", StringComparison.Ordinal) ? await PlatformServer.StartAsync() : null;
        var process = peer switch { "node" => node.Process, "python" => python.Process, _ => null };
        var port = peer switch { "node" => node.Port, "python" => python.Port("plain"), "platform" => platform!.Port, _ => platform!.Http2Port };
        var more = peer == "platform over HTTP/2" ? "\"ws_http_version\": \"2\"" : "";
        var count = 0;
        foreach (var (name, bytes, code) in WrongFrames.Of(mask: null))
        {
            var id = $"{peer} {(++count).ToString(CultureInfo.InvariantCulture)}";
            await using var streams = WebSocketStreams.Open(port, $"/raw?hex={Convert.ToHexString(bytes)}&id={Uri.EscapeDataString(id)}", more);
            var handler = new MessageHandler([(Encoding.UTF8.GetBytes("go on"), true)]);
            streams.Context.Create("x", handler).Connect();
            await handler.WaitForStateAsync(SsState.Disconnected);
            var cause = handler.CauseOf(SsState.Disconnected);
            Assert.True((cause.Phase, cause.Code, cause.Status) == (SsPhase.Protocol, SsCauseCode.ProtocolError, code), $"{name} is told as {cause}.");
            handler.AssertClean();

            var (seen, reason) = process is null ? await platform!.EndOf(id) : Said(await process.WaitForAsync("close", one => one.GetProperty("id").GetString() == id));
            Assert.True(code == seen && !string.IsNullOrEmpty(reason), $"{name}: the server sees {seen} \"{reason}\", not {code}.");
        }

        Assert.True(count > 100);
    }

    private static (int? Code, string? Reason) Said(JsonElement closed) => (closed.GetProperty("code").GetInt32(), closed.GetProperty("reason").GetString());
}
