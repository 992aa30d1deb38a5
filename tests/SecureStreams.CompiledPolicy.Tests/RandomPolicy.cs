using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SecureStreams.Policy;

namespace SecureStreams.CompiledPolicy.Tests;

/// <summary>Policies without an error, with any attribute of the table, any kind of value, and names that are awkward for a source.</summary>
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
    private static readonly string[] OfSomeForm = ["blob-1", "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "0640", "chat.v1", "10.0.0.1:1080", "2030-01-31T00:00:00Z", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgH08jG2NH9ijkk8K0J1Vi8PzXujBpqFE6/Y89J7qgnhmMoTfNwAAXHQf7rztnA+KUNzKg6jXG4+MjN22/FjpfA==", "nobody", "tls_untrusted attempts=1-3"];

    private const string Certificate = "c";

    /// <summary>It may stand for a key as well: there is nothing in it that must not be compiled.</summary>
    private const string Elided = "elided \u2028";

    private readonly string _certificate = Convert.ToBase64String([.. Case.Find("WebApiPolicy").Load().Model!.Certificates.Values.First().Der]);

    /// <summary>What the documents so far add up to, by streamtype: the rules judge the sum.</summary>
    private readonly SortedDictionary<string, Dictionary<string, object?>> _sum = new(StringComparer.Ordinal);

    /// <summary>A base, or an overlay that states other values of the same parts.</summary>
    public byte[] Document(bool overlay)
    {
        var root = new Dictionary<string, object?>();
        AddAttributes(root, PolicySection.Document, "");
        root.Remove("schema-version");
        root["retry"] = Entries(["r", "\u00e4 \""], PolicySection.Retry);
        root["certs"] = new[] { new Dictionary<string, object?> { [Certificate] = _certificate, [Elided] = "MII..." } };
        root["trust_stores"] = new[] { new Dictionary<string, object?> { ["name"] = "t", ["stack"] = new[] { Certificate, Elided } } };
        root["auth"] = new[] { Named("u", PolicySection.Auth), Named("\u2029", PolicySection.Auth) };
        root["metrics"] = new[] { Named(Text(), PolicySection.Metrics), Named("", PolicySection.Metrics) };
        var streams = Enumerable.Range(0, 4).Select(_ => Name()).Append("fixed").Append("\u202efixed").ToArray();
        foreach (var name in streams)
            _sum.TryAdd(name, []);
        root["s"] = Entries(streams, PolicySection.StreamTypes);
        return JsonSerializer.SerializeToUtf8Bytes(overlay ? new Dictionary<string, object?> { ["release"] = Text(), ["s"] = root["s"] } : root);
    }

    private Dictionary<string, object?>[] Entries(string[] names, PolicySection section) =>
        [.. names.Distinct(StringComparer.Ordinal).Select(name => new Dictionary<string, object?> { [name] = AddAttributes([], section, name) })];

    private Dictionary<string, object?> Named(string name, PolicySection section)
    {
        var entry = AddAttributes([], section, name);
        entry["name"] = name;
        return entry;
    }

    private Dictionary<string, object?> AddAttributes(Dictionary<string, object?> entry, PolicySection section, string owner)
    {
        var metadata = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Name()).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var row in PolicyAttributeTable.Of(section))
        {
            if (row.Kind != PolicyValueKind.Section && random.Next(3) == 0)
                entry[row.Name] = Value(row, metadata, owner);
        }

        // A connection goes through one proxy: the kind that the sum has, or the first.
        var before = section == PolicySection.StreamTypes ? _sum[owner] : [];
        if (entry.ContainsKey("via-socks5") || before.ContainsKey("via-socks5"))
            entry.Remove("via_http_proxy");
        if (before.ContainsKey("via_http_proxy"))
            entry.Remove("via-socks5");

        if (section == PolicySection.StreamTypes)
        {
            entry["endpoint"] = $"h.example/${{{metadata[0]}}}";
            entry["metadata"] = metadata.Select(static name => new Dictionary<string, object?> { [name] = "X-Header:" }).ToArray();
            CompleteListener(entry, _sum[owner]);
        }

        return entry;
    }

    /// <summary>Adds what a listener with TLS needs, where the sum has come to be one and has it not; then the entry is part of the sum.</summary>
    private void CompleteListener(Dictionary<string, object?> entry, Dictionary<string, object?> sum)
    {
        foreach (var (name, value) in entry)
            sum[name] = value;
        if (sum.GetValueOrDefault("server") is not true || sum.GetValueOrDefault("tls") is not true)
            return;
        if (!sum.ContainsKey("server_cert") && !sum.ContainsKey("tls_cert_blob"))
            Add(random.Next(2) == 0 ? ("server_cert", Certificate) : ("tls_cert_blob", "blob-1"));
        if (sum.ContainsKey("server_cert") && !sum.ContainsKey("server_key") && !sum.ContainsKey("tls_key_blob"))
            Add(random.Next(2) == 0 ? ("server_key", Elided) : ("tls_key_blob", "blob-1"));

        void Add((string Name, string Value) added) => entry[added.Name] = sum[added.Name] = added.Value;
    }

    private object? Value(PolicyAttributeInfo row, string[] metadata, string owner) => row.Kind switch
    {
        PolicyValueKind.Flag => random.Next(2) == 0,
        PolicyValueKind.Number => Number(row),
        PolicyValueKind.NumberList => Enumerable.Range(0, random.Next(5)).Select(_ => Number(row)).ToArray(),
        PolicyValueKind.Choice => row.Choices[random.Next(row.Choices.Length)],
        PolicyValueKind.Token => "PATCH",
        PolicyValueKind.HeaderName => "X-Any:",
        PolicyValueKind.Name => Reference(row, metadata, owner),
        PolicyValueKind.NameList => new[] { Reference(row, metadata, owner) },
        PolicyValueKind.TextList => Enumerable.Range(0, random.Next(3)).Select(_ => TextFor(row)).ToArray(),
        PolicyValueKind.StatusMap => new Dictionary<string, object?> { ["404"] = Number(row), ["503"] = Number(row) },
        PolicyValueKind.ChoiceMap => new Dictionary<string, object?> { [metadata[0]] = row.Choices[random.Next(row.Choices.Length)] },
        PolicyValueKind.TextMap => new Dictionary<string, object?> { ["of its own"] = TextFor(row) },
        PolicyValueKind.Anything => new[] { 1, 2 },
        PolicyValueKind.Template => Template(row, $"${{{metadata[^1]}}}"),
        _ => TextFor(row),
    };

    private long Number(PolicyAttributeInfo row) => random.Next(3) switch
    {
        0 => row.Minimum,
        1 => row.Maximum,
        _ => random.NextInt64(row.Minimum, row.Maximum),
    };

    /// <summary>Wildcards only where they belong.</summary>
    private string Template(PolicyAttributeInfo row, string symbol) => row.Name switch
    {
        "mqtt_topic" or "mqtt_will_topic" or "mqtt_birth_topic" => TextFor(row).Replace("#", "", StringComparison.Ordinal) + symbol,
        "mqtt_subscribe" => $"+/{TextFor(row).Replace("#", "", StringComparison.Ordinal)}{symbol}/#",
        _ => TextFor(row) + symbol,
    };

    private string? Reference(PolicyAttributeInfo row, string[] metadata, string owner) => row.RefersTo switch
    {
        PolicySection.Retry => "r",
        PolicySection.Certificates => row.Name == "server_key" ? Elided : Certificate,
        PolicySection.TrustStores => "t",
        PolicySection.Auth => "u",
        PolicySection.Metadata => metadata[0],
        _ => Later(owner),
    };

    /// <summary>Only in one direction, so that no sum goes in a circle; null, which states nothing, where none is left.</summary>
    private string? Later(string owner)
    {
        var later = _sum.Keys.Where(name => StringComparer.Ordinal.Compare(name, owner) > 0).ToArray();
        return later.Length > 0 ? later[random.Next(later.Length)] : null;
    }

    private string TextFor(PolicyAttributeInfo row) =>
        row.Pattern.Length > 0 ? OfSomeForm.First(one => Regex.IsMatch(one, row.Pattern)) : row.IsSecret ? "Bearer" : Text();

    private string Name() => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Awkward[random.Next(Awkward.Length)])).TrimStart('$').Replace("}", "", StringComparison.Ordinal)
        is { Length: > 0 } name && !name.Any(char.IsControl) ? name : string.Create(CultureInfo.InvariantCulture, $"n{random.Next(100)}");

    private string Text() => Name().Replace("${", "", StringComparison.Ordinal);
}
