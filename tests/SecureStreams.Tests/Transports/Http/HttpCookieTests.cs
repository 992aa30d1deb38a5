using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using SecureStreams.Transports;
using Xunit;

namespace SecureStreams.Tests.Transports.Http;

public sealed class HttpCookieTests
{
    private const string Keeps = "\"http_cookies\": true";

    [Theory]
    [InlineData("h1")]
    [InlineData("h1s")]
    [InlineData("h2")]
    [InlineData("h2c")]
    public async Task What_the_peer_sets_it_gets_back(string kind)
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        Assert.Equal("", await AskAsync(bench, host, kind, "?set=a%3D1&set=b%3D2;Path%3D/"));
        Assert.Equal("a=1; b=2", await AskAsync(bench, host, kind, ""));
        Assert.Equal("", (await bench.RunAsync(HttpBench.Policy(host, kind, "/cookies"))).Run.ReceivedText); // Not where the policy does not say so.
    }

    [Fact]
    public async Task Nobody_else_gets_it()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        await AskAsync(bench, host, "h1", "?set=a%3D1;Path%3D/");
        var other = HttpBench.Policy($"\"endpoint\": \"localhost\", \"port\": {host.HttpPort}, \"http_url\": \"/cookies\", {Keeps}");
        Assert.Equal("", (await bench.RunAsync(other)).Run.ReceivedText);

        // A redirect to another host takes none along, and what that sets is its own.
        var away = HttpBench.Policy(
            host, "h1", $"/redirect-to?url={Uri.EscapeDataString($"http://localhost:{host.HttpPort}/cookies?set=theirs%3D1")}", more: Keeps + ", \"allow_redirects\": true");
        var (run, failure) = await bench.RunAsync(away);
        Assert.Null(failure);
        Assert.Equal("", run.ReceivedText);
        Assert.Equal("theirs=1", (await bench.RunAsync(other)).Run.ReceivedText);
        Assert.Equal("a=1", await AskAsync(bench, host, "h1", ""));
    }

    [Fact]
    public async Task Answers_that_are_not_the_end_of_the_matter_set_cookies_too()
    {
        const string Set = "Set-Cookie: n=hop; Path=/\r\n";
        var cookies = new List<string>();
        await using var server = ScriptedServer.Start(async (connection, stopping) =>
        {
            string[] answers =
            [
                $"HTTP/1.1 302 Found\r\n{Set}Location: /there\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 503 Busy\r\nSet-Cookie: m=busy; Path=/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            ];
            foreach (var answer in answers)
            {
                cookies.Add((await connection.ReadHeadAsync(stopping)).Split("\r\n").FirstOrDefault(static one => one.StartsWith("Cookie:", StringComparison.Ordinal)) ?? "none");
                await connection.WriteAsync(answer, stopping);
            }
        });
        await using var bench = new HttpBench();
        var policy = HttpBench.Policy(server.Port, more: Keeps + ", \"allow_redirects\": true");
        Assert.Equal(SsCauseCode.PeerBusy, (await bench.RunAsync(policy)).Failure!.Code);
        Assert.Null((await bench.RunAsync(policy)).Failure);
        Assert.Equal(["none", "Cookie: n=hop", "Cookie: n=hop; m=busy"], cookies);
    }

    [Fact]
    public async Task They_end_by_the_clock_of_the_context()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        await AskAsync(bench, host, "h1", "?set=a%3D1;Max-Age%3D60");
        bench.Clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal("a=1", await AskAsync(bench, host, "h1", ""));
        bench.Clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("", await AskAsync(bench, host, "h1", ""));
    }

    [Fact]
    public async Task A_cookie_header_of_the_applications_own_stands_alone()
    {
        await using var host = await KestrelTestHost.StartAsync();
        await using var bench = new HttpBench();
        await AskAsync(bench, host, "h1", "?set=a%3D1");
        var policy = HttpBench.Policy(host, "h1", "/cookies", more: Keeps + ", \"metadata\": [{ \"own\": \"cookie\" }]");
        Assert.Equal("a=1", (await bench.RunAsync(policy)).Run.ReceivedText);
        Assert.Equal("mine=2", (await bench.RunAsync(policy, static run => run.With("own", "mine=2"))).Run.ReceivedText);
    }

    [Fact]
    public async Task A_context_with_a_folder_of_state_knows_them_again_and_an_HttpClient_shares_them()
    {
        await using var host = await KestrelTestHost.StartAsync();
        var folder = Path.Combine(Path.GetTempPath(), "ss-state-" + Guid.NewGuid().ToString("N"));
        var model = HttpBench.Load($"\"t\": {{ \"endpoint\": \"127.0.0.1\", \"port\": {host.HttpPort}, \"http_url\": \"/cookies\", {Keeps} }}");
        try
        {
            await using (var context = new LocalContext(model, new SsContextOptions { StateFolder = folder }))
            {
                using var client = context.CreateHttpClient("t");
                Assert.Equal("", await client.GetStringAsync("?set=a%3D1;Max-Age%3D600&set=s%3D2", TestContext.Current.CancellationToken));
                Assert.Equal("a=1; s=2", await client.GetStringAsync("", TestContext.Current.CancellationToken));
                Assert.Equal("a=1; s=2", await TransactAsync(context));
            }

            await using var next = new LocalContext(model, new SsContextOptions { StateFolder = folder });
            Assert.Equal("a=1", await TransactAsync(next));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> TransactAsync(SsContext context)
    {
        var response = await context.TransactAsync("t", cancellationToken: TestContext.Current.CancellationToken);
        return System.Text.Encoding.UTF8.GetString(response.Body.Span);
    }

    private static async Task<string> AskAsync(HttpBench bench, KestrelTestHost host, string kind, string query)
    {
        var (run, failure) = await bench.RunAsync(HttpBench.Policy(host, kind, "/cookies" + query, more: Keeps));
        Assert.Null(failure);
        return run.ReceivedText;
    }
}
