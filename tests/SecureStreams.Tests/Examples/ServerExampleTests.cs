using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Examples;

/// <summary><c>examples/Server</c>: a page and its WebSocket, talked to as browsers do.</summary>
public sealed class ServerExampleTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everybody_hears_what_anybody_says_and_it_ends_in_order()
    {
        using var program = ExampleProgram.Start("Server", "--any-port");
        try
        {
            var line = await program.StandardOutput.ReadLineAsync(Token).AsTask().OrFail(static () => "It does not begin.");
            var page = new Uri(line!.Split(' ')[1]);
            using (var http = new HttpClient())
            {
                Assert.Contains("<h1>Chat</h1>", await http.GetStringAsync(page, Token), StringComparison.Ordinal);
                Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri(page, "/other"), Token)).StatusCode);
            }

            using var stranger = new ClientWebSocket();
            stranger.Options.CollectHttpResponseDetails = true;
            await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(stranger, page, "http://evil.example"));
            Assert.Equal(HttpStatusCode.Forbidden, stranger.HttpStatusCode);

            using var one = new ClientWebSocket();
            using var other = new ClientWebSocket();
            await ConnectAsync(one, page, page.GetLeftPart(UriPartial.Authority));
            await ConnectAsync(other, page, page.GetLeftPart(UriPartial.Authority));
            await one.SendAsync(Encoding.UTF8.GetBytes("grüße"), WebSocketMessageType.Text, endOfMessage: true, Token);
            Assert.EndsWith(": grüße", await HearAsync(one, "grüße"), StringComparison.Ordinal);
            Assert.EndsWith(": grüße", await HearAsync(other, "grüße"), StringComparison.Ordinal);

            using var kill = Process.Start("kill", ["-TERM", program.Id.ToString(CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync(Token);
            Assert.Null(await HearAsync(other, "\n"));
            Assert.Null(await HearAsync(one, "\n"));
            await Task.WhenAll(one.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token), other.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token));
            await program.WaitForExitAsync(Token).OrFail(static () => "It does not end.");
            Assert.Equal((0, "ended, 0 left\n", ""), (program.ExitCode, await program.StandardOutput.ReadToEndAsync(Token), await program.StandardError.ReadToEndAsync(Token)));
        }
        finally
        {
            if (!program.HasExited)
                program.Kill();
        }
    }

    private static Task ConnectAsync(ClientWebSocket socket, Uri page, string origin)
    {
        socket.Options.AddSubProtocol("chat");
        socket.Options.SetRequestHeader("Origin", origin);
        return socket.ConnectAsync(new UriBuilder(page) { Scheme = "ws", Path = "/chat" }.Uri, Token);
    }

    /// <summary>The next message that has a text; null when the connection is closed before.</summary>
    private static async Task<string?> HearAsync(ClientWebSocket socket, string text)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var message = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), Token).OrFail(() => $"'{text}' is not heard.");
            if (message.MessageType == WebSocketMessageType.Close)
                return null;
            if (Encoding.UTF8.GetString(buffer, 0, message.Count) is var heard && heard.Contains(text, StringComparison.Ordinal))
                return heard;
        }
    }
}
