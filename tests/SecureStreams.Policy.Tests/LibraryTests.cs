using System.Text.Json;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>The policies that the repository offers are clean: not even a warning, today and in twenty years.</summary>
public sealed class LibraryTests
{
    private static readonly string Folder = RepoPaths.Combine("policies");

    public static TheoryData<string> Policies => Names(Folder);

    public static TheoryData<string> PoliciesAndOverlays => [.. Names(Folder), .. Names(Path.Combine(Folder, "overlays"))];

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_policy_of_the_library_loads_without_a_word(string file)
    {
        var options = new PolicyLoadOptions { Strict = true, ValidAt = new DateTimeOffset(2046, 1, 1, 0, 0, 0, TimeSpan.Zero) };
        var result = PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Folder, file)), file, options);
        Assert.Empty(result.Diagnostics.Select(static diagnostic => diagnostic.ToString()));
        Assert.NotEmpty(result.Model!.StreamTypes);
    }

    /// <summary>Remarks are members, so that every JSON tool reads the files; and the first member is what an editor looks for.</summary>
    [Theory]
    [MemberData(nameof(PoliciesAndOverlays))]
    public void A_document_of_the_library_is_plain_json_that_names_its_schema_first(string file)
    {
        var path = Path.Combine(Folder, file);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var first = document.RootElement.EnumerateObject().First();
        Assert.Equal("$schema", first.Name);
        Assert.Equal(Path.Combine(Folder, "schema", "secure-streams-policy.schema.json"), Path.GetFullPath(first.Value.GetString()!, Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void The_page_names_every_document_of_the_library()
    {
        var page = File.ReadAllText(Path.Combine(Folder, "README.md"));
        Assert.All(PoliciesAndOverlays, file => Assert.Contains($"`{file.Data}`", page, StringComparison.Ordinal));
    }

    private static TheoryData<string> Names(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.json").Select(static file => Path.GetRelativePath(Folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
}
