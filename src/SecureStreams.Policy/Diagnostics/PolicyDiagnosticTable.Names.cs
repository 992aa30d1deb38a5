namespace SecureStreams.Policy;

/// <content>Names: 02xx.</content>
public static partial class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo DuplicateName = Error("SSP0201", "A name is defined twice in one document",
        "It could not be told which of the two is meant where the name is used.",
        "Rename or remove one of them; use an overlay to change an earlier definition.",
        """
        { "s": [
          { "demo": { "endpoint": "example.com", "port": 443 } },
          { "demo": { "endpoint": "example.org", "port": 443 } }
        ] }
        """);

    internal static readonly PolicyDiagnosticInfo DanglingName = Error("SSP0202", "A name refers to nothing",
        "The streamtype could not work as its author meant it. Unlike in lws, a name must match whole, not only its beginning.",
        "Define it, or correct the spelling. Names match exactly.",
        """
        {
          "retry": [ { "default": { "backoff": [ 1000 ], "conceal": 3 } } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "retry": "defualt" } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo UndeclaredSymbol = Error("SSP0203", "A ${} symbol is not declared as metadata",
        "Without a declaration no application can give it a value.",
        "Add it to the streamtype's metadata, as in \"metadata\": [{\"name\": \"\"}].",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_url": "of/${city}" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo ForwardReference = Warning("SSP0204", "A name is used before it is defined",
        "It works here. lws reads from the top and would not find it.",
        "Nothing is needed here. For use with lws, move the definition in front.",
        """
        {
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "retry": "default" } } ],
          "retry": [ { "default": { "backoff": [ 1000 ], "conceal": 3 } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo EmptyName = Error("SSP0205", "A name is missing or empty",
        "Nothing could refer to the entry.",
        "Give it a name.",
        """
        { "s": [ { "": { "endpoint": "example.com", "port": 443 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo UnclosedSymbol = Warning("SSP0206", "A ${ is never closed",
        "The text goes out as it stands, with the ${ in it.",
        "Add the }; without it the text is taken literally.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_url": "of/${city", "metadata": [ { "city": "" } ] } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo Unused = Warning("SSP0207", "Something is defined and never used",
        "A retry scheme, certificate, trust store or authentication scheme that no streamtype needs is either left over, or the streamtype that should name it does not.",
        "Name it where it is meant to be used, or remove it.",
        """
        {
          "retry": [ { "default": { "backoff": [ 1000 ], "conceal": 3 } } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo NothingToRemove = Warning("SSP0210", "null removes a definition that there is not",
        "In an overlay, null in place of a definition takes away what a layer below defines. Here no layer below defines it.",
        "Remove the line, or correct the name.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 80 }, "no_such": null } ] }
        """);
}
