using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using SecureStreams.Policy.Tests.Schema;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>Random values, as JSON, that the row of an attribute allows.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
internal static class SketchValues
{
    private static readonly string[] Words = ["", "a", "ä/ö", "say \"hi\"", "\\", "tab", "${", "$", "}", "😀", "a b", "x_1", "https://u:hunter2@h.example/p?q=1", "...", "null"];

    /// <summary>A value; null when there is nothing that it could refer to.</summary>
    /// <param name="row">The attribute.</param>
    /// <param name="random">Where it comes from.</param>
    /// <param name="names">What there is to refer to, by section.</param>
    public static string? Of(PolicyAttributeInfo row, Random random, Func<PolicySection, IReadOnlyList<string>> names) => row.Kind switch
    {
        PolicyValueKind.Flag => random.Next(2) == 0 ? "true" : "false",
        PolicyValueKind.Number => Number(row, random),
        PolicyValueKind.NumberList => $"[{string.Join(", ", Some(random, 5, () => Number(row, random)))}]",
        PolicyValueKind.Text when row.Pattern.Length == 0 => Quote(Words[random.Next(Words.Length)]),
        PolicyValueKind.Template => Quote(Template(random, names(PolicySection.Metadata), row)),
        PolicyValueKind.Name => Pick(random, names(row.RefersTo!.Value)) is { } name ? Quote(name) : null,
        PolicyValueKind.NameList => $"[{string.Join(", ", Some(random, 4, () => Pick(random, names(row.RefersTo!.Value))).OfType<string>().Select(Quote))}]",
        PolicyValueKind.MetadataMap => Metadata(random, names(PolicySection.Metadata)),
        PolicyValueKind.StatusMap => Map(Some(random, 4, () => Number(100, 599, random)).Distinct().Select(status => (status, Number(row, random)))),
        PolicyValueKind.ChoiceMap => Map(names(PolicySection.Metadata).Where(_ => random.Next(2) == 0).Select(name => (name, Quote(Pick(random, row.Choices)!)))),
        PolicyValueKind.Anything => random.Next(2) == 0 ? "[]" : "{\"a\": [5]}",
        _ => Pick(random, [.. ValueSamples.Right(row)]),
    };

    public static string Metadata(Random random, IReadOnlyList<string> names) =>
        Map(names.Select(name => (name, random.Next(3) switch { 0 => "\"\"", 1 => "\"x-a:\"", _ => $"\"x-{random.Next(4).ToString(CultureInfo.InvariantCulture)}\"" })));

    /// <summary>Hosts, addresses, URLs, sockets; without a port of its own, without user information.</summary>
    public static string Endpoint(Random random, IReadOnlyList<string> symbols)
    {
        if (random.Next(2) == 0 && Pick(random, symbols) is { } symbol)
            return $"a${{{symbol}}}.example";
        string[] plain = ["a.example", "b.example", "127.0.0.1", "[::1]", "+/run/a.sock", "+@a", "$", "ä.example"];
        return plain[random.Next(plain.Length)];
    }

    public static string Topic(Random random, IReadOnlyList<string> symbols, bool filter)
    {
        var levels = Some(random, 3, () => random.Next(2) == 0 && Pick(random, symbols) is { } symbol ? $"${{{symbol}}}" : random.Next(2) == 0 ? "ä b" : "");
        return "t/" + string.Join('/', levels) + (filter && random.Next(2) == 0 ? "/+/#" : "");
    }

    public static string? Pick(Random random, IReadOnlyList<string> from) => from.Count == 0 ? null : from[random.Next(from.Count)];

    public static string Quote(string text) => JsonSerializer.Serialize(text);

    private static string Template(Random random, IReadOnlyList<string> symbols, PolicyAttributeInfo row)
    {
        var parts = Some(random, 4, () => random.Next(2) == 0 && Pick(random, symbols) is { } symbol ? $"${{{symbol}}}" : Words[random.Next(Words.Length)]);

        // A ${ that is not closed would take the next } for its own.
        var text = string.Concat(parts.Select(static part => part is "${" or "}" or "$" ? "$" : part));

        // A client needs an endpoint.
        return text.Length == 0 && row.Name == "endpoint" ? "a.example" : text;
    }

    private static string Number(PolicyAttributeInfo row, Random random) => random.Next(5) switch
    {
        0 when row.ZeroMeansDefault => "0",
        1 when row.DefaultValue is { } otherwise && row.Kind == PolicyValueKind.Number => otherwise.Number.ToString(CultureInfo.InvariantCulture),
        _ => Number(row.Minimum, row.Name == "schema-version" ? PolicyLoader.SupportedSchemaVersion : row.Maximum, random),
    };

    private static string Number(long minimum, long maximum, Random random) => (random.Next(4) switch
    {
        0 => minimum,
        1 => maximum,
        _ => Math.Min(maximum, minimum + random.Next(100)),
    }).ToString(CultureInfo.InvariantCulture);

    private static string Map(IEnumerable<(string Key, string Json)> pairs) => $"[{string.Join(", ", pairs.Select(static pair => $"{{{Quote(pair.Key)}: {pair.Json}}}"))}]";

    private static List<T> Some<T>(Random random, int most, Func<T> make) => [.. Enumerable.Range(0, random.Next(most)).Select(_ => make())];
}
