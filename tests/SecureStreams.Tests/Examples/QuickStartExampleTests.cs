using Xunit;

namespace SecureStreams.Tests.Examples;

/// <summary><c>examples/QuickStart</c>: each protocol with a server, and two that do not come to anything, with their causes.</summary>
public sealed class QuickStartExampleTests
{
    [Fact]
    public async Task Every_protocol_is_greeted_and_every_failure_has_its_cause()
    {
        var run = await ExampleProgram.RunAsync("QuickStart");
        Assert.Equal("", run.Errors);
        Assert.Equal(0, run.Status);

        string[] parts = run.Output.Split("--- ");
        Assert.Equal(
            ["hello_h1", "hello_h2", "hello_ws", "hello_raw", "server_is_down", "not_trusted"],
            parts[1..].Select(static part => part[..part.IndexOf(Environment.NewLine, StringComparison.Ordinal)]));
        foreach (var (part, greeting) in parts[1..5].Zip(["HTTP/1.1", "HTTP/2", "ws", "raw"]))
        {
            Assert.Contains($"Connecting{Environment.NewLine}Connected{Environment.NewLine}received: hello world, over {greeting}\n", part, StringComparison.Ordinal);
            Assert.Contains("Disconnected: ", part, StringComparison.Ordinal);
        }

        Assert.Contains("AllRetriesFailed: Connect/ConnectionRefused, attempt 3, then idle", parts[5], StringComparison.Ordinal);
        Assert.Contains("server_is_down.port", parts[5], StringComparison.Ordinal);
        Assert.Contains("AllRetriesFailed: Tls/CertificateUntrusted, attempt 1, then idle", parts[6], StringComparison.Ordinal);
        Assert.Contains("not_trusted.tls_trust_store", parts[6], StringComparison.Ordinal);
    }
}
