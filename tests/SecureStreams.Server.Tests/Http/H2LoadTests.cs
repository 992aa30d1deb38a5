using System.Diagnostics;
using System.Globalization;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Http;

/// <summary>h2load, which makes many requests over many connections: all of them are answered.</summary>
public sealed class H2LoadTests(ITestOutputHelper output)
{
    private static readonly int Requests = Environment.GetEnvironmentVariable("SS_TEST_LONG") == "1" ? 100_000 : 5_000;

    [Theory]
    [InlineData("h2", false)]
    [InlineData("h2", true)]
    [InlineData("h1", false)]
    public async Task Every_request_of_a_load_succeeds(string protocol, bool tls)
    {
        var program = Peer.Find("h2load") ?? throw Peer.Absent("h2load", "nghttp2-client");
        await using var bench = new ServerBench($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\"{(tls ? ", " + ServerBench.Tls : "")}, \"metadata\": [{{ \"method\": \"\" }}, {{ \"path\": \"\" }}, {{ \"query\": \"\" }}, {{ \"arg\": \"\" }}, {{ \"agent\": \"\" }}, {{ \"mime\": \"content-type:\" }}] }}");
        await using var listener = bench.Context.CreateListener("srv", static _ => new HttpEchoHandler());
        string[] version = protocol == "h1" ? ["--h1"] : [];
        using var process = Process.Start(new ProcessStartInfo(program,
            [.. version, "-n", Requests.ToString(CultureInfo.InvariantCulture), "-c", "10", "-m", "10", $"{(tls ? "https" : "http")}://127.0.0.1:{ServerBench.PortOf(listener)}/load?arg=1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var said = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            var text = await said;
            output.WriteLine(text);
            Assert.Contains($"requests: {Requests} total, {Requests} started, {Requests} done, {Requests} succeeded, 0 failed, 0 errored, 0 timeout", text, StringComparison.Ordinal);
            Assert.Contains($"status codes: {Requests} 2xx, 0 3xx, 0 4xx, 0 5xx", text, StringComparison.Ordinal);
            Assert.Equal("", await error);
            output.WriteLine(text.Split('\n').First(static line => line.StartsWith("finished", StringComparison.Ordinal)));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }

        await Poll.UntilAsync(() => listener.Streams.Count == 0, () => $"{listener.Streams.Count} streams stay.");
    }
}
