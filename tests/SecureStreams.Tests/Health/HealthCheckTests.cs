using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Health;

/// <summary>What a health check finds, on a virtual clock.</summary>
public sealed class HealthCheckTests
{
    private const string Policy = """
        {
          "retry": [{ "default": { "backoff": [1000], "conceal": 100, "jitterpc": 0 } }],
          "s": [{
            "up": { "endpoint": "secret-host.test", "port": 80, "protocol": "raw", "nailed_up": true, "retry": "default" },
            "now and then": { "endpoint": "secret-host.test", "port": 80, "protocol": "raw", "retry": "default" }
          }]
        }
        """;

    [Fact]
    public async Task A_context_that_does_what_its_policy_says_is_healthy()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        world.Create("up");
        world.Create("now and then");
        world.PassSeconds(90);
        var result = await CheckAsync(world.Context);
        Assert.Equal(HealthStatus.Healthy, result.Status);
        Assert.Equal("policy revision 0, 1 of 2 streams connected", result.Description);
        Assert.Equal((0L, 90L, 2, 1), (result.Data["policy_revision"], result.Data["policy_age_seconds"], result.Data["streams"], result.Data["streams_connected"]));
        Assert.Equal("policy", result.Data["policy_source"]);

        world.Context.ApplyOverlay("""{ "s": [{ "up": { "timeout_ms": 5000 } }] }""", "/etc/site.json");
        world.PassSeconds(5);
        result = await CheckAsync(world.Context);
        Assert.Equal((1L, 5L, "site.json"), (result.Data["policy_revision"], result.Data["policy_age_seconds"], result.Data["policy_source"]));
        Assert.Equal(HealthStatus.Degraded, (await CheckAsync(world.Context, new SsHealthOptions { MaximumPolicyAge = TimeSpan.FromSeconds(4) })).Status);
    }

    [Fact]
    public async Task A_nailed_up_stream_without_a_connection_counts_when_the_grace_is_over()
    {
        await using var world = new CoreWorld(Policy);
        world.Play = static peer => peer.Accept();
        var (stream, _) = world.Create("up");
        world.Create("now and then");
        world.PassSeconds(500);
        world.Play = static peer => peer.Close(CoreBench.Refused);
        world.Do(() => world.Peers[^1].Close(CoreBench.Refused));
        world.PassSeconds(59);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(world.Context)).Status);
        world.PassSeconds(1);
        var result = await CheckAsync(world.Context);
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Equal([$"up#{stream.Id} for 60 s"], (string[])result.Data["not_connected"]);
        Assert.StartsWith("1 nailed_up streams are not connected; ", result.Description, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-host", Told(result), StringComparison.Ordinal);

        world.Play = static peer => peer.Accept();
        world.PassSeconds(1);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(world.Context)).Status);
    }

    [Fact]
    public async Task A_refusal_counts_until_a_policy_is_accepted_and_its_text_is_for_operators()
    {
        await using var world = new CoreWorld(Policy);
        Assert.False(world.Context.UpdatePolicy("""{ "s": [{ "up": { "endpoint": "secret-host.test", "protocol": "h9" } }] }""").Applied);
        var result = await CheckAsync(world.Context);
        Assert.Equal(HealthStatus.Degraded, result.Status);
        Assert.Contains("the last policy was refused", result.Description, StringComparison.Ordinal);
        Assert.Matches(@"^'policy' at .*, [1-9] findings$", (string)result.Data["last_refusal"]);
        Assert.DoesNotContain("h9", Told(result), StringComparison.Ordinal);
        Assert.Contains("h9", Told(await CheckAsync(world.Context, new SsHealthOptions { Detailed = true })), StringComparison.Ordinal);

        Assert.True(world.Context.UpdatePolicy(Policy).Applied);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(world.Context)).Status);
    }

    [Theory]
    [InlineData(60, HealthStatus.Healthy)]
    [InlineData(10, HealthStatus.Degraded)]
    [InlineData(-1, HealthStatus.Degraded)]
    public async Task The_certificates_of_trust_stores_are_counted_in_days(int days, HealthStatus expected)
    {
        using var authority = TestAuthority.Create();
        var end = new DateTimeOffset(authority.Certificate.NotAfter.ToUniversalTime());
        var clock = new TestSupport.Time.ManualTimeProvider(end - TimeSpan.FromDays(days));
        await using var context = SsContext.FromJson(
            $$"""{ "certs": [{ "ca": "{{authority.Base64Der}}" }], "trust_stores": [{ "main": ["ca"] }], "s": [{ "one": { "endpoint": "a.test", "port": 1, "protocol": "raw", "tls": true, "tls_trust_store": "main" } }] }""",
            new SsContextOptions { Platform = new SsPlatform { Time = clock } });
        var result = await CheckAsync(context);
        Assert.Equal(expected, result.Status);
        Assert.Equal((double)days, result.Data["certificate_days.root.main/ca"]);
        Assert.Equal(days < 14, result.Description!.Contains("root certificate 'main/ca'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_is_registered_with_a_container_by_name()
    {
        var services = new ServiceCollection();
        services.AddSecureStreams("plant", static o => o.PolicyJson = Policy);
        await using var provider = services.BuildServiceProvider();
        var registration = SsHealthCheck.Register("plant health", contextName: "plant", tags: ["live"]);
        Assert.Equal(("plant health", HealthStatus.Unhealthy), (registration.Name, registration.FailureStatus));
        Assert.Equal(["live"], registration.Tags);
        var check = registration.Factory(provider);
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, TestContext.Current.CancellationToken)).Status);
        await provider.GetRequiredKeyedService<LocalContext>("plant").DisposeAsync();
        registration.FailureStatus = HealthStatus.Degraded;
        Assert.Equal(HealthStatus.Degraded, (await check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, TestContext.Current.CancellationToken)).Status);
    }

    private static Task<HealthCheckResult> CheckAsync(LocalContext context, SsHealthOptions? options = null) =>
        new SsHealthCheck(context, options).CheckHealthAsync(new HealthCheckContext(), TestContext.Current.CancellationToken);

    private static string Told(HealthCheckResult result) => $"{result.Description} {string.Join(' ', result.Data.Select(static one => $"{one.Key}={(one.Value is string[] list ? string.Join(',', list) : one.Value)}"))}";
}
