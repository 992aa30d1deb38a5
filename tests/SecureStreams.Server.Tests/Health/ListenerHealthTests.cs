using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SecureStreams.TestSupport.Time;
using Xunit;

namespace SecureStreams.Server.Tests.Health;

/// <summary>What a health check finds of listeners, through the services of a host.</summary>
public sealed class ListenerHealthTests
{
    [Fact]
    public async Task A_listener_that_could_not_move_is_told_without_its_place_unless_asked()
    {
        await using var bench = new ServerBench("""
            "srv": { "server": true, "protocol": "raw", "endpoint": "127.0.0.1" }
            """);
        await using var listener = bench.Context.CreateListener("srv", static _ => new EchoHandler());
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        bench.Context.ApplyOverlay($$"""{ "s": [{ "srv": { "port": {{port}} } }] }""", "move");
        await Poll.UntilAsync(() => Check(bench.Context).Status == HealthStatus.Degraded, () => Check(bench.Context).Description!);
        var result = Check(bench.Context);
        Assert.Contains("listener 'srv' could not move", result.Description, StringComparison.Ordinal);
        Assert.Equal("not where the policy says", result.Data["listener.srv"]);
        Assert.Contains($"127.0.0.1:{port}", (string)Check(bench.Context, new SsHealthOptions { Detailed = true }).Data["listener.srv"], StringComparison.Ordinal);

        bench.Context.RemoveOverlay("move");
        await Poll.UntilAsync(() => Check(bench.Context).Status == HealthStatus.Healthy, () => Check(bench.Context).Description!);
    }

    [Theory]
    [InlineData(20, HealthStatus.Healthy)]
    [InlineData(3, HealthStatus.Degraded)]
    [InlineData(-2, HealthStatus.Unhealthy)]
    public async Task The_certificate_of_a_listener_is_counted_in_days(int days, HealthStatus expected)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "h1", "endpoint": "127.0.0.1", {{ServerBench.Tls}} }
            """, clock);
        await using var listener = bench.Context.CreateListener("srv", static _ => new EchoHandler());
        var end = new DateTimeOffset(bench.Certificate.Certificate.NotAfter.ToUniversalTime());
        clock.Advance(end - TimeSpan.FromDays(days) - clock.GetUtcNow());
        var result = Check(bench.Context, new SsHealthOptions { CertificateWarning = TimeSpan.FromDays(5) });
        Assert.Equal((double)days, result.Data["certificate_days.server.srv"]);
        Assert.Equal(expected, result.Status);
        Assert.Equal(days < 5, result.Description!.Contains("the server certificate 'srv'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_services_of_a_host_tell_it()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSecureStreams(static o => o.PolicyJson = """{ "s": [{ "one": { "endpoint": "a.test", "port": 1, "protocol": "raw" } }] }""");
        services.AddHealthChecks().AddSecureStreams(tags: ["ready"]);
        await using var provider = services.BuildServiceProvider();
        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        var entry = report.Entries[SsHealthCheck.DefaultName];
        Assert.Equal((HealthStatus.Healthy, 0L), (entry.Status, entry.Data["policy_revision"]));
        Assert.Equal(["ready"], entry.Tags);
    }

    private static HealthCheckResult Check(LocalContext context, SsHealthOptions? options = null) =>
        new SsHealthCheck(context, options).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken).GetAwaiter().GetResult();
}
