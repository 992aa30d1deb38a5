namespace SecureStreams.Simulation.Tests;

/// <summary>What scripts see of the program.</summary>
public class CommandLineTests
{
    [Theory]
    [InlineData("--seeds", "0")]
    [InlineData("--seeds", "many")]
    [InlineData("--trace", "file.txt")]
    [InlineData("--unknown", "1")]
    public async Task Wrong_usage_is_status_2_and_says_what_is_wrong(params string[] arguments)
    {
        var (status, _, errors) = await Programs.RunAsync(arguments);
        Assert.Equal(2, status);
        Assert.NotEmpty(errors);
    }

    [Fact]
    public async Task A_violation_is_status_1_and_says_how_to_see_it_again()
    {
        var (status, output, _) = await Programs.RunAsync("--seeds", "2", "--first", "7", "--mutant", "WrongCause");
        Assert.Equal(1, status);
        Assert.Contains("seed 7, step ", output, StringComparison.Ordinal);
        Assert.Contains("CauseNamed", output, StringComparison.Ordinal);
        Assert.Contains("-- --seed 7 --streams 50", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        var (status, output, _) = await Programs.RunAsync("--help");
        Assert.Equal(0, status);
        foreach (var name in new[] { "--seeds", "--first", "--seed", "--streams", "--threads", "--trace", "--mutant", "fleet", "explain" })
            Assert.Contains(name, output, StringComparison.Ordinal);
    }
}
