namespace SecureStreams.Policy;

/// <content>Members and values: 01xx.</content>
public static partial class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo WrongType = Error("SSP0101", "A value has the wrong type",
        "The attribute needs another kind of value. None is guessed, since a guess could switch TLS off or point somewhere else.",
        "Write the type that the message names.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": "https" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo OutOfRange = Error("SSP0102", "A number is out of range",
        "lws lets such numbers wrap: a port of 70000 becomes 4464. Here the policy is refused.",
        "Choose a number in the range that the message names. Numbers are never wrapped.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 70000 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo NotAllowed = Error("SSP0103", "A value is not one of those allowed",
        "The attribute knows a few words only, in lower case.",
        "Choose one of the values that the message lists. Values are case sensitive.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "protocol": "http2" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo UnknownMember = Warning("SSP0104", "A member is unknown",
        "A member without meaning is skipped, so that what it was meant to set keeps its default.",
        "Correct its spelling, remove it, or begin its name with x_ or $ when it is your own.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_mehtod": "GET" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo GivenTwice = Warning("SSP0105", "A member is given twice",
        "Only one of the values can hold, and a reader of the file may look at the other.",
        "Keep one of them; the last one counts.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 80, "port": 443 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo NumberForFlag = Warning("SSP0106", "0 or 1 stands for a boolean",
        "It is read as false or true. lws takes neither, and leaves the flag unset.",
        "Write false or true.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls": 1 } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo TextForNumber = Warning("SSP0107", "Digits in a string stand for a number",
        "They are read as the number, as lws does; other tools may not.",
        "Remove the quotes.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": "443" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo ControlCharacter = Error("SSP0108", "A text has a character that must not reach the wire",
        "A line break inside a value could end a header and begin another one.",
        "Remove control characters, CR and LF above all.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_url": "a\r\nb" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo NotAToken = Error("SSP0109", "A method or header name has a character that HTTP does not allow",
        "The peer would refuse the request, or read it as another one.",
        "Use letters, digits and !#$%&'*+-.^_`|~ only; a header name may end in one colon.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "http_method": "GET IT" } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo SectionTwice = Warning("SSP0110", "A section is given twice",
        "Both are read. lws and other tools may keep one of them only.",
        "Put all its entries into one array; both are read.",
        """
        {
          "s": [ { "one": { "endpoint": "example.com", "port": 443 } } ],
          "s": [ { "two": { "endpoint": "example.org", "port": 443 } } ]
        }
        """);

    internal static readonly PolicyDiagnosticInfo WrongForm = Error("SSP0111", "A text does not have the form asked for",
        "The attribute takes texts of one form only, such as a hash or host:port. The text is not shown: where a form is asked for, people put the secret itself.",
        "Write the text as the message says.",
        """
        { "s": [ { "demo": { "endpoint": "example.com", "port": 443, "tls": true, "tls_pins": ["AbCdEf"] } } ] }
        """);

    internal static readonly PolicyDiagnosticInfo TooManyItems = Error("SSP0112", "A list has too many items",
        "A list of this attribute has a limit, so that a policy cannot make a device keep more than it was built for.",
        "Shorten the list to what the message allows.", example: null) with
    {
        NoExample = "a list of more than 256 items is too long to be shown",
    };

    internal static readonly PolicyDiagnosticInfo ReadAsLargest = Warning("SSP0113", "A number is larger than for ever",
        "Some policies ask for more retries than there are, and mean that it never stops. In lws the number wraps: 99999 becomes 34463.",
        "Write 65535, which says so.",
        """
        {
          "retry": [ { "default": { "backoff": [ 1000 ], "conceal": 99999 } } ],
          "s": [ { "demo": { "endpoint": "example.com", "port": 443, "retry": "default" } } ]
        }
        """);
}
