using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy plan --against URL</c>.</summary>
public sealed class PolicyUrlTests : IDisposable
{
    private const int Largest = 16 * 1024 * 1024;

    private const string Running = """{ "s": [{ "feed": { "endpoint": "a.test", "port": 80, "protocol": "raw" } }] }""";

    private readonly TestDirectory _directory = new();

    public PolicyUrlTests()
    {
        _directory.Add("running.json", Running);
        _directory.Add("next.json", Running.Replace("80", "81", StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_policy_that_is_fetched_is_as_a_file()
    {
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = AnswerAsync });
        var expected = (await PlanAsync("running.json")).Exits(0).Text;
        Assert.Contains("streams of 'feed' (reconnect)", expected, StringComparison.Ordinal);
        (await PlanAsync(Url(host, "running.json"))).Is(0, expected, "");
        (await PlanAsync(Url(host, "running.json").Replace("http", "HTTP", StringComparison.Ordinal), "--exit-code")).Is(1, expected, "");
        (await PlanAsync(Url(host, "moved"))).Is(0, expected, "");
        (await PlanAsync(Url(host, "running.json"), "--overlay-against", "next.json")).Is(0, "", "");
    }

    [Theory]
    [InlineData("absent", "/absent: cannot be fetched: the server answered with status 404")]
    [InlineData("empty", "/empty: cannot be fetched: the server answered with status 204")]
    [InlineData("broken.json", "/broken.json(1,")]
    [InlineData("large", "has 16777217 bytes; at most 16777216 are read")]
    [InlineData("endless", "has more than 16777216 bytes; at most 16777216 are read")]
    [InlineData("cut", "/cut: cannot be fetched: ")]
    public async Task What_cannot_be_used_is_refused_with_the_reason(string path, string reason)
    {
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = AnswerAsync });
        var result = (await PlanAsync(Url(host, path))).Exits(2);
        Assert.Equal("", result.Text);
        Assert.Contains(reason, result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_a_certificate_that_is_not_trusted_and_a_password_are_told()
    {
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = AnswerAsync });
        Assert.Contains("http://127.0.0.1:1/x: cannot be fetched: ", (await PlanAsync("http://127.0.0.1:1/x")).Exits(2).Errors, StringComparison.Ordinal);
        var distrusted = (await PlanAsync(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{host.HttpsPort}/running.json"))).Exits(2).Errors;
        Assert.Contains("cannot be fetched: The remote certificate", distrusted, StringComparison.Ordinal);
        var secret = (await PlanAsync("http://me:pass@127.0.0.1:1/x")).Exits(2).Errors;
        Assert.Contains("are not sent", secret, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", secret, StringComparison.Ordinal);
        Assert.Contains("it is no URL", (await PlanAsync("http://")).Exits(2).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_from_https_to_http_is_refused_and_one_that_stays_is_followed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only there the process can be told whom to trust (SSL_CERT_FILE).");
        KestrelTestHost? self = null;
        await using var host = self = await KestrelTestHost.StartAsync(new KestrelTestHostOptions
        {
            Otherwise = context =>
            {
                if (context.Request.Path.Value != "/policies/insecure")
                    return AnswerAsync(context);
                context.Response.Redirect(Url(self!, "running.json"));
                return Task.CompletedTask;
            },
        });
        _directory.Add("ca.pem", TestCertificates.Authority.Certificate.ExportCertificatePem());
        var expected = (await PlanAsync("running.json")).Exits(0).Text;
        (await PlanSecurelyAsync(host, "running.json")).Is(0, expected, "");
        (await PlanSecurelyAsync(host, "moved")).Is(0, expected, "");
        var plain = host.Http.Accepted;
        var result = (await PlanSecurelyAsync(host, "insecure")).Exits(2);
        Assert.Equal("", result.Text);
        Assert.Contains("/policies/insecure: cannot be fetched: the server redirects from https to http, where anybody on the way could answer; that is not followed", result.Errors, StringComparison.Ordinal);
        Assert.Equal(plain, host.Http.Accepted);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_not_waited_for()
    {
        await using var host = await KestrelTestHost.StartAsync(new KestrelTestHostOptions { Otherwise = AnswerAsync });
        foreach (var path in new[] { "silent", "stops" })
        {
            var error = await Assert.ThrowsAsync<UnusableInputException>(() => PolicyUrl.FetchAsync(Url(host, path), Largest, TimeSpan.FromSeconds(0.5), TestContext.Current.CancellationToken));
            Assert.EndsWith($"/{path}: cannot be fetched: it did not come within 0.5 s", error.Message, StringComparison.Ordinal);
        }
    }

    private static string Url(KestrelTestHost host, string path) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{host.HttpPort}/policies/{path}");

    private static async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/policies/running.json":
                await response.WriteAsync(Running);
                break;
            case "/policies/moved":
                response.Redirect("running.json");
                break;
            case "/policies/broken.json":
                await response.WriteAsync("""{ "s": [{ "feed": { "port": 70000 } }] }""");
                break;
            case "/policies/empty":
                response.StatusCode = StatusCodes.Status204NoContent;
                break;
            case "/policies/large":
                response.ContentLength = Largest + 1;
                await response.Body.FlushAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "/policies/endless":
                var piece = new byte[64 * 1024];
                while (!context.RequestAborted.IsCancellationRequested)
                    await response.Body.WriteAsync(piece);
                break;
            case "/policies/cut":
                response.ContentLength = 1000;
                await response.WriteAsync("{");
                await response.Body.FlushAsync();
                context.Abort();
                break;
            case "/policies/silent":
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "/policies/stops":
                await response.WriteAsync("{");
                await response.Body.FlushAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private Task<ToolResult> PlanAsync(string against, params string[] more) => Tool.RunAsync([], _directory.Path, ["policy", "plan", "--policy", "next.json", "--against", against, .. more]);

    private async Task<ToolResult> PlanSecurelyAsync(KestrelTestHost host, string path)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{host.HttpsPort}/policies/{path}");
        await using var tool = Tool.Start(_directory.Path, readOutput: true, [new("SSL_CERT_FILE", _directory["ca.pem"]), new("SSL_CERT_DIR", _directory.Path)], ["policy", "plan", "--policy", "next.json", "--against", url]);
        return await tool.WaitAsync();
    }
}
