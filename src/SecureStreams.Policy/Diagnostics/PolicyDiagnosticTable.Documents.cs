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

    internal static readonly PolicyDiagnosticInfo KeyUnusable = Error("SSP0504", "A key for signatures of policies is none",
        "The text has the form of a public key, but what it says is no point of the curve: no signature could ever be verified by it.",
        "Copy the key anew, whole: sstreams policy sign prints it, and so does openssl (ec -pubout -outform DER) in base64.",
        """
        {
          "policy_keys": [ { "ops": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==" } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo NoSuchTime = Error("SSP0505", "A policy expires at a time that does not exist",
        "It has the form of a time, but the calendar has no such day.",
        "Write a day that there is.",
        """
        { "policy_expires": "2030-02-30T00:00:00Z", "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo TooFewKeys = Warning("SSP0506", "More signatures are asked for than there are keys",
        "Each key counts once, so that no fetched policy can have enough signatures, and each is refused.",
        "Lower policy_signatures, or add to policy_keys.",
        """
        {
          "policy_keys": [ { "ops": "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgH08jG2NH9ijkk8K0J1Vi8PzXujBpqFE6/Y89J7qgnhmMoTfNwAAXHQf7rztnA+KUNzKg6jXG4+MjN22/FjpfA==" } ],
          "policy_signatures": 2,
          "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ]
        }
        """);
}
