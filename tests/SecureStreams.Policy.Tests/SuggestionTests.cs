using Xunit;

namespace SecureStreams.Policy.Tests;

public sealed class SuggestionTests
{
    /// <summary>Vowels and consonants that are in many names and in few, and the two characters that join words.</summary>
    private const string Letters = "aesx_-";

    public static TheoryData<PolicySection> Sections => [.. PolicyAttributeTable.All.Select(static row => row.Section).Distinct()];

    [Theory]
    [InlineData("port", "port", 0)]
    [InlineData("prot", "port", 1)]
    [InlineData("PORT", "port", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("sunday", "saturday", 3)]
    [InlineData("ca", "abc", 3)]
    [InlineData("endpoint", "end_point", 1)]
    public void Distance_counts_typing_mistakes(string left, string right, int distance)
    {
        Assert.Equal(distance, Suggestion.Distance(left, right));
        Assert.Equal(distance, Suggestion.Distance(right, left));
    }

    [Theory]
    [InlineData("pord", "port")]
    [InlineData("time_out_ms", "timeout_ms")]
    [InlineData("xyz", null)]
    [InlineData("", null)]
    [InlineData("tlss", "tls")]
    [InlineData("tl", "tls")]
    [InlineData("xls", "tls")]
    [InlineData("TLS", "tls")]
    public void Only_near_names_are_suggested(string written, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(written, ["port", "protocol", "timeout_ms", "tls"]));

    [Theory]
    [InlineData("prot", "protocol")]
    [InlineData("pro", null)]
    [InlineData("protoc", "protocol")]
    [InlineData("ports", "port")]
    [InlineData("server_", "server")]
    [InlineData("serve", "server")]
    [InlineData("server_k", "server_key")]
    public void A_beginning_is_a_name_cut_short(string written, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(written, ["port", "protocol", "server_key", "server_cert", "server"]));

    [Theory]
    [InlineData("url", "http_url")]
    [InlineData("URL", "http_url")]
    [InlineData("qos", "mqtt_qos")]
    [InlineData("trust_store", "tls_trust_store")]
    [InlineData("version", "schema-version")]
    [InlineData("name", null)]
    [InlineData("rl", null)]
    public void The_first_word_may_be_what_was_left_off(string written, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(written, ["http_url", "mqtt_will_qos", "mqtt_qos", "tls_trust_store", "schema-version", "http_multipart_name"]));

    [Theory]
    [InlineData("ss", "s")]
    [InlineData("S", "s")]
    [InlineData("wss", "ws")]
    [InlineData("x", null)]
    [InlineData("w", null)]
    [InlineData("h4", null)]
    [InlineData("h22", "h2")]
    [InlineData("xyzs", null)]
    public void A_name_of_one_or_two_letters_must_have_been_written_whole(string written, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(written, ["s", "ws", "h1", "h2"]));

    [Theory]
    [InlineData("bat", new[] { "cat", "bad" }, "bad")] // the first letter
    [InlineData("cort", new[] { "cord", "corp" }, "cord")] // nothing decides but the order
    [InlineData("http_ur", new[] { "http_usr", "http_url" }, "http_url")] // only the end is missing
    [InlineData("abxd", new[] { "axd", "abcd" }, "abcd")] // the longer common beginning
    [InlineData("clientcert", new[] { "client_cert", "client cert" }, "client_cert")] // current names come first
    public void Of_names_equally_near_the_documented_rule_decides(string written, string[] candidates, string expected) =>
        Assert.Equal(expected, Suggestion.Nearest(written, candidates));

    [Fact]
    public void Names_too_long_to_be_mistyped_get_no_suggestion() => Assert.Null(Suggestion.Nearest(new string('a', 65), [new string('a', 64)]));

    /// <summary>
    /// Every deletion, swap, replacement and insertion in every name that a section knows. Another name may be suggested only when it is one mistake away as well,
    /// or when what was written is its beginning.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sections))]
    public void One_mistake_in_any_name_leads_back_to_it(PolicySection section)
    {
        var names = PolicyAttributeTable.SpellingsOf(section);
        var (count, others) = (0, 0);
        foreach (var name in names)
        {
            foreach (var typo in TyposOf(name).Distinct().Where(typo => PolicyAttributeTable.Find(section, typo) is null))
            {
                count++;
                var suggested = Suggestion.Nearest(typo, names);
                if (name.Length <= 2 && !name.All(typo.Contains))
                    continue;
                Assert.True(suggested is not null, $"'{typo}' for '{name}' gets nothing");
                if (suggested == name)
                    continue;
                others++;
                var rank = Suggestion.Distance(typo, suggested);
                var cutShort = suggested.StartsWith(typo, StringComparison.OrdinalIgnoreCase) && typo.Length >= 3 && typo.Length * 2 >= suggested.Length;
                Assert.True(rank <= 1 || cutShort, $"'{typo}' for '{name}' gets '{suggested}'");
            }
        }

        Assert.InRange(count, names.Count * 10, int.MaxValue);

        // Names that are near each other are few, so ties are.
        Assert.InRange(others, 0, count / 50);
    }

    [Fact]
    public void A_mistake_in_the_document_is_told_with_the_name()
    {
        var found = Assert.Single(PolicyLoader.Load("""{ "s": [ { "a": { "endpoint": "b.example", "port": 80, "http_mehtod": "GET" } } ] }"""u8.ToArray(), "p").Diagnostics);
        Assert.Equal(("SSP0104", "http_method", "http_mehtod"), (found.Id, found.Suggestion, found.Value ?? "http_mehtod"));
    }

    private static IEnumerable<string> TyposOf(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (name.Length > 1)
                yield return name.Remove(i, 1);
            if (i + 1 < name.Length)
                yield return $"{name[..i]}{name[i + 1]}{name[i]}{name[(i + 2)..]}";
            foreach (var letter in Letters)
                yield return $"{name[..i]}{letter}{name[(i + 1)..]}";
        }

        for (var i = 0; i <= name.Length; i++)
        {
            foreach (var letter in Letters)
                yield return name.Insert(i, letter.ToString());
        }
    }
}
