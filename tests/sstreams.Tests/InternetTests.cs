using System.Globalization;
using System.Text.Json;
using SecureStreams.TestSupport.Repository;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams internet</c> against real servers, on the real clock.</summary>
public sealed class InternetTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 0, "internet\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://login.test/in\r\nContent-Length: 0\r\n\r\n", 3, "captive portal (Protocol/RedirectRefused status 302)\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nlog in", 3, "captive portal (Peer/PeerRefused status 200)\n")]
    [InlineData("HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 6\r\n\r\nlog in", 3, "captive portal (Peer/PeerRefused status 511)\n")]
    [InlineData("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", 1, "unknown (Peer/PeerRefused status 500)\n")]
    public async Task The_status_of_the_program_is_what_the_answer_means(string answer, int status, string line)
    {
        await using var server = ScriptedServer.Start(Scripts.AnswerRaw(answer));
        using var policy = new TestPolicy(Streamtype(server.Port, ", \"timeout_ms\": 60000"));
        var result = (await RunAsync(policy)).Exits(status);
        Assert.Equal(line, result.Text);
        Assert.Equal(status == 0, result.Errors.Length == 0);
        if (answer.Contains("login.test", StringComparison.Ordinal))
            Assert.Contains("login.test", result.Errors, StringComparison.Ordinal);

        var json = JsonDocument.Parse((await RunAsync(policy, "--json")).Exits(status).Text).RootElement;
        Assert.Equal(1, json.GetProperty("version").GetInt32());
        Assert.Equal(line.Split(" (")[0].TrimEnd('\n'), json.GetProperty("internet").GetString());
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line.TrimEnd()}: {json.GetProperty("took_ms").GetDouble()} ms"));
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("drip")]
    [InlineData("dead")]
    public async Task Nobody_holds_it_up(string peer)
    {
        await using var server = ScriptedServer.Start(peer == "silent" ? Scripts.Hang : async (connection, stopping) =>
        {
            // A byte of a head without end, again and again: not a wait of the test, but what the peer does.
            await connection.ReadHeadAsync(stopping);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nX-Drip: ", stopping);
            while (true)
            {
                await connection.WriteAsync("x", stopping);
                await Task.Delay(50, stopping);
            }
        });
        using var dead = new DeadPort();
        using var policy = new TestPolicy(Streamtype(peer == "dead" ? dead.Number : server.Port, ", \"timeout_ms\": 400"));
        var result = (await RunAsync(policy, "--json")).Exits(4);
        var json = JsonDocument.Parse(result.Text).RootElement;
        Assert.Equal("no internet", json.GetProperty("internet").GetString());
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peer}: {json.GetProperty("code").GetString()} after {json.GetProperty("took_ms").GetDouble()} ms of 400"));
    }

    [Fact]
    public async Task A_policy_without_the_streamtype_cannot_be_used()
    {
        using var policy = new TestPolicy(TestPolicy.Http("page", 1, "GET", "/"));
        var result = (await RunAsync(policy)).Exits(2);
        Assert.Equal("", result.Text);
        Assert.Contains("captive_portal_detect", result.Errors, StringComparison.Ordinal);
    }

    private static string Streamtype(int port, string more = "") => TestPolicy.Http("captive_portal_detect", port, "GET", "/generate_204", "\"http_expect\": 204" + more);

    private static Task<ToolResult> RunAsync(TestPolicy policy, params string[] arguments) => Tool.RunAsync([], policy.Directory, ["internet", "--policy", "policy.json", .. arguments]);
}
