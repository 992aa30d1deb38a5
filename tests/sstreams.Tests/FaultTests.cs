using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Tool.Tests;

/// <summary>Overlays that inject faults, from the library.</summary>
public sealed class FaultTests
{
    private static readonly string Portal = RepoPaths.Combine("policies", "captive-portal.json");

    [Theory]
    [InlineData("captive-portal.json", 3, "captive portal")]
    [InlineData("no-internet.json", 4, "no internet")]
    public async Task An_overlay_forces_where_the_network_leads_and_nobody_is_asked(string overlay, int exitCode, string found)
    {
        var run = await Tool.RunAsync("internet", "--policy", Portal, "--overlay", RepoPaths.Combine("policies", "overlays", overlay), "--faults");

        run.Exits(exitCode);
        Assert.StartsWith(found, run.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("internet")]
    [InlineData("run", "captive_portal_detect")]
    public async Task Without_leave_a_policy_that_injects_faults_is_refused_with_its_place(params string[] command)
    {
        var run = await Tool.RunAsync([.. command, "--policy", Portal, "--overlay", RepoPaths.Combine("policies", "overlays", "no-internet.json")]);

        run.Exits(2);
        Assert.Contains("no-internet.json(5,87): the policy injects faults (test_faults); --faults lets it", run.Errors, StringComparison.Ordinal);
    }
}
