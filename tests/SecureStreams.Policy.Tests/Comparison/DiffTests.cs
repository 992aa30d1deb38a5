using SecureStreams.Policy.Tests.Properties;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;
using Xunit;

namespace SecureStreams.Policy.Tests.Comparison;

/// <summary>What is told of the difference between two policies.</summary>
public sealed class DiffTests
{
    private static readonly string Folder = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Comparison");
    private static readonly string Fixtures = RepoPaths.Combine("tests", "SecureStreams.Policy.Tests", "Fixtures");

    [Fact]
    public void As_text_each_difference_is_a_line() => Approved.File(Between().ToText(), Path.Combine(Folder, "diff.verified.txt"));

    [Fact]
    public void As_json_it_has_the_documented_shape() => Approved.File(JsonTexts.Of(Between().WriteJson) + "\n", Path.Combine(Folder, "diff.verified.json"));

    [Fact]
    public void It_says_the_largest_impact_of_each_streamtype() => Assert.Equal(
        // The proxy of the document is another, which is a new connection for every client that states none of its own.
        ["auth Reconnect", "broker Reconnect", "keyed Reconnect", "listener NextAttempt", "map Reconnect", "metadata Recreate", "plain Reconnect", "retry Reconnect", "secret Reconnect"],
        Between()[PolicySection.StreamTypes].Changed.Select(static part => $"{part.After.Name} {part.Impact}"));

    [Fact]
    public void What_a_streamtype_refers_to_is_named_as_the_way_of_the_change()
    {
        var change = Assert.Single(Between()[PolicySection.StreamTypes].Find("retry")!.Changes, static one => one.Attribute!.Name == "conceal");
        Assert.Equal("retry scheme 'default'", change.Via);
        Assert.Equal((3, 5), (change.Before!.Value.Number, change.After!.Value.Number));
    }

    /// <summary>A listener shows its certificate, and judges its clients by the store, at new handshakes; a client's own connection does not outlive its trust.</summary>
    [Fact]
    public void A_store_asks_for_no_more_than_the_attribute_that_names_it()
    {
        var listener = Between()[PolicySection.StreamTypes].Find("listener")!.Changes;
        Assert.Equal([PolicyImpact.NextAttempt], listener.Where(static one => one.Via is not null).Select(static one => one.Impact).Distinct());
    }

    [Fact]
    public void Certificates_show_a_short_hash() => Assert.All(
        Between()[PolicySection.Certificates].Changed.SelectMany(static part => part.Changes),
        static change => Assert.Matches("^(sha256:[0-9a-f]{16}|it is .*)$", change.After!.Value.Text));

    [Theory]
    [InlineData("\"metadata\": []", "")]
    [InlineData("\"port\": 0, \"protocol\": \"h1\", \"timeout_ms\": 0, \"http_expect\": 0, \"plugins\": [ 5 ], \"http_resp_map\": []", "")]
    public void A_stated_default_is_no_difference(string one, string other) => Assert.True(PolicyDiff.Between(Load(one), Load(other)).IsEmpty);

    [Fact]
    public void An_implied_scheme_and_the_same_by_name_are_no_difference()
    {
        const string Scheme = "\"auth\": [ { \"name\": \"lwa\", \"blob\": 2 } ],";
        var implied = Load("\"http_auth_header\": \"authorization\"", Scheme);
        var named = Load("\"http_auth_header\": \"authorization\", \"use_auth\": \"lwa\"", Scheme);
        DiffLaws.Check(implied, named);
        Assert.True(PolicyDiff.Between(implied, named).IsEmpty);

        // What the built-in scheme says is what a definition without values says.
        Assert.Equal(Load("\"http_auth_header\": \"authorization\"").StreamTypes["x"], Load("\"http_auth_header\": \"authorization\"", "\"auth\": [ { \"name\": \"lwa\" } ],").StreamTypes["x"]);
    }

    [Fact]
    public void The_order_of_a_map_is_told_where_nothing_else_differs()
    {
        var before = Load("\"metadata\": [ { \"m\": \"\" }, { \"n\": \"\" } ]");
        var after = Load("\"metadata\": [ { \"n\": \"\" }, { \"m\": \"\" } ]");
        DiffLaws.Check(before, after);
        var change = Assert.Single(PolicyDiff.Between(before, after)[PolicySection.StreamTypes].Changed).Changes[0];
        Assert.Null(change.Key);
        Assert.Equal(PolicyImpact.Recreate, change.Impact);
    }

    [Fact]
    public void A_section_without_parts_is_none() => Assert.Throws<ArgumentOutOfRangeException>(() => Between()[PolicySection.Document]);

    [Fact]
    public void Any_two_documents_of_the_fixtures_obey_the_laws()
    {
        var models = Directory.EnumerateFiles(Fixtures, "*.json").Select(static file => PolicyLoader.Load(File.ReadAllBytes(file), file).Model).OfType<PolicyModel>().ToList();
        Assert.True(models.Count > 20);
        foreach (var before in models)
        {
            foreach (var after in models)
                DiffLaws.Check(before, after);
        }
    }

    private static PolicyDiff Between() => PolicyDiff.Between(
        LoadFile("before.json", "SSP0306 SSP0301 SSP0305 SSP0306 SSP0306"), LoadFile("after.json", "SSP0306 SSP0303 SSP0305 SSP0408 SSP0306 SSP0306"));

    private static PolicyModel LoadFile(string file, string warnings)
    {
        var result = PolicyLoader.Load(File.ReadAllBytes(Path.Combine(Folder, file)), file);
        Assert.Equal(warnings, string.Join(' ', result.Diagnostics.Select(static one => one.Id)));
        return result.Model!;
    }

    private static PolicyModel Load(string members, string head = "")
    {
        var text = $$"""{ {{head}} "s": [ { "x": { "endpoint": "a"{{(members.Length == 0 ? "" : ", ")}}{{members}} } } ] }""";
        return PolicyLoader.Load(System.Text.Encoding.UTF8.GetBytes(text), "p").Model!;
    }
}
