using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>The policies that the repository offers are clean: not even a warning.</summary>
public sealed class LibraryTests
{
    public static TheoryData<string> Policies => [.. Directory.EnumerateFiles(RepoPaths.Combine("policies"), "*.json").Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_policy_of_the_library_loads_without_a_word(string file)
    {
        var result = PolicyLoader.Load(File.ReadAllBytes(RepoPaths.Combine("policies", file)), file);
        Assert.Empty(result.Diagnostics.Select(static diagnostic => diagnostic.ToString()));
        Assert.NotEmpty(result.Model!.StreamTypes);
    }
}
