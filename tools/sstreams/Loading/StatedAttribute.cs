using SecureStreams.Policy;

namespace SecureStreams.Tool;

/// <summary>An attribute that a policy states.</summary>
/// <param name="Owner">What states it, as diagnostics call it: <c>streamtype 'one'</c>.</param>
internal readonly record struct StatedAttribute(PolicyLocation Location, PolicyAttributeInfo Attribute, string Owner)
{
    /// <summary>What <paramref name="model"/> states and this release accepts without effect, by place.</summary>
    public static IEnumerable<StatedAttribute> NotActedOn(PolicyModel model) => AllOf(model).Where(static one => !one.Attribute.ActedOn)
        .OrderBy(static one => one.Location.File, StringComparer.Ordinal).ThenBy(static one => one.Location.Line).ThenBy(static one => one.Location.Column);

    private static IEnumerable<StatedAttribute> AllOf(PolicyModel model) =>
        Of("document", model.Document)
            .Concat(model.Auths.Values.SelectMany(static auth => Of($"auth scheme '{auth}'", auth)))
            .Concat(model.Metrics.SelectMany(static metric => Of($"metric '{metric}'", metric)))
            .Concat(model.TrustStores.Values.SelectMany(static store => Of($"trust store '{store}'", store)))
            .Concat(model.Retries.Values.SelectMany(static retry => Of($"retry scheme '{retry}'", retry)))
            .Concat(model.StreamTypes.Values.SelectMany(static type => Of($"streamtype '{type}'", type)));

    private static IEnumerable<StatedAttribute> Of(string owner, PolicyPart part) =>
        part.Stated.Select(value => new StatedAttribute(value.Location, value.Attribute, owner));
}
