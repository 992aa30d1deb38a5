using System.Globalization;
using System.Text;
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

    public static TheoryData<string, int> Counted
    {
        get
        {
            var counted = new TheoryData<string, int>();
            foreach (var document in Directory.EnumerateFiles(Fixtures, "*.json").Order(StringComparer.Ordinal))
            {
                if (Mistakes().Match(Encoding.Latin1.GetString(File.ReadAllBytes(document))) is { Success: true } count)
                    counted.Add(Path.GetFileNameWithoutExtension(document), int.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture));
            }

            return counted;
        }
    }

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
        var shown = Directory.EnumerateFiles(Fixtures, "*.verified.txt").SelectMany(static file => Id().Matches(File.ReadAllText(file))).Select(static match => match.Value)
            .Concat(TestedInCode).ToHashSet(StringComparer.Ordinal);
        Assert.All(PolicyDiagnosticTable.All, info => Assert.Contains(info.Id, shown));
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

    /// <summary>A document that says in <c>x_mistakes</c> how many it has is answered with as many findings: none hides another, and none is told twice.</summary>
    [Theory]
    [MemberData(nameof(Counted))]
    public void Every_mistake_is_found(string document, int mistakes)
    {
        var result = PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Fixtures, document + ".json")), "policy.json", OptionsFor(document));
        Assert.Equal(mistakes, result.Diagnostics.Select(static one => one.Id + one.JsonPath + one.Message).Distinct().Count());
        Assert.Equal(mistakes, result.Diagnostics.Length);
    }

    [Fact]
    public void Facts_of_a_finding_are_those_of_its_message()
    {
        foreach (var file in Directory.EnumerateFiles(Fixtures, "*.json"))
        {
            var document = Path.GetFileNameWithoutExtension(file);
            foreach (var one in PolicyLoader.Load(File.ReadAllBytes(file), "policy.json", OptionsFor(document)).Diagnostics)
            {
                Assert.Equal(one.Message.Contains("did you mean", StringComparison.Ordinal), one.Suggestion is not null);
                Assert.Contains(one.Suggestion ?? "", one.Message, StringComparison.Ordinal);
                Assert.Contains(one.Value ?? "", one.Message, StringComparison.Ordinal);
                Assert.All(one.Allowed, value => Assert.Contains(value, one.Message, StringComparison.Ordinal));
                Assert.Equal(one.Message.Contains("allowed ", StringComparison.Ordinal) && one.Id is "SSP0102" or "SSP0103", one.Id is "SSP0102" or "SSP0103" && !one.Allowed.IsEmpty);
            }
        }
    }

    [Fact]
    public void Nothing_secret_is_ever_quoted()
    {
        foreach (var file in Directory.EnumerateFiles(Fixtures, "*.json"))
        {
            var result = PolicyLoader.Load(File.ReadAllBytes(file), "policy.json");
            Assert.All(result.Diagnostics, static one => Assert.DoesNotMatch("hunter2|MIG|MII|abc\\.def", one.ToString()));
            Assert.DoesNotContain("hunter2", $"{string.Join(' ', result.Diagnostics.Select(static one => $"{one} {one.Value} {one.Suggestion}"))}{result.Model}{string.Join(' ', result.Model?.StreamTypes.Values.SelectMany(static stream => stream.Stated.Select(static value => value.ToString())) ?? [])}", StringComparison.Ordinal);
        }
    }

    private static PolicyLoadOptions OptionsFor(string document) => document switch
    {
        "wrong-product" => new() { Product = "camera" },
        "readme-sample" => new() { Product = "myproduct" },
        "wrong-certificates" => new() { ValidAt = new DateTimeOffset(2030, 6, 1, 0, 0, 0, TimeSpan.Zero) },
        "wrong-certificate-dates" => new() { ValidAt = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero) },
        "wrong-certificate-expired" => new() { ValidAt = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        _ => new(),
    };

    [GeneratedRegex(@"""x_mistakes"": (\d+)")]
    private static partial Regex Mistakes();

    [GeneratedRegex(@"SSP\d{4}")]
    private static partial Regex Id();
}
