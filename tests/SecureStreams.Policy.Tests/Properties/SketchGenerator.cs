using System.Diagnostics.CodeAnalysis;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Policy.Tests.Properties;

/// <summary>Random policies from the attribute table, valid, and random overlays for them, most of them valid.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the printed seed.")]
internal sealed class SketchGenerator(Random random, int size)
{
    // What a store may hold; the others may be anything, because nothing but a listener's key uses them.
    private static readonly string[] CertificateNames = ["c0", "c1", "c \"2\""];
    private static readonly string[] KeyNames = ["k0", "k1"];
    private static readonly string[] PartNames = ["a", "b", "ü 😀", "x_c", "say \"d\"", "e.f"];
    private static readonly string[] MetadataNames = ["m", "n", "x_o", "p q", "ä"];

    private static readonly string[] OddTexts =
        ["", "?", "MII...", "AAAA", "-----BEGIN A-----AA==-----END A----------BEGIN B-----AA==-----END B-----", "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"];

    private static readonly Lazy<string[]> Certificates = new(static () =>
        [.. Directory.EnumerateFiles(RepoPaths.Combine("policies"), "*.json").Order(StringComparer.Ordinal)
            .SelectMany(static file => PolicyLoader.Load(File.ReadAllBytes(file), file).Model!.Certificates.Values)
            .Select(static certificate => Convert.ToBase64String(certificate.Der.AsSpan())).Distinct()]);

    private PolicySketch _sketch = new();
    private PolicySketch _lower = new();

    /// <summary>A document that loads, with every name that it refers to.</summary>
    public static PolicySketch Policy(Random random, int size)
    {
        var generator = new SketchGenerator(random, size);
        generator.AddDocument();
        foreach (var name in generator.Some(CertificateNames))
            generator.Add(PolicySection.Certificates, new SketchPart(name, SketchPart.Empty).With("", generator.Usable()));
        foreach (var name in generator.Some(KeyNames))
            generator.Add(PolicySection.Certificates, new SketchPart(name, SketchPart.Empty).With("", SketchValues.Quote(OddTexts[random.Next(OddTexts.Length)])));
        generator.AddParts(PolicySection.Retry, 0.4);
        generator.AddParts(PolicySection.TrustStores, 0.9);
        generator.AddParts(PolicySection.Auth, 0.6);
        if (random.Next(2) == 0)
            generator.AddMetrics();

        // All names first: a streamtype may name any other.
        var streams = generator.Some(PartNames).ToList();
        foreach (var name in streams)
            generator.Add(PolicySection.StreamTypes, new SketchPart(name, SketchPart.Empty));
        foreach (var name in streams)
            generator.Add(PolicySection.StreamTypes, generator.StreamType(name));
        return generator._sketch;
    }

    /// <summary>A document to lay over <paramref name="lower"/>. Their sum may lack something that is referred to.</summary>
    public static PolicySketch Overlay(Random random, int size, PolicySketch lower)
    {
        var generator = new SketchGenerator(random, size) { _lower = lower };
        if (random.Next(3) == 0)
            generator.AddDocument();
        foreach (var name in generator.Some(CertificateNames))
            generator.AddOrRemove(PolicySection.Certificates, new SketchPart(name, SketchPart.Empty).With("", generator.Usable()));
        foreach (var section in (ReadOnlySpan<PolicySection>)[PolicySection.Retry, PolicySection.TrustStores, PolicySection.Auth])
        {
            foreach (var name in generator.Some(PartNames))
                generator.AddOrRemove(section, generator.Part(section, name, 0.5));
        }

        if (random.Next(4) == 0)
            generator.AddMetrics();
        foreach (var name in generator.Some(PartNames))
        {
            var known = lower[PolicySection.StreamTypes].Any(one => one.Name == name);
            generator.AddOrRemove(PolicySection.StreamTypes, known ? generator.Adjustment(name) : generator.StreamType(name));
        }

        return generator._sketch;
    }

    /// <summary>Another streamtype of the same name and metadata, for a policy that has everything <paramref name="within"/> has.</summary>
    public static SketchPart Replacement(Random random, int size, PolicySketch within, SketchPart old)
    {
        var generator = new SketchGenerator(random, size) { _sketch = within };
        return generator.StreamType(old.Name, old.Members!.GetValueOrDefault("metadata"));
    }

    private void AddDocument()
    {
        foreach (var row in PolicyAttributeTable.Of(PolicySection.Document).Where(static row => row.Kind != PolicyValueKind.Section))
        {
            if (random.Next(2) == 0 && !IsSecondProxy(row, name => _sketch.Document.ContainsKey(name) || _lower.Document.ContainsKey(name)))
                _sketch = _sketch with { Document = _sketch.Document.SetItem(row.Name, OrNull(SketchValues.Of(row, random, NamesOf)!)) };
        }
    }

    private void AddParts(PolicySection section, double share)
    {
        foreach (var name in Some(PartNames))
            Add(section, Part(section, name, share));
    }

    private void AddMetrics()
    {
        _sketch = _sketch with { Parts = _sketch.Parts.SetItem(PolicySection.Metrics, []) };
        for (var count = random.Next(4); count > 0; count--)
            Add(PolicySection.Metrics, Part(PolicySection.Metrics, PartNames[random.Next(2)], 0.5));
    }

    private SketchPart Part(PolicySection section, string name, double share)
    {
        var part = new SketchPart(name, SketchPart.Empty);
        foreach (var row in PolicyAttributeTable.Of(section))
        {
            if (row.Name != "name" && random.NextDouble() < share && SketchValues.Of(row, random, NamesOf) is { } json)
                part = part.With(row.Name, OrNull(json));
        }

        return part;
    }

    private SketchPart StreamType(string name, string? metadata = null)
    {
        var declared = metadata is null ? Some(MetadataNames).ToList() : [.. MetadataNames.Where(one => metadata.Contains(SketchValues.Quote(one), StringComparison.Ordinal))];
        var server = random.Next(4) == 0;
        var part = new SketchPart(name, SketchPart.Empty);
        if (server)
            part = part.With("server", "true");
        if (metadata is not null)
            part = part.With("metadata", metadata);
        else if (declared.Count > 0 || random.Next(2) == 0)
            part = part.With("metadata", SketchValues.Metadata(random, declared));
        foreach (var row in PolicyAttributeTable.Of(PolicySection.StreamTypes))
        {
            if (row.Name is not ("server" or "metadata") && (row.Name == "endpoint" || random.NextDouble() < 0.15))
                part = State(part, row, declared);
        }

        // A listener in TLS needs a certificate and a key from somewhere, and each broker's client an id of its own.
        if (server)
            part = part.With("tls_cert_blob", "\"cert\"").With("tls_key_blob", "\"key\"");
        return part.With("mqtt_client_id", SketchValues.Quote("id " + name));
    }

    /// <summary>What an overlay says of a streamtype that there is.</summary>
    private SketchPart Adjustment(string name)
    {
        var lower = _lower[PolicySection.StreamTypes].First(one => one.Name == name);
        var metadata = lower.Members?.GetValueOrDefault("metadata") ?? "";
        List<string> declared = [.. MetadataNames.Where(one => metadata.Contains(SketchValues.Quote(one), StringComparison.Ordinal))];
        var part = new SketchPart(name, SketchPart.Empty);
        foreach (var row in PolicyAttributeTable.Of(PolicySection.StreamTypes))
        {
            if (random.NextDouble() > 0.12)
                continue;
            if (row.Name == "metadata" && random.Next(8) != 0)
                part = part.With("metadata", SketchValues.Metadata(random, [.. Some(MetadataNames)]));
            else if (row.Name != "endpoint" && random.Next(4) == 0)
                part = part.With(row.Name, "null");
            else
                part = State(part, row, declared);
        }

        return part;
    }

    private SketchPart State(SketchPart part, PolicyAttributeInfo row, List<string> declared)
    {
        if (IsSecondProxy(row, name => part.Members!.ContainsKey(name) || _lower[PolicySection.StreamTypes].Any(one => one.Name == part.Name && one.Members?.ContainsKey(name) == true)))
            return part;

        // What rules look at beyond type and range.
        switch (row.Name)
        {
            case "endpoint":
                return part.With(row.Name, SketchValues.Quote(SketchValues.Endpoint(random, declared)));
            case "mqtt_topic" or "mqtt_will_topic" or "mqtt_birth_topic" or "mqtt_subscribe":
                return part.With(row.Name, SketchValues.Quote(SketchValues.Topic(random, declared, row.Name == "mqtt_subscribe")));

            // A circle would never end.
            case "rideshare":
                var later = NamesOf(PolicySection.StreamTypes).Where(name => string.CompareOrdinal(name, part.Name) > 0).ToList();
                return SketchValues.Pick(random, later) is { } next ? part.With(row.Name, SketchValues.Quote(next)) : part;

            // Two streams of one client id would fight over it.
            case "mqtt_client_id":
                return part.With(row.Name, SketchValues.Quote("id " + part.Name));

            // A certificate cannot be one, nor a key that belongs to another certificate; of these nobody can tell.
            case "server_key":
                return SketchValues.Pick(random, NamesOf(PolicySection.Certificates, KeyNames)) is { } key ? part.With(row.Name, SketchValues.Quote(key)) : part;

            // A token that should not stand there.
            case "http_auth_preamble":
                return part.With(row.Name, SketchValues.Quote(random.Next(2) == 0 ? "Bearer " : "Bearer hunter2"));
        }

        var json = SketchValues.Of(row, random, section => section == PolicySection.Metadata ? declared : NamesOf(section));
        return json is null ? part : part.With(row.Name, json);
    }

    /// <summary>A connection goes through one proxy.</summary>
    private static bool IsSecondProxy(PolicyAttributeInfo row, Predicate<string> isStated) =>
        (row.Name == "via_http_proxy" && isStated("via-socks5")) || (row.Name == "via-socks5" && isStated("via_http_proxy"));

    private void Add(PolicySection section, SketchPart part) => _sketch = _sketch.With(section, part);

    private void AddOrRemove(PolicySection section, SketchPart part) => Add(section, random.Next(12) == 0 ? part with { Members = null } : part);

    /// <summary>Names that can be referred to: of this layer and of those below. Of certificates those that may stand in a store.</summary>
    private List<string> NamesOf(PolicySection section) => NamesOf(section, section == PolicySection.Certificates ? CertificateNames : null);

    private List<string> NamesOf(PolicySection section, string[]? among) =>
        [.. _lower[section].Concat(_sketch[section]).Where(static part => part.Members is not null).Select(static part => part.Name)
            .Where(name => among?.Contains(name) != false).Distinct()];

    private string Usable() => random.Next(4) == 0 ? "\"MIIB...\"" : SketchValues.Quote(Certificates.Value[random.Next(Certificates.Value.Length)]);

    private string OrNull(string json) => random.Next(8) == 0 ? "null" : json;

    /// <summary>More of them the larger the case.</summary>
    private IEnumerable<string> Some(string[] names) => names.Where(_ => random.Next(100) < Math.Max(15, Math.Min(size, 70)));
}
