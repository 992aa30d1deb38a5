namespace SecureStreams.Policy;

/// <content>The text: 00xx.</content>
public static partial class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo Empty = Error("SSP0001", "The document is empty",
        "There is nothing but white space, so that nothing can be configured. Often a file was cut off or a download failed.",
        "Write a JSON object: at least {\"s\": [...]}.",
        " ");

    internal static readonly PolicyDiagnosticInfo Encoding = Error("SSP0002", "The text is not valid UTF-8",
        "JSON is exchanged in UTF-8. Another encoding would change names and values, so that none is guessed.",
        "Save the file as UTF-8.",
        example: null) with
    {
        NoExample = "bytes that are no text cannot be shown in one",
    };

    internal static readonly PolicyDiagnosticInfo Malformed = Error("SSP0003", "The text is not valid JSON",
        "The text stops making sense at the place named. What stands in front of it was still checked.",
        "Correct the place named; what follows it was not read.",
        """
        { "s": [ { "demo": { "endpoint": "example.com" "port": 443 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo RootNotObject = Error("SSP0004", "The document is not a JSON object",
        "A policy is one object whose members are its sections.",
        "Put the whole policy between { and }.",
        """
        [ { "demo": { "endpoint": "example.com", "port": 443 } } ]
        """);

    internal static readonly PolicyDiagnosticInfo TooLarge = Error("SSP0005", "The document is too large",
        "The limit keeps a hostile or broken source from filling the memory.",
        "Split it, or raise PolicyLoadOptions.MaximumBytes.",
        example: null) with
    {
        NoExample = "a document of more than 16 MiB is too large to be shown",
    };

    internal static readonly PolicyDiagnosticInfo TooDeep = Error("SSP0006", "The document is nested too deeply",
        "The limit keeps a hostile document from exhausting the stack.",
        "A policy needs fewer than ten levels; the limit is 64.",
        """
        { "x_deep": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]], "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo StringTooLong = Error("SSP0007", "A string is too long",
        "No value of a policy needs such a length; certificates, which may, are exempt.",
        "Shorten it; only the text of certs may exceed 65536 bytes.",
        example: null) with
    {
        NoExample = "a string of more than 65536 bytes is too long to be shown",
    };

    internal static readonly PolicyDiagnosticInfo TooManyValues = Error("SSP0008", "The document has too many values",
        "The limit keeps a hostile document from filling the memory.",
        "Split it; the limit is 1000000 values.",
        example: null) with
    {
        NoExample = "a document of more than a million values is too large to be shown",
    };

    internal static readonly PolicyDiagnosticInfo MoreLeftOut = Warning("SSP0009", "More findings were left out",
        "After 1000 findings the others are only counted; errors are kept before warnings.",
        "Correct the ones listed, then load again.",
        example: null) with
    {
        NoExample = "it takes more than 1000 mistakes",
    };

    internal static readonly PolicyDiagnosticInfo Comment = Warning("SSP0010", "The text has comments",
        "JSON has no comments, and other tools may refuse the file. lws takes those that begin with #.",
        "Nothing is needed here. Other JSON tools may refuse them; a member whose name begins with $ or x_ can carry a remark.",
        """
        {
          # the demonstration
          "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo TrailingComma = Warning("SSP0011", "A comma stands before a closing bracket",
        "JSON does not allow it, and other tools may refuse the file.",
        "Remove the comma.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo MissingClosers = Warning("SSP0012", "The text ends before its last closing brackets",
        "Policies in use end like that, and lws takes them. The file may also be cut off, and streamtypes lost with its end.",
        "Add the closing brackets, and check that the file is not cut off.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443 } }
        """);

    internal static readonly PolicyDiagnosticInfo ExtraCloser = Warning("SSP0013", "One } too many before a ]",
        "Policies in use have it, and lws takes them; other JSON tools refuse the file.",
        "Remove it.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo BadEscape = Error("SSP0014", "An escape sequence is no character",
        "Half of a surrogate pair stands for nothing that could be sent.",
        "A \\uD800..\\uDFFF escape only counts as half of a pair; write the pair or the character itself.",
        """
        { "release": "\ud800", "s": [ { "demo": { "endpoint": "example.com", "port": 443 } } ] }
        """);
}
