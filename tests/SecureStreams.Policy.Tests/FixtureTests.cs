using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests;

/// <summary>Every document in Fixtures against the text beside it: all diagnostics, the whole model.</summary>
public sealed partial class FixtureTests
{
    private static readonly string Fixtures = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Fixtures");

    /// <summary>Ids that need documents too large to keep as files, or bytes that are no text: other tests produce them.</summary>
    private static readonly string[] TestedInCode = ["SSP0002", "SSP0005", "SSP0007", "SSP0008", "SSP0009"];

    public static TheoryData<string> Documents => [.. Directory.EnumerateFiles(Fixtures, "*.json").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_gives_the_text_beside_it(string document)
    {
        var result = PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Fixtures, document + ".json")), document + ".json", OptionsFor(document));
        Assert.Equal(result.Diagnostics.Any(static one => one.Severity == PolicySeverity.Error), result.HasErrors);
        Approved.File(ModelText.Of(result), Path.Combine(Fixtures, document + ".verified.txt"));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Strict_turns_every_warning_into_an_error(string document)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Fixtures, document + ".json"));
        var normal = PolicyLoader.Load(bytes, document, OptionsFor(document));
        var strict = PolicyLoader.Load(bytes, document, OptionsFor(document) with { Strict = true });
        Assert.All(strict.Diagnostics, static one => Assert.Equal(PolicySeverity.Error, one.Severity));
        Assert.Equal(normal.Diagnostics.IsEmpty, strict.Model is not null);
        Assert.Equal(normal.Diagnostics.Select(static one => (one.Id, one.Line, one.Column)), strict.Diagnostics.Select(static one => (one.Id, one.Line, one.Column)));
    }

    [Fact]
    public void Every_id_has_a_document_that_shows_it()
    {
        var shown = Directory.EnumerateFiles(Fixtures, "*.verified.txt").SelectMany(static file => Id().Matches(File.ReadAllText(file))).Select(static match => match.Value);
        Assert.Empty(PolicyDiagnosticTable.All.Select(static info => info.Id).Except(shown).Except(TestedInCode));
    }

    [Fact]
    public void No_expected_text_is_left_without_its_document() =>
        Assert.All(Directory.EnumerateFiles(Fixtures, "*.verified.txt"),
            static file => Assert.True(File.Exists(file.Replace(".verified.txt", ".json", StringComparison.Ordinal)), file));

    [Fact]
    public void Twelve_mistakes_are_twelve_findings()
    {
        var result = PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Fixtures, "wrong-twelve.json")), "policy.json");
        Assert.Equal(12, result.Diagnostics.Select(static one => one.Id + one.JsonPath).Distinct().Count(static one => one != "SSP0010$"));
        Assert.True(result.HasErrors);
    }

    [Fact]
    public void Nothing_secret_is_ever_quoted()
    {
        foreach (var file in Directory.EnumerateFiles(Fixtures, "*.json"))
        {
            var result = PolicyLoader.Load(File.ReadAllBytes(file), "policy.json");
            Assert.All(result.Diagnostics, static one => Assert.DoesNotMatch("hunter2|MIG|MII|abc\\.def", one.ToString()));
            Assert.DoesNotContain("hunter2", $"{result.Model}{string.Join(' ', result.Model?.StreamTypes.Values.SelectMany(static stream => stream.Stated.Select(static value => value.ToString())) ?? [])}", StringComparison.Ordinal);
        }
    }

    private static PolicyLoadOptions OptionsFor(string document) => document switch
    {
        "wrong-product" => new() { Product = "camera" },
        "readme-sample" => new() { Product = "myproduct" },
        "wrong-certificates" => new() { ValidAt = new DateTimeOffset(2030, 6, 1, 0, 0, 0, TimeSpan.Zero) },
        _ => new(),
    };

    [GeneratedRegex(@"SSP\d{4}")]
    private static partial Regex Id();
}
