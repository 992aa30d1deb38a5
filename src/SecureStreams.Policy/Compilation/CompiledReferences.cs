namespace SecureStreams.Policy;

/// <summary>Holds that <see cref="ModelBuilder"/> relies on: names are unique, and what they refer to is there. A load checks it in the draft.</summary>
internal static class CompiledReferences
{
    public static void Check(StatedPolicy policy)
    {
        var names = new HashSet<string>?[(int)PolicySection.Metadata + 1];
        names[(int)PolicySection.Certificates] = Unique(PolicySection.Certificates, policy.Certificates.Select(static one => one.Name));
        names[(int)PolicySection.Retry] = Unique(PolicySection.Retry, NamesOf(policy.Retries));
        names[(int)PolicySection.TrustStores] = Unique(PolicySection.TrustStores, NamesOf(policy.TrustStores));
        names[(int)PolicySection.Auth] = Unique(PolicySection.Auth, NamesOf(policy.Auths));
        names[(int)PolicySection.StreamTypes] = Unique(PolicySection.StreamTypes, NamesOf(policy.StreamTypes));
        Check(PolicySection.Retry, policy.Retries, names);
        Check(PolicySection.TrustStores, policy.TrustStores, names);
        Check(PolicySection.Auth, policy.Auths, names);
        Check(PolicySection.StreamTypes, policy.StreamTypes, names);
    }

    private static void Check(PolicySection section, IReadOnlyList<StatedPart> parts, HashSet<string>?[] names)
    {
        foreach (var part in parts)
            Check(section, part, names);
    }

    private static void Check(PolicySection section, in StatedPart part, HashSet<string>?[] names)
    {
        foreach (ref readonly var value in part.Values.AsSpan())
        {
            if (value.Attribute.RefersTo is not { } target || names[(int)target] is not { } known)
                continue;
            if (value.Attribute.Kind == PolicyValueKind.Name && !known.Contains(value.Value.Text) && !ResolvedNames.IsBuiltIn(target, value.Value.Text))
                throw Dangling(section, part.Name, value.Attribute, target, value.Value.Text);
            foreach (var item in value.Value.Items)
            {
                if (!known.Contains(item.Text))
                    throw Dangling(section, part.Name, value.Attribute, target, item.Text);
            }
        }
    }

    private static IEnumerable<string> NamesOf(IReadOnlyList<StatedPart> parts) => parts.Select(static part => part.Name);

    private static HashSet<string> Unique(PolicySection section, IEnumerable<string> names)
    {
        var unique = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!unique.Add(name))
                throw new InvalidOperationException($"Compiled policy: {SectionNouns.Of(section)} '{name}' is defined twice.");
        }

        return unique;
    }

    private static InvalidOperationException Dangling(PolicySection section, string name, PolicyAttributeInfo attribute, PolicySection target, string wanted) =>
        new($"Compiled policy: {SectionNouns.Of(section)} '{name}': {attribute.Name} names the {SectionNouns.Of(target)} '{wanted}', which is not defined.");
}
