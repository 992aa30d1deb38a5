namespace SecureStreams.Policy;

/// <content>The document as a whole: 05xx.</content>
public static partial class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo SchemaTooNew = Error("SSP0501", "The policy needs a newer reader",
        "It may say things that this release would read wrongly.",
        "Use a release that supports this schema-version.",
        """
        { "schema-version": 99, "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo ProductMismatch = Error("SSP0502", "The policy is for another product",
        "A program can say which product it is; a policy that names another was delivered to the wrong place.",
        "Load the policy of this product.",
        """
        { "product": "lamp", "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ] }
        """) with
    {
        ExampleOptions = new PolicyLoadOptions { Product = "camera" },
        ExampleNote = "Loaded by the product camera:",
    };

    internal static readonly PolicyDiagnosticInfo NoStreamTypes = Warning("SSP0503", "The policy defines no streamtype",
        "No stream can be created from it.",
        "Define streamtypes in \"s\".",
        """
        { "s": [] }
        """);
}
