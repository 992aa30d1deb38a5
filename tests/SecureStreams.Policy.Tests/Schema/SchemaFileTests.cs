using System.Text;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests.Schema;

/// <summary>The committed schema, and the committed documents that it is for.</summary>
public sealed class SchemaFileTests
{
    public const string SchemaFile = "policies/schema/secure-streams-policy.schema.json";

    [Fact]
    public void The_schema_is_what_the_table_says() => Approved.File(PolicySchema.ToJson(), SchemaFile);

    [Fact]
    public async Task The_schema_is_valid_in_the_validators_strict_mode()
    {
        var answers = await SchemaValidator.AskAsync(SchemaFile, new Dictionary<string, string>());
        Assert.Empty(answers[SchemaValidator.TheSchema]);
    }

    [Fact]
    public async Task Every_policy_of_the_library_is_valid()
    {
        var documents = Read("policies").Concat(Read("policies", "overlays")).ToDictionary();
        Assert.NotEmpty(documents);
        var answers = await SchemaValidator.AskAsync(SchemaFile, documents);
        Assert.All(documents.Keys, file => Assert.True(answers[file].Length == 0, $"{file}: {string.Join("; ", answers[file].AsEnumerable())}"));
    }

    /// <summary>The documents beside the tests of the loader: the schema refuses exactly those in which the loader finds something that a schema can know.</summary>
    [Fact]
    public async Task Every_fixture_that_is_json_is_judged_as_the_loader_judges_it()
    {
        var documents = Read("tests", "SecureStreams.Policy.Tests", "Fixtures");
        var answers = await SchemaValidator.AskAsync(SchemaFile, documents);
        var wellFormed = documents.Where(one => !answers[one.Key].Any(static finding => finding.Keyword == "json")).ToList();
        Assert.True(wellFormed.Count(static one => Path.GetFileName(one.Key).StartsWith("lws-", StringComparison.Ordinal)) > 3);
        foreach (var (file, text) in wellFormed)
        {
            var objections = LoaderVerdict.ObjectionsTo(text);
            Assert.True(
                objections.Count > 0 == answers[file].Length > 0,
                $"{file}: the schema says {string.Join("; ", answers[file].AsEnumerable())}; the loader says {string.Join("; ", objections)}");

            // Of a member that stands twice a JSON reader sees the last one only.
            if (!PolicyLoader.Load(Encoding.UTF8.GetBytes(text), file).Diagnostics.Any(static one => one.Id == "SSP0105"))
                Assert.All(objections, one => Assert.Contains(LoaderVerdict.PointerOf(one), answers[file].Select(static finding => finding.Pointer)));
        }
    }

    private static Dictionary<string, string> Read(params ReadOnlySpan<string> folder) =>
        Directory.EnumerateFiles(RepoPaths.Combine(folder), "*.json").ToDictionary(static file => file, File.ReadAllText);
}
