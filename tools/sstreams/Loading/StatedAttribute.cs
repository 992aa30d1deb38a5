using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>An attribute that a policy states.</summary>
/// <param name="Owner">What states it, as diagnostics call it: <c>streamtype 'one'</c>.</param>
internal readonly record struct StatedAttribute(PolicyLocation Location, PolicyAttributeInfo Attribute, string Owner)
{
    /// <summary>What <paramref name="model"/> states and this release accepts without effect, by place.</summary>
    public static IEnumerable<StatedAttribute> NotActedOn(PolicyModel model) => AllOf(model).Where(static one => !one.Attribute.ActedOn)
        .OrderBy(static one => one.Location.File, StringComparer.Ordinal).ThenBy(static one => one.Location.Line).ThenBy(static one => one.Location.Column);

    // The one place that knows where the model keeps what is stated.
    private static IEnumerable<StatedAttribute> AllOf(PolicyModel model) =>
        model.Additional.Select(static value => new StatedAttribute(value.Location, value.Attribute, "document"))
            .Concat(model.OtherEntries.SelectMany(static entry => entry.Values.Select(
                value => new StatedAttribute(value.Location, value.Attribute, $"{(entry.Section == PolicySection.Auth ? "auth scheme" : "entry")} '{entry.Name}'"))))
            .Concat(model.Retries.Values.SelectMany(static retry => Of(PolicySection.Retry, $"retry scheme '{retry.Name}'", retry.Provenance)))
            .Concat(model.StreamTypes.Values.SelectMany(static type => Of(PolicySection.StreamTypes, $"streamtype '{type.Name}'", type.Provenance)));

    private static IEnumerable<StatedAttribute> Of(PolicySection section, string owner, PolicyProvenance provenance)
    {
        foreach (var name in provenance.Attributes)
        {
            if (PolicyAttributeTable.Find(section, name) is { } attribute && provenance.Find(name) is { } location)
                yield return new StatedAttribute(location, attribute, owner);
        }
    }
}
