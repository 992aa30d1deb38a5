using System.Globalization;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Explaining;

/// <summary>The columns of an attribute's row in words.</summary>
internal static class AttributeWords
{
    /// <summary>Where the attribute stands, as the policy spells it; the document itself has no name there.</summary>
    public static string SectionName(PolicySection section) => section switch
    {
        PolicySection.Retry => "retry",
        PolicySection.Certificates => "certs",
        PolicySection.TrustStores => "trust_stores",
        PolicySection.Auth => "auth",
        PolicySection.Metrics => "metrics",
        PolicySection.StreamTypes => "s",
        PolicySection.Metadata => "metadata",
        _ => "document",
    };

    /// <summary>For people.</summary>
    public static string SectionTitle(PolicySection section) => section switch
    {
        PolicySection.Document => "document: members of the policy itself",
        PolicySection.Retry => "retry: back-off schemes",
        PolicySection.TrustStores => "trust_stores: certificates to trust",
        PolicySection.Auth => "auth: authentication schemes",
        PolicySection.Metrics => "metrics: reports of measurements",
        PolicySection.StreamTypes => "s: streamtypes",
        _ => SectionName(section),
    };

    public static string Type(PolicyAttributeInfo row) => row.Kind switch
    {
        PolicyValueKind.Flag => "true or false",
        PolicyValueKind.Number => "whole number",
        PolicyValueKind.NumberList => "array of whole numbers",
        PolicyValueKind.Text => "string",
        PolicyValueKind.Template => "string with ${name} symbols",
        PolicyValueKind.Choice => "one of a few strings",
        PolicyValueKind.Token => "HTTP token",
        PolicyValueKind.HeaderName => "header name, with or without a colon at the end",
        PolicyValueKind.Name => $"name of an entry of {Target(row)}",
        PolicyValueKind.NameList => $"array of names of entries of {Target(row)}",
        PolicyValueKind.MetadataMap => "array of objects: name to header name or \"\"",
        PolicyValueKind.StatusMap => "array of objects: status 100..599 to state",
        PolicyValueKind.ChoiceMap => $"array of objects: name of an entry of {Target(row)} to one of a few strings",
        PolicyValueKind.TextMap => "array of objects: a name to a string",
        PolicyValueKind.TextList => "array of strings",
        PolicyValueKind.Section => "array of objects",
        _ => "anything",
    };

    /// <summary>What <see cref="PolicyAttributeInfo.RefersTo"/> names; null where nothing is referred to.</summary>
    public static string? Target(PolicyAttributeInfo row) => row.RefersTo is { } section ? SectionName(section) : null;

    public static bool HasRange(PolicyAttributeInfo row) => row.Kind is PolicyValueKind.Number or PolicyValueKind.NumberList or PolicyValueKind.StatusMap;

    /// <summary>Whether the range has an upper end.</summary>
    public static bool IsBounded(PolicyAttributeInfo row) => row.Maximum != long.MaxValue;

    public static string Range(PolicyAttributeInfo row) => IsBounded(row)
        ? string.Create(CultureInfo.InvariantCulture, $"{row.Minimum}..{row.Maximum}")
        : string.Create(CultureInfo.InvariantCulture, $"{row.Minimum} or more");

    /// <summary>Whether the number of items is limited.</summary>
    public static bool HasMaximumItems(PolicyAttributeInfo row) => row.MaximumItems != int.MaxValue;

    /// <summary>A text that is refused, and why.</summary>
    public static IEnumerable<string> Refused(PolicyAttributeInfo row) => row.Refused.Select(static one => $"{one.Key} ({one.Value})");

    public static IEnumerable<string> Scopes(PolicyScopes scopes) => Names(
        (scopes.HasFlag(PolicyScopes.Client), "client"), (scopes.HasFlag(PolicyScopes.Server), "server"), (scopes.HasFlag(PolicyScopes.Proxy), "proxy"));

    public static IEnumerable<string> Protocols(PolicyProtocols protocols)
    {
        var http = protocols.HasFlag(PolicyProtocols.Http);
        return Names(
            (http, "h1"), (http, "h2"), (http, "h3"), (protocols.HasFlag(PolicyProtocols.WebSocket), "ws"),
            (protocols.HasFlag(PolicyProtocols.Mqtt), "mqtt"), (protocols.HasFlag(PolicyProtocols.Raw), "raw"));
    }

    /// <summary>As the reference page calls it.</summary>
    public static string Impact(PolicyImpact impact) => impact switch
    {
        PolicyImpact.Live => "live",
        PolicyImpact.NextAttempt => "next_attempt",
        PolicyImpact.Reconnect => "reconnect",
        _ => "recreate",
    };

    /// <summary>What a change asks of streams that run.</summary>
    public static string ImpactMeaning(PolicyImpact impact) => impact switch
    {
        PolicyImpact.Live => "takes effect on the running connection",
        PolicyImpact.NextAttempt => "takes effect at the next attempt or transaction",
        PolicyImpact.Reconnect => "the connection is replaced",
        _ => "the stream is created anew",
    };

    private static IEnumerable<string> Names(params (bool Is, string Name)[] names) => names.Where(static one => one.Is).Select(static one => one.Name);
}
