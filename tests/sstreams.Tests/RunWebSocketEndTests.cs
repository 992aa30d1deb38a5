using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary>Which ends of a WebSocket conversation <c>sstreams run</c> takes for ends in order.</summary>
public sealed class RunWebSocketEndTests
{
    private const byte Close = 0x88;

    [Theory]
    [InlineData(false, "The peer ended the connection without a close frame.")]
    [InlineData(true, "close_notify")]
    public async Task A_connection_that_is_cut_is_no_end_in_order(bool tls, string reason)
    {
        await using var peer = Start(tls, static async (connection, stopping) =>
        {
            await SpeakAsync(connection, stopping);
            connection.HalfClose();
            await connection.DrainAsync(stopping);
        });
        var result = (await RunAsync(peer, tls)).Exits(1);
        Assert.Equal("hello", result.Text);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1000, 0)]
    [InlineData(1001, 0)]
    [InlineData(1002, 1)]
    [InlineData(1011, 1)]
    [InlineData(4000, 1)]
    public async Task The_code_of_a_close_frame_decides(int code, int exitCode)
    {
        await using var peer = Start(tls: false, async (connection, stopping) =>
        {
            await SpeakAsync(connection, stopping);
            byte[] payload = code == 0 ? [] : [(byte)(code >> 8), (byte)code];
            await connection.WriteAsync([Close, (byte)payload.Length, .. payload], stopping);

            // Its answer, which is masked.
            await connection.ReadAsync(2 + 4 + payload.Length, stopping);
        });
        var result = (await RunAsync(peer, tls: false)).Exits(exitCode);
        Assert.Equal("hello", result.Text);
        if (exitCode == 0)
            Assert.Equal("", result.Errors);
        else
            Assert.Contains($"The peer closed the connection with {code}", result.Errors, StringComparison.Ordinal);
    }

    private static ScriptedServer Start(bool tls, ConnectionScript script) => tls ? ScriptedServer.StartTls(TestCertificates.Server, null, script) : ScriptedServer.Start(script);

    private static async Task SpeakAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        await WebSocketPeer.UpgradeAsync(connection, stopping);
        await connection.WriteAsync([0x82, 5, .. "hello"u8], stopping);
    }

    private static async Task<ToolResult> RunAsync(ScriptedServer peer, bool tls)
    {
        using var policy = new TestPolicy(WebSocketTests.WebSocket("feed", peer.Port, "/", tls ? RunRawTests.Tls : ""));
        return await policy.RunAsync("feed");
    }
}
