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
                $"document: schema-version is {version.Value.Number}; this release reads up to {PolicyLoader.SupportedSchemaVersion}");
        }

        // A policy that names no product is for any.
        if (options.Product is { } wanted && document.Find("product") is { } product && product.Value.Text != wanted)
        {
            bag.Report(PolicyDiagnosticTable.ProductMismatch, product.Source, product.Node,
                $"document: product is {Wording.Quote(product.Value.Text)}, but this program is {Wording.Quote(wanted)}");
        }

        var written = document.Node.Children.Exists(static member => member.Name == "s" && (member.Kind != JsonValueKind.Array || member.Children.Count > 0));
        if (draft[PolicySection.StreamTypes].Count == 0 && !written)
            bag.Report(PolicyDiagnosticTable.NoStreamTypes, document.Source, document.Node, "document: no streamtype is defined in \"s\"");
    }
}
