using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Whether this program may load the document at all.</summary>
internal static class DocumentRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag, PolicyLoadOptions options)
    {
        var document = draft.Document;
        if (document.Find("schema-version") is { } version && version.Value.Number > PolicyLoader.SupportedSchemaVersion)
        {
            bag.Report(PolicyDiagnosticTable.SchemaTooNew, version.Source, version.Node,
                $"document: schema-version is {QuotedValue.Number(version.Node.Text)}; this release reads up to {PolicyLoader.SupportedSchemaVersion}");
        }

        // A policy that names no product is for any.
        if (options.Product is { } wanted && document.Find("product") is { } product && product.Value.Text != wanted)
        {
            bag.Report(PolicyDiagnosticTable.ProductMismatch, product.Source, product.Node,
                $"document: product is {QuotedValue.Of(product.Value.Text)}, but this program is {Allowed.OneOf([wanted]).As(Wording.Quote(wanted))}");
        }

        // Something in "s" that is no streamtype has been reported already; null and {} have not.
        if (draft[PolicySection.StreamTypes].Count == 0 && !document.Node.Children.Exists(static member => member.IsNamed("s") && HasContent(member)))
            bag.Report(PolicyDiagnosticTable.NoStreamTypes, document.Source, document.Node, "document: no streamtype is defined in \"s\"");
    }

    private static bool HasContent(JsonNode section) => section.Kind switch
    {
        JsonValueKind.Null => false,
        JsonValueKind.Array => section.Children.Exists(static item => item.Kind switch
        {
            JsonValueKind.Null => false,
            JsonValueKind.Object => item.Children.Exists(static member => member.Kind != JsonValueKind.Null && !member.IsAuthorsOwn),
            _ => true,
        }),
        _ => true,
    };
}
