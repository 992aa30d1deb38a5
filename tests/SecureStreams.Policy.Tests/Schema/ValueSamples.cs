using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Policy.Tests.Schema;

/// <summary>Values, as JSON text, that an attribute's row allows and does not allow.</summary>
internal static class ValueSamples
{
    private const string Control = """
        "a\u0085b"
        """;

    /// <summary>Whether it is the name by which other entries find its own: the one attribute that must be stated.</summary>
    public static bool NamesItsRecord(PolicyAttributeInfo row) => row is { Name: "name", Section: PolicySection.TrustStores or PolicySection.Auth };

    /// <summary>Values that are taken without a word. Names are <c>known</c>.</summary>
    public static IEnumerable<string> Right(PolicyAttributeInfo row)
    {
        string[] values = row.Kind switch
        {
            PolicyValueKind.Flag => ["true", "false"],
            PolicyValueKind.Number => row.ZeroMeansDefault && row.Minimum > 0 ? ["0", Number(row.Minimum), Number(Largest(row))] : [Number(row.Minimum), Number(Largest(row))],
            PolicyValueKind.NumberList => [$"[{Number(row.Minimum)}, {Number(Largest(row))}]", "[]"],
            PolicyValueKind.Text => row.Pattern.Length > 0 ? [.. Formed(row).Select(static one => JsonSerializer.Serialize(one))] : ["\"text\""],
            PolicyValueKind.TextList => ["[]", .. Formed(row).Select(static one => $"[{JsonSerializer.Serialize(one)}]")],
            PolicyValueKind.ChoiceMap => [$$"""[{"known": "{{row.Choices[0]}}", "$e": 5}, {}]""", $$"""{"known": "{{row.Choices[^1]}}"}""", "[]"],
            PolicyValueKind.TextMap => ["[]", .. Formed(row).Select(static one => $$"""[{"known": {{JsonSerializer.Serialize(one)}}, "$e": 5}, {}]""")],
            PolicyValueKind.Template => ["\"a/${known}\"", "\"\u00e4\""],
            PolicyValueKind.Choice => [.. row.Choices.Concat(row.OldChoices.Select(static old => old.Key)).Select(static one => JsonSerializer.Serialize(one))],
            PolicyValueKind.Token => ["\"PATCH\"", "\"!#$%&'*+-.^_`|~09azAZ\""],
            PolicyValueKind.HeaderName => ["\"x-name\"", "\"x-name:\""],
            PolicyValueKind.Name => ["\"known\""],
            PolicyValueKind.NameList => ["[\"known\"]", "[]"],
            PolicyValueKind.MetadataMap =>
            [
                """[{"known": "x-a:", "b": "x-b"}, {"c": "", "x_d": null, "a b": "", "$e": 5}]""", """{"known": ""}""", "[]",
            ],
            PolicyValueKind.StatusMap => [$$"""[{"404": {{row.Minimum}}, "$e": "5"}, {}]""", $$"""{"100": {{row.Minimum}}, "599": {{row.Maximum}}}""", "[]"],
            PolicyValueKind.Anything => ["5", "\"a\"", "[{}]"],
            _ => throw new InvalidOperationException($"Kind {row.Kind} has no samples."),
        };
        return row.AllowsControlCharacters ? values.Append(Control) : values;
    }

    /// <summary>Values that are not taken, or with a warning, each with the place from the value on.</summary>
    public static IEnumerable<(string Value, string Place)> Wrong(PolicyAttributeInfo row)
    {
        List<(string Value, string Place)> values = row.Kind switch
        {
            PolicyValueKind.Flag => [("\"true\"", ""), ("1", ""), ("2", ""), ("[]", "")],
            PolicyValueKind.Number => [.. Numbers(row, ""), ("[]", "")],
            PolicyValueKind.NumberList =>
            [
                .. Numbers(row, "/1").Select(one => ($"[{Number(row.Minimum)}, {one.Value}]", one.Place)), ("[null]", "/0"), ("5", ""), ("{}", ""),
            ],
            PolicyValueKind.Text or PolicyValueKind.Template or PolicyValueKind.Name => [("5", ""), ("true", ""), ("[]", ""), ("{}", "")],
            PolicyValueKind.Choice => [("\"no such\"", ""), ("\"\"", ""), ($"\"{Shout(row.Choices[0])}\"", ""), ("5", ""), ("[]", "")],
            PolicyValueKind.TextList => [("5", ""), ("[5]", "/0"), ("[null]", "/0"), ("[\"?\"]", "/0"), ("{}", "")],
            PolicyValueKind.ChoiceMap =>
            [
                ("5", ""), ("[5]", "/0"), ("""[{"known": "no such"}]""", "/0/known"), ("""{"known": null}""", "/known"),
                ($$"""[{"": "{{row.Choices[0]}}"}]""", "/0/"), ($$"""{"a}": "{{row.Choices[0]}}"}""", "/a}"),
            ],
            PolicyValueKind.TextMap =>
            [
                ("5", ""), ("[5]", "/0"), ("""[{"known": "no such"}]""", "/0/known"), ("""{"known": null}""", "/known"), ("""{"known": 5}""", "/known"),
                ($$"""[{"": {{JsonSerializer.Serialize(Formed(row)[0])}}}]""", "/0/"), ($$"""{"a}": {{JsonSerializer.Serialize(Formed(row)[0])}}}""", "/a}"),
            ],
            PolicyValueKind.Token => [("\"\"", ""), .. row.Refused.Select(static one => ($"\"{one.Key.ToLowerInvariant()}\"", "")), ("\"A B\"", ""), ("\"A:\"", ""), ("\"\u00e4\"", ""), ("5", "")],
            PolicyValueKind.HeaderName => [("\"\"", ""), ("\":\"", ""), ("\"x::\"", ""), ("\"x: y\"", ""), ("\"\u00e4\"", ""), ("true", "")],
            PolicyValueKind.NameList => [("\"known\"", ""), ("[\"known\", 5]", "/1"), ("[null]", "/0"), ($"[{Control}]", "/0"), ("{}", "")],
            PolicyValueKind.MetadataMap =>
            [
                ("5", ""), ("\"known\"", ""), ("[\"known\"]", "/0"), ("[null]", "/0"), ("""[{"known": 5}]""", "/0/known"), ("""[{}, {"known": "a b"}]""", "/1/known"),
                ("""{"known": ":"}""", "/known"), ("""[{"": ""}]""", "/0/"), ("""[{"a}": ""}]""", "/0/a}"), ("[{\"a\\u0001\": \"\"}]", "/0/a\u0001"),
            ],
            PolicyValueKind.StatusMap =>
            [
                ("5", ""), ("[5]", "/0"), ($$"""[{"404": {{row.Minimum - 1}}}]""", "/0/404"), ($$"""{"404": {{row.Maximum + 1}}}""", "/404"), ("""[{"404": "x"}]""", "/0/404"),
                ("""[{"404": null}]""", "/0/404"), ($$"""[{"99": {{row.Minimum}}}]""", "/0/99"), ($$"""[{"600": {{row.Minimum}}}]""", "/0/600"), ($$"""[{"4xx": {{row.Minimum}}}]""", "/0/4xx"),
            ],
            PolicyValueKind.Anything => [],
            _ => throw new InvalidOperationException($"Kind {row.Kind} has no samples."),
        };
        var textual = row.Kind is PolicyValueKind.Text or PolicyValueKind.Template or PolicyValueKind.Name or PolicyValueKind.Token or PolicyValueKind.HeaderName;
        if (row is { Kind: PolicyValueKind.Text, Pattern.Length: > 0 })
            values.Add(("\"?/ ?\"", ""));
        if (textual && !row.AllowsControlCharacters)
            values.Add((Control, ""));
        if (NamesItsRecord(row))
            values.Add(("\"\"", ""));

        // A name that is an array is a trust store called "name".
        if (NamesItsRecord(row) && row.Section == PolicySection.TrustStores)
            values.Remove(("[]", ""));
        return values;
    }

    private static IEnumerable<(string Value, string Place)> Numbers(PolicyAttributeInfo row, string place)
    {
        yield return (Number(row.ZeroMeansDefault ? -1 : row.Minimum - 1), place);
        if (row is { ZeroMeansDefault: true, Minimum: > 1 })
            yield return (Number(row.Minimum - 1), place);
        if (row.Maximum < long.MaxValue)
            yield return (Number(row.Maximum + 1), place);
        yield return ("1.5", place);
        yield return ("\"a\"", place);
        yield return ($"\"{Number(row.Minimum)}\"", place);
        yield return ("true", place);
    }

    /// <summary>Texts that have the form that the row asks for.</summary>
    private static string[] Formed(PolicyAttributeInfo row) => row.Pattern switch
    {
        PolicyPatterns.BlobName => ["a", "Client-1._key"],
        PolicyPatterns.SpkiHash => ["sha256/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AbCdE="],
        PolicyPatterns.Account => ["www-data", "_x@y.z"],
        PolicyPatterns.FileMode => ["0660", "600"],
        PolicyPatterns.HostName => ["api.example", "*.example", "[::1]"],
        PolicyPatterns.Subprotocols => ["", "chat", "chat, super.chat ,v2"],
        PolicyPatterns.EcdsaKey => ["MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgH08jG2NH9ijkk8K0J1Vi8PzXujBpqFE6/Y89J7qgnhmMoTfNwAAXHQf7rztnA+KUNzKg6jXG4+MjN22/FjpfA=="],
        PolicyPatterns.Time => ["2030-01-31T00:00:00Z", "2030-12-09T23:59:59.5+13:59"],
        PolicyPatterns.Fault => ["cut", "http_status=302 location=http://a/ retry_after=7 attempts=1,3-5 percent=50"],
        PolicyPatterns.Socks => ["", "127.0.0.1:1080", "me:a:b@[::1]:65535"],
        _ => throw new InvalidOperationException($"The pattern {row.Pattern} has no samples."),
    };

    /// <summary>Where the table has no bound, the largest number that every reader of JSON has exactly.</summary>
    private static long Largest(PolicyAttributeInfo row) => Math.Min(row.Maximum, (1L << 53) - 1);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Another spelling: upper case, where that is another.</summary>
    private static string Shout(string text) => text.ToUpperInvariant() is var upper && upper != text ? upper : text + "X";
}
