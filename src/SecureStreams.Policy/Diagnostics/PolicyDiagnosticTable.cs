using System.Collections.Immutable;

namespace SecureStreams.Policy;

/// <summary>
/// Every id a policy can be answered with. 00xx: the text; 01xx: members and values; 02xx: names; 03xx: certificates and secrets;
/// 04xx: rules of streamtypes and schemes; 05xx: the document as a whole. An id that is retired stays as a comment.
/// </summary>
public static class PolicyDiagnosticTable
{
    internal static readonly PolicyDiagnosticInfo Empty = Error("SSP0001", "The document is empty",
        "Write a JSON object: at least {\"s\": [...]}.");
    internal static readonly PolicyDiagnosticInfo Encoding = Error("SSP0002", "The text is not valid UTF-8",
        "Save the file as UTF-8.");
    internal static readonly PolicyDiagnosticInfo Malformed = Error("SSP0003", "The text is not valid JSON",
        "Correct the place named; what follows it was not read.");
    internal static readonly PolicyDiagnosticInfo RootNotObject = Error("SSP0004", "The document is not a JSON object",
        "Put the whole policy between { and }.");
    internal static readonly PolicyDiagnosticInfo TooLarge = Error("SSP0005", "The document is too large",
        "Split it, or raise PolicyLoadOptions.MaximumBytes.");
    internal static readonly PolicyDiagnosticInfo TooDeep = Error("SSP0006", "The document is nested too deeply",
        "A policy needs fewer than ten levels; the limit is 64.");
    internal static readonly PolicyDiagnosticInfo StringTooLong = Error("SSP0007", "A string is too long",
        "Shorten it; only the text of certs may exceed 65536 bytes.");
    internal static readonly PolicyDiagnosticInfo TooManyValues = Error("SSP0008", "The document has too many values",
        "Split it; the limit is 1000000 values.");
    internal static readonly PolicyDiagnosticInfo MoreLeftOut = Warning("SSP0009", "More findings were left out",
        "Correct the ones listed, then load again.");
    internal static readonly PolicyDiagnosticInfo Comment = Warning("SSP0010", "The text has comments",
        "Nothing is needed here. Other JSON tools may refuse them; a member whose name begins with $ or x_ can carry a remark.");
    internal static readonly PolicyDiagnosticInfo TrailingComma = Warning("SSP0011", "A comma stands before a closing bracket",
        "Remove the comma.");
    internal static readonly PolicyDiagnosticInfo MissingClosers = Warning("SSP0012", "The text ends before its last closing brackets",
        "Add the closing brackets, and check that the file is not cut off.");
    internal static readonly PolicyDiagnosticInfo ExtraCloser = Warning("SSP0013", "One } too many before a ]",
        "Remove it.");
    internal static readonly PolicyDiagnosticInfo BadEscape = Error("SSP0014", "An escape sequence is no character",
        "A \\uD800..\\uDFFF escape only counts as half of a pair; write the pair or the character itself.");

    internal static readonly PolicyDiagnosticInfo WrongType = Error("SSP0101", "A value has the wrong type",
        "Write the type that the message names.");
    internal static readonly PolicyDiagnosticInfo OutOfRange = Error("SSP0102", "A number is out of range",
        "Choose a number in the range that the message names. Numbers are never wrapped.");
    internal static readonly PolicyDiagnosticInfo NotAllowed = Error("SSP0103", "A value is not one of those allowed",
        "Choose one of the values that the message lists. Values are case sensitive.");
    internal static readonly PolicyDiagnosticInfo UnknownMember = Warning("SSP0104", "A member is unknown",
        "Correct its spelling, remove it, or begin its name with x_ or $ when it is your own.");
    internal static readonly PolicyDiagnosticInfo GivenTwice = Warning("SSP0105", "A member is given twice",
        "Keep one of them; the last one counts.");
    internal static readonly PolicyDiagnosticInfo NumberForFlag = Warning("SSP0106", "0 or 1 stands for a boolean",
        "Write false or true.");
    internal static readonly PolicyDiagnosticInfo TextForNumber = Warning("SSP0107", "Digits in a string stand for a number",
        "Remove the quotes.");
    internal static readonly PolicyDiagnosticInfo ControlCharacter = Error("SSP0108", "A text has a character that must not reach the wire",
        "Remove control characters, CR and LF above all.");
    internal static readonly PolicyDiagnosticInfo NotAToken = Error("SSP0109", "A method or header name has a character that HTTP does not allow",
        "Use letters, digits and !#$%&'*+-.^_`|~ only; a header name may end in one colon.");
    internal static readonly PolicyDiagnosticInfo SectionTwice = Warning("SSP0110", "A section is given twice",
        "Put all its entries into one array; both are read.");
    internal static readonly PolicyDiagnosticInfo WrongForm = Error("SSP0111", "A text does not have the form asked for",
        "Write it in the form that the message describes. The text is not quoted: it may be the secret that it should only name.");
    internal static readonly PolicyDiagnosticInfo TooManyItems = Error("SSP0112", "A list has too many items",
        "Leave items out; the message names the limit.");

    internal static readonly PolicyDiagnosticInfo DuplicateName = Error("SSP0201", "A name is defined twice in one document",
        "Rename or remove one of them; use an overlay to change an earlier definition.");
    internal static readonly PolicyDiagnosticInfo DanglingName = Error("SSP0202", "A name refers to nothing",
        "Define it, or correct the spelling. Names match exactly.");
    internal static readonly PolicyDiagnosticInfo UndeclaredSymbol = Error("SSP0203", "A ${} symbol is not declared as metadata",
        "Add it to the streamtype's metadata, as in \"metadata\": [{\"name\": \"\"}].");
    internal static readonly PolicyDiagnosticInfo ForwardReference = Warning("SSP0204", "A name is used before it is defined",
        "Nothing is needed here. For use with lws, move the definition in front.");
    internal static readonly PolicyDiagnosticInfo EmptyName = Error("SSP0205", "A name is missing or empty",
        "Give it a name.");
    internal static readonly PolicyDiagnosticInfo UnclosedSymbol = Warning("SSP0206", "A ${ is never closed",
        "Add the }; without it the text is taken literally.");

    internal static readonly PolicyDiagnosticInfo NothingToRemove = Warning("SSP0210", "null removes a definition that there is not",
        "Remove the line, or correct the name: in an overlay, null takes the definition of a layer below away.");

    internal static readonly PolicyDiagnosticInfo CertificateElided = Warning("SSP0301", "A certificate is shortened with ...",
        "Put the whole base64 text in; a stream that needs the certificate is refused when it connects.");
    internal static readonly PolicyDiagnosticInfo CertificateInvalid = Error("SSP0302", "A certificate that is used cannot be read",
        "Put the base64 text of one DER certificate in, as between the BEGIN and END lines of a PEM file.");
    internal static readonly PolicyDiagnosticInfo CertificateUnusable = Warning("SSP0303", "A certificate that nothing uses cannot be read",
        "Remove it, or put the base64 text of one DER certificate in.");
    internal static readonly PolicyDiagnosticInfo CertificateExpired = Warning("SSP0304", "A certificate is not valid at this time",
        "Replace it; peers whose chain ends in it will be refused.");
    internal static readonly PolicyDiagnosticInfo PrivateKeyInText = Warning("SSP0305", "A private key stands in the policy",
        "Keep keys out of policies: refer to a blob.");
    internal static readonly PolicyDiagnosticInfo SecretInText = Warning("SSP0306", "A secret stands in the policy",
        "Keep passwords and tokens out of policies: refer to a blob.");
    internal static readonly PolicyDiagnosticInfo EmptyTrustStore = Warning("SSP0307", "A trust store is empty",
        "Name its certificates in stack; an empty store trusts no peer.");

    internal static readonly PolicyDiagnosticInfo EndpointMissing = Error("SSP0401", "A client streamtype has no endpoint",
        "Add endpoint; or set server to true if it listens, local_sink if it is served inside the process.");
    internal static readonly PolicyDiagnosticInfo TrustWithoutTls = Warning("SSP0402", "A trust store is named but TLS is off",
        "Set tls to true, or remove tls_trust_store: without TLS no peer is checked.");
    internal static readonly PolicyDiagnosticInfo NailedUpOpportunistic = Warning("SSP0403", "nailed_up and opportunistic contradict each other",
        "Keep one: opportunistic switches off the reconnection that nailed_up asks for.");
    internal static readonly PolicyDiagnosticInfo ServerOnly = Warning("SSP0404", "An attribute of servers stands on a client",
        "Remove it, or set server to true.");
    internal static readonly PolicyDiagnosticInfo OtherProtocol = Warning("SSP0405", "An attribute of another protocol has no effect",
        "Remove it, or correct protocol.");
    internal static readonly PolicyDiagnosticInfo PingNotBeforeHangup = Warning("SSP0406", "The validity ping never happens",
        "Make svalidping smaller than svalidhup.");

    internal static readonly PolicyDiagnosticInfo SchemaTooNew = Error("SSP0501", "The policy needs a newer reader",
        "Use a release that supports this schema-version.");
    internal static readonly PolicyDiagnosticInfo ProductMismatch = Error("SSP0502", "The policy is for another product",
        "Load the policy of this product.");
    internal static readonly PolicyDiagnosticInfo NoStreamTypes = Warning("SSP0503", "The policy defines no streamtype",
        "Define streamtypes in \"s\".");

    /// <summary>All rows, by id.</summary>
    public static ImmutableArray<PolicyDiagnosticInfo> All { get; } =
    [
        Empty, Encoding, Malformed, RootNotObject, TooLarge, TooDeep, StringTooLong, TooManyValues, MoreLeftOut, Comment, TrailingComma, MissingClosers,
        ExtraCloser, BadEscape,
        WrongType, OutOfRange, NotAllowed, UnknownMember, GivenTwice, NumberForFlag, TextForNumber, ControlCharacter, NotAToken, SectionTwice,
        WrongForm, TooManyItems,
        DuplicateName, DanglingName, UndeclaredSymbol, ForwardReference, EmptyName, UnclosedSymbol, NothingToRemove,
        CertificateElided, CertificateInvalid, CertificateUnusable, CertificateExpired, PrivateKeyInText, SecretInText, EmptyTrustStore,
        EndpointMissing, TrustWithoutTls, NailedUpOpportunistic, ServerOnly, OtherProtocol, PingNotBeforeHangup,
        SchemaTooNew, ProductMismatch, NoStreamTypes,
    ];

    private static PolicyDiagnosticInfo Error(string id, string title, string fix) => new(id, PolicySeverity.Error, title, fix);

    private static PolicyDiagnosticInfo Warning(string id, string title, string fix) => new(id, PolicySeverity.Warning, title, fix);
}
