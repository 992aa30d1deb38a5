using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams policy schema</c>.</summary>
public sealed class PolicySchemaTests
{
    private static string Kept => RepoPaths.Combine("policies", "schema", "secure-streams-policy.schema.json");

    [Fact]
    public async Task It_is_the_schema_that_the_repository_has() =>
        (await Tool.RunAsync("policy", "schema")).Is(0, await File.ReadAllTextAsync(Kept, TestContext.Current.CancellationToken), "");

    [Fact]
    public async Task A_file_gets_the_same()
    {
        using var directory = new TestDirectory();
        (await directory.RunAsync("policy", "schema", "--output", "out.json")).Is(0, "", "");
        Assert.Equal(await File.ReadAllBytesAsync(Kept, TestContext.Current.CancellationToken), await File.ReadAllBytesAsync(directory["out.json"], TestContext.Current.CancellationToken));
        Assert.Equal(["out.json"], directory.Names);
    }
}
