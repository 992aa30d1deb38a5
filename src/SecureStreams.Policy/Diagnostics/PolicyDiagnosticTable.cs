using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace SecureStreams.Policy;

/// <summary>
/// Every id a policy can be answered with. 00xx: the text; 01xx: members and values; 02xx: names; 03xx: certificates and secrets;
/// 04xx: rules of streamtypes and schemes; 05xx: the document as a whole. An id that is retired stays as a comment.
/// </summary>
public static partial class PolicyDiagnosticTable
{
    static PolicyDiagnosticTable()
    {
        // In the constructor, which runs after the rows of every part of this class have been made.
        All =
        [
            Empty, Encoding, Malformed, RootNotObject, TooLarge, TooDeep, StringTooLong, TooManyValues, MoreLeftOut, Comment, TrailingComma, MissingClosers,
            ExtraCloser, BadEscape,
            WrongType, OutOfRange, NotAllowed, UnknownMember, GivenTwice, NumberForFlag, TextForNumber, ControlCharacter, NotAToken, SectionTwice,
            WrongForm, TooManyItems, ReadAsLargest,
            DuplicateName, DanglingName, UndeclaredSymbol, ForwardReference, EmptyName, UnclosedSymbol, Unused, NothingToRemove,
            CertificateElided, CertificateInvalid, CertificateUnusable, CertificateExpired, PrivateKeyInText, SecretInText, EmptyTrustStore,
            CertificateExpiresSoon, KeyMismatch, CertificateForKey, OddIdentity,
            EndpointMissing, TrustWithoutTls, NailedUpOpportunistic, ServerOnly, OtherProtocol, PingNotBeforeHangup, ThresholdOrder, PortMissing,
            EndpointNotAddress, SchemeNeedsTls, SchemeTurnsTlsOff, EndpointUserInfo, ServerCertMissing, ServerKeyMissing, ServerCertWithoutTls, ClientOnly,
            NailedUpWithoutRetry, DelaysUnused, ValidityTwice, TwoProxies,
            AuthWithoutHeader, SigningIncomplete, SigningWithoutScheme, AuthStreamUnknown, RideshareOutsideMultipart, RideshareCycle, FormAndMultipart,
            BodyWithoutMethod, RedirectsContradict, FramingHeader, HeaderTwice, UnixEndpoint,
            MqttTopic, MqttFilter, MqttMessageWithoutTopic, MqttNoTopic, MqttTopicTooLong, MqttIdentity, MqttNewerOnly, MqttMetadataName,
            SchemaTooNew, ProductMismatch, NoStreamTypes, KeyUnusable, NoSuchTime, TooFewKeys,
        ];
    }

    /// <summary>All rows, by id.</summary>
    public static ImmutableArray<PolicyDiagnosticInfo> All { get; }

    private static PolicyDiagnosticInfo Error(string id, string title, string explanation, string fix, [StringSyntax("json")] string? example) =>
        new(id, PolicySeverity.Error, title, fix) { Explanation = explanation, Example = example };

    private static PolicyDiagnosticInfo Warning(string id, string title, string explanation, string fix, [StringSyntax("json")] string? example) =>
        new(id, PolicySeverity.Warning, title, fix) { Explanation = explanation, Example = example };
}
