using Xunit;

namespace SecureStreams.Tests.Examples;

/// <summary><c>examples/PolicyUpdate</c>: the file of a policy changes under traffic.</summary>
public sealed class PolicyUpdateExampleTests
{
    [Fact]
    public async Task It_plans_changes_refuses_and_takes_back_and_loses_nothing()
    {
        var run = await ExampleProgram.RunAsync("PolicyUpdate");
        Assert.True(run is { Status: 0, Errors: "" }, $"{run.Status}\n{run.Output}\n{run.Errors}");
        Assert.DoesNotContain("NOT SO", run.Output, StringComparison.Ordinal);
        string[] order = ["traffic runs", "would be: feed#", "the file was changed: revision 1 by", "a mistake is refused, revision 1 stays", "SSP", "on trial for 2 s: revision 2 by", "taken back by itself", "none lost and none twice"];
        var at = 0;
        foreach (var part in order)
        {
            at = run.Output.IndexOf(part, at, StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{part}' is not told in its turn:\n{run.Output}");
        }
    }
}
