namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>A program with a compiled policy does its work without the JSON reader, seen from outside.</summary>
public class ProbeTests
{
    private const string JsonReader = "assembly: System.Text.Json";

    [Fact]
    public async Task A_compiled_policy_runs_a_transaction_and_loads_no_json_reader()
    {
        var lines = await Programs.RunProbeAsync(Programs.DotNet, "exec", Programs.Probe);
        Assert.Contains("payload: hello from the answerer", lines);
        Assert.Contains("endpoint: probe.json(9,19)", lines);
        Assert.Contains("assembly: SecureStreams.Policy", lines);
        Assert.DoesNotContain(JsonReader, lines);
    }

    [Fact]
    public async Task The_same_program_with_the_text_loads_it_so_that_its_absence_means_something()
    {
        var lines = await Programs.RunProbeAsync(Programs.DotNet, "exec", Programs.Probe, "--json");
        Assert.Contains("payload: hello from the answerer", lines);
        Assert.Contains("endpoint: probe.json(9,19)", lines);
        Assert.Contains(JsonReader, lines);
    }
}
