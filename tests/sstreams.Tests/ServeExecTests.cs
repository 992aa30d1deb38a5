using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams serve --exec</c>: a program for each stream, between its two pipes.</summary>
public sealed class ServeExecTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_answers_what_it_is_sent()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1"), ServeHost.Server("feed", "raw")], "--exec", "tr a-z A-Z");
        using var client = new HttpClient();
        using var answer = await client.PostAsync(host.Url("web", "/"), new StringContent("shout"), Token);
        Assert.Equal("SHOUT", await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("", await client.GetStringAsync(host.Url("web", "/"), Token));
        using var deletion = new HttpRequestMessage(HttpMethod.Delete, host.Url("web", "/")) { Content = new StringContent("away") };
        using var deleted = await client.SendAsync(deletion, Token);
        Assert.Equal("AWAY", await deleted.Content.ReadAsStringAsync(Token));
        Assert.Equal("ALL OF IT", await host.ConverseAsync("feed", "all of it"));
    }

    [Fact]
    public async Task Messages_are_the_lines_of_a_program()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("chat", "ws")], "--exec", "sh -c 'while read line; do echo \"got $line\"; done; printf last'");
        using var client = new ClientWebSocket();
        await client.ConnectAsync(host.Url("chat", "/", "ws"), Token);
        await client.SendAsync("one"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);
        await client.SendAsync("two"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Token);
        var buffer = new byte[100];
        foreach (var expected in new[] { "got one", "got two" })
        {
            var received = await client.ReceiveAsync(new ArraySegment<byte>(buffer), Token).OrFail(static () => "No line.");
            Assert.Equal((expected, true), (Encoding.UTF8.GetString(buffer, 0, received.Count), received.EndOfMessage));
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Token);
    }

    [Fact]
    public async Task A_connection_ends_with_its_program()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("chat", "ws")], "--exec", "sh -c 'echo first; printf last'");
        using var client = new ClientWebSocket();
        await client.ConnectAsync(host.Url("chat", "/", "ws"), Token);
        var buffer = new byte[100];
        var messages = new List<string>();
        var message = "";
        while (await client.ReceiveAsync(new ArraySegment<byte>(buffer), Token).OrFail(static () => "No line.") is { MessageType: not WebSocketMessageType.Close } received)
        {
            message += Encoding.UTF8.GetString(buffer, 0, received.Count);
            if (!received.EndOfMessage)
                continue;
            messages.Add(message);
            message = "";
        }

        Assert.Equal(["first", "last"], messages);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task Much_goes_through_a_program_at_its_own_pace()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1")], "--exec", "cat");
        await File.WriteAllBytesAsync(directory["body.bin"], DeterministicBytes.Make(20_000_000, 4), Token);
        var (exit, status, said) = await OtherProgram.RunAsync("curl", [], "-sS", "--max-time", "100", "-T", directory["body.bin"], "-o", directory["back.bin"], "-w", "%{http_code}", host.Url("web", "/").ToString());
        Assert.Equal((0, "200", ""), (exit, status, said));
        Assert.Equal(DeterministicBytes.Sha256(20_000_000, 4), Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(directory["back.bin"], Token))));
    }

    [Fact]
    public async Task A_program_is_told_of_its_stream_and_no_client_chooses_its_environment()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory,
            [ServeHost.Server("web", "h1", "\"metadata\": [{ \"x-tag\": \"x-tag:\" }, { \"HOME\": \"\" }, { \"LD_PRELOAD\": \"\" }, { \"zero\": \"\" }, { \"peer_ip\": \"x-tag:\" }, { \"method\": \"x-tag:\" }]")], "--exec", "env");
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, host.Url("web", "/a%20b?LD_PRELOAD=evil.so&HOME=/evil&zero=a%00b&SS_STREAMTYPE=x&other=1"));
        request.Headers.Add("x-tag", "() { :; }; echo no");
        using var answer = await client.SendAsync(request, Token);
        var lines = (await answer.Content.ReadAsStringAsync(Token)).Split('\n');
        Assert.Contains("SS_STREAMTYPE=web", lines);
        Assert.Contains("SS_METHOD=GET", lines);
        Assert.Contains("SS_PATH=/a b", lines);
        Assert.Contains("SS_X_TAG=() { :; }; echo no", lines);
        Assert.Contains("SS_LD_PRELOAD=evil.so", lines);
        Assert.Contains("SS_PEER_IP=127.0.0.1", lines);
        Assert.DoesNotContain(lines, static line => line.StartsWith("LD_PRELOAD=", StringComparison.Ordinal) || line.StartsWith("SS_ZERO=", StringComparison.Ordinal) || line.StartsWith("SS_OTHER", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, static line => line.StartsWith("HOME=/evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_that_would_be_one_variable_are_refused()
    {
        using var directory = new TestDirectory();
        directory.Add("policy.json", ServeHost.Policy(ServeHost.Server("web", "h1", "\"metadata\": [{ \"a-b\": \"\" }, { \"a.b\": \"\" }]"), ServeHost.Server("id", "h1", "\"metadata\": [{ \"stream-id\": \"\" }]")));
        (await directory.RunAsync("serve", "web", "--policy", "policy.json", "--exec", "env")).Is(2, "",
            "sstreams: error: --exec: metadata 'a-b' and 'a.b' of streamtype 'web' would both be the variable SS_A_B; name one of them otherwise\n");
        Assert.Contains("SS_STREAM_ID, which is taken", (await directory.RunAsync("serve", "id", "--policy", "policy.json", "--exec", "env")).Exits(2).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sh -c 'exit 3'", 500, "")]
    [InlineData("sh -c 'cat > /dev/null'", 200, "")]
    [InlineData("printf '%s\\n' one\\ word \"two \\\"words\\\"\" ''", 200, "one word\ntwo \"words\"\n\n")]
    [InlineData("echo $HOME ; `id` | cat", 200, "$HOME ; `id` | cat\n")]
    public async Task How_a_program_ends_is_the_answer(string command, int status, string text)
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1")], "--exec", command);
        using var client = new HttpClient();
        using var answer = await client.PostAsync(host.Url("web", "/"), new ByteArrayContent(new byte[3_000_000]), Token);
        Assert.Equal((status, text), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)));
    }

    [Fact]
    public async Task Half_an_answer_does_not_pass_for_a_whole_one()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1")], "--exec", "sh -c 'echo half; cat > /dev/null; exit 3'");
        var answer = await host.AskAsync("web", "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        Assert.DoesNotContain("\r\n0\r\n\r\n", answer, StringComparison.Ordinal);
        await host.Tool.WaitForErrorsAsync(static text => text.Contains("the program ended with status 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_ends_with_its_stream_and_with_it_all_that_it_started()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("feed", "raw", "\"half_open_ms\": 60000")], "--exec", "sh -c 'sleep 1000 & echo $$ $!; wait'");
        string[] ids;
        using (var socket = await host.ConnectAsync("feed"))
        {
            var buffer = new byte[100];
            var said = "";
            while (!said.EndsWith('\n'))
                said += Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer.AsMemory(), Token));
            ids = said.Trim().Split(' ');
            Assert.Equal(2, ids.Count(static id => Directory.Exists($"/proc/{id}")));
            socket.LingerState = new(true, 0);
        }

        foreach (var id in ids)
            await GoneAsync(id);
        (await host.StopAsync()).Exits(0);
    }

    [Fact]
    public async Task A_second_signal_leaves_no_program_behind()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1")], "--exec", "sh -c 'echo $$; exec sleep 1000'");
        using var client = new HttpClient();
        using var answer = await client.GetAsync(host.Url("web", "/"), HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        var id = (await reader.ReadLineAsync(Token))!;
        Assert.True(Directory.Exists($"/proc/{id}"));
        await Signals.SendAsync(host.Tool, "TERM");
        await host.Tool.WaitForErrorsAsync(static text => text.Contains("another signal", StringComparison.Ordinal));
        await Signals.SendAsync(host.Tool, "TERM");
        (await host.Tool.WaitAsync()).Exits(143);
        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public async Task No_more_programs_run_than_may()
    {
        using var directory = new TestDirectory();
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1"), ServeHost.Server("feed", "raw")], "--exec", "cat", "--most-programs", "1");
        using var client = new HttpClient();
        using (var first = await host.ConnectAsync("feed"))
        {
            await first.SendAsync("x"u8.ToArray(), Token);
            Assert.Equal(1, await first.ReceiveAsync(new byte[1].AsMemory(), Token));
            using var refused = await client.GetAsync(host.Url("web", "/"), Token);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal("", await host.ConverseAsync("feed", ""));
        }

        // The place is free when the program has ended, which its stream's end sees to.
        await TestPoll.UntilAsync(async () =>
        {
            using var answer = await client.GetAsync(host.Url("web", "/"), Token);
            return answer.StatusCode == HttpStatusCode.OK;
        }, "The place is not given back.");
        Assert.Contains("is refused: 1 programs run, which is --most-programs", host.Tool.Errors, StringComparison.Ordinal);
    }

    private static Task GoneAsync(string id) => TestPoll.UntilAsync(() => Task.FromResult(!Directory.Exists($"/proc/{id}") || State(id) == 'Z'), $"{id} goes on.");

    // Whoever inherits it may be slow to take note of its end.
    private static char State(string id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return 'Z';
        }
    }
}
