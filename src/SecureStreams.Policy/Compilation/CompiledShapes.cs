namespace SecureStreams.Policy;

/// <summary>Which shape the values of an attribute have: compiler and builder must agree.</summary>
internal static class CompiledShapes
{
    public static CompiledShape Of(PolicyValueKind kind) => kind switch
    {
        PolicyValueKind.Flag => CompiledShape.Flag,
        PolicyValueKind.Number => CompiledShape.Number,
        PolicyValueKind.NumberList => CompiledShape.Numbers,
        PolicyValueKind.NameList or PolicyValueKind.TextList => CompiledShape.Texts,
        PolicyValueKind.MetadataMap or PolicyValueKind.StatusMap or PolicyValueKind.ChoiceMap or PolicyValueKind.TextMap => CompiledShape.Map,
        PolicyValueKind.Text or PolicyValueKind.Template or PolicyValueKind.Choice or PolicyValueKind.Token or PolicyValueKind.HeaderName or
            PolicyValueKind.Name or PolicyValueKind.Anything => CompiledShape.Text,

        // Sections are parts, not values. A kind that is added must be given its shape here.
        _ => throw new InvalidOperationException($"Values of kind {kind} have no compiled form."),
    };

    /// <summary>What the entries of a map map to.</summary>
    public static CompiledShape OfEntries(PolicyValueKind map) => map == PolicyValueKind.StatusMap ? CompiledShape.Number : CompiledShape.Text;

    /// <summary>In words that follow "is" and "has".</summary>
    public static string Describe(CompiledShape shape) => shape switch
    {
        CompiledShape.Flag => "a flag",
        CompiledShape.Number => "a number",
        CompiledShape.Text => "a text",
        CompiledShape.Numbers => "a list of numbers",
        CompiledShape.Texts => "a list of texts",
        _ => "a map",
    };
}
