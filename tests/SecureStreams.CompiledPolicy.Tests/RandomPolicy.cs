using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>Policies that load, with any attribute of the table, any kind of value, and names that are awkward for a source.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
internal sealed class RandomPolicy(Random random)
{
    private static readonly string[] Awkward =
    [
        "a", "A", "a b", "a-b", "a_b", "\"", "\\", "\\u0041", "*/", "<b>", "&amp;", "\u2028", "\u2029", "\u0085", "\u202e", "\ud83d\ude00", "\ufeff", "\u00e9", "e\u0301",
        "\u0130", "\u00df", "\u01c5", "class", "record", "Equals", "ToString", "Metadata", "StreamTypes", "State0", "_", "__", "9", "{0}", "${", "$x", "'", "#if", "//",
        "\u0663", "\u2167", "\u5165", "\u02b0",
    ];

    /// <summary>Texts of the forms that some attributes ask for; whichever fits an attribute's pattern is taken.</summary>
    private static readonly string[] OfSomeForm = ["blob-1", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "0640", "chat.v1", "10.0.0.1:1080", "nobody"];

    private readonly string _certificate = Convert.ToBase64String([.. Case.Find("WebApiPolicy").Load().Model!.Certificates.Values.First().Der]);

    /// <summary>A base, or an overlay that states other values of the same parts.</summary>
    public byte[] Document(bool overlay)
    {
        var root = new Dictionary<string, object?>();
        AddAttributes(root, PolicySection.Document, []);
        root.Remove("schema-version");
        root["retry"] = Entries(["r", "\u00e4 \""], PolicySection.Retry, []);
        root["certs"] = new[] { new Dictionary<string, object?> { ["c"] = _certificate, ["elided \u2028"] = "MII..." } };
        root["trust_stores"] = new[] { new Dictionary<string, object?> { ["name"] = "t", ["stack"] = new[] { "c", "elided \u2028" } } };
        root["auth"] = new[] { Named("u", PolicySection.Auth), Named("\u2029", PolicySection.Auth) };
        root["metrics"] = new[] { Named(Text(), PolicySection.Metrics), Named("", PolicySection.Metrics) };
        var streams = Enumerable.Range(0, 4).Select(_ => Name()).Append("fixed").Append("\u202efixed").ToArray();
        root["s"] = Entries(streams, PolicySection.StreamTypes, streams);
        return JsonSerializer.SerializeToUtf8Bytes(overlay ? new Dictionary<string, object?> { ["release"] = Text(), ["s"] = root["s"] } : root);
    }

    private Dictionary<string, object?>[] Entries(string[] names, PolicySection section, string[] streams) =>
        [.. names.Distinct(StringComparer.Ordinal).Select(name => new Dictionary<string, object?> { [name] = AddAttributes([], section, streams) })];

    private Dictionary<string, object?> Named(string name, PolicySection section)
    {
        var entry = AddAttributes([], section, []);
        entry["name"] = name;
        return entry;
    }

    private Dictionary<string, object?> AddAttributes(Dictionary<string, object?> entry, PolicySection section, string[] streams)
    {
        var metadata = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Name()).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var row in PolicyAttributeTable.Of(section))
        {
            if (row.Kind != PolicyValueKind.Section && random.Next(3) == 0)
                entry[row.Name] = Value(row, metadata, streams);
        }

        if (section == PolicySection.StreamTypes)
        {
            entry["endpoint"] = $"h.example/${{{metadata[0]}}}";
            entry["metadata"] = metadata.Select(static name => new Dictionary<string, object?> { [name] = "X-Header:" }).ToArray();
        }

        return entry;
    }

    private object? Value(PolicyAttributeInfo row, string[] metadata, string[] streams) => row.Kind switch
    {
        PolicyValueKind.Flag => random.Next(2) == 0,
        PolicyValueKind.Number => Number(row),
        PolicyValueKind.NumberList => Enumerable.Range(0, random.Next(5)).Select(_ => Number(row)).ToArray(),
        PolicyValueKind.Choice => row.Choices[random.Next(row.Choices.Length)],
        PolicyValueKind.Token => "PATCH",
        PolicyValueKind.HeaderName => "X-Any:",
        PolicyValueKind.Name => Reference(row, metadata, streams),
        PolicyValueKind.NameList => new[] { Reference(row, metadata, streams) },
        PolicyValueKind.TextList => Enumerable.Range(0, random.Next(3)).Select(_ => TextFor(row)).ToArray(),
        PolicyValueKind.StatusMap => new Dictionary<string, object?> { ["404"] = Number(row), ["503"] = Number(row) },
        PolicyValueKind.ChoiceMap => new Dictionary<string, object?> { [metadata[0]] = row.Choices[random.Next(row.Choices.Length)] },
        PolicyValueKind.Anything => new[] { 1, 2 },
        PolicyValueKind.Template => $"{TextFor(row)}${{{metadata[^1]}}}",
        _ => TextFor(row),
    };

    private long Number(PolicyAttributeInfo row) => random.Next(3) switch
    {
        0 => row.Minimum,
        1 => row.Maximum,
        _ => random.NextInt64(row.Minimum, row.Maximum),
    };

    private static string Reference(PolicyAttributeInfo row, string[] metadata, string[] streams) => row.RefersTo switch
    {
        PolicySection.Retry => "r",
        PolicySection.Certificates => "c",
        PolicySection.TrustStores => "t",
        PolicySection.Auth => "u",
        PolicySection.Metadata => metadata[0],
        _ => streams[0],
    };

    private string TextFor(PolicyAttributeInfo row) =>
        row.Pattern.Length > 0 ? OfSomeForm.First(one => Regex.IsMatch(one, row.Pattern)) : row.IsSecret ? "Bearer" : Text();

    private string Name() => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Awkward[random.Next(Awkward.Length)])).TrimStart('$').Replace("}", "", StringComparison.Ordinal)
        is { Length: > 0 } name && !name.Any(char.IsControl) ? name : string.Create(CultureInfo.InvariantCulture, $"n{random.Next(100)}");

    private string Text() => Name().Replace("${", "", StringComparison.Ordinal);
}
