using System.Text.Json;

namespace SecureStreams.Policy;

/// <summary>Attributes of one streamtype that do not go together.</summary>
internal static class StreamTypeRules
{
    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            CheckEndpoint(stream, bag);
            CheckContradictions(stream, bag);
            CheckScope(draft, stream, bag);
        }
    }

    private static void CheckEndpoint(DraftEntry stream, DiagnosticBag bag)
    {
        // Of something that is no object nothing is known.
        if (stream.Node.Kind != JsonValueKind.Object || !StreamRole.Of(stream).IsClient || stream.IsWrong("endpoint"))
            return;
        if (stream.Find("endpoint") is not { } endpoint)
            bag.Report(PolicyDiagnosticTable.EndpointMissing, stream, $"{stream.Subject}: a client needs an endpoint, and there is none");
        else if (endpoint.Value.Text.Length == 0)
            bag.Report(PolicyDiagnosticTable.EndpointMissing, endpoint, $"{stream.Subject}: a client needs an endpoint, and it is empty");
    }

    private static void CheckContradictions(DraftEntry stream, DiagnosticBag bag)
    {
        if (stream.Find("tls_trust_store") is { } store && !stream.Flag("tls") && !stream.IsWrong("tls"))
        {
            bag.Report(PolicyDiagnosticTable.TrustWithoutTls, store,
                $"{stream.Subject}: tls_trust_store names {QuotedValue.Of(store.Value.Text)}, but tls is not set, so that no peer is checked");
        }

        var role = StreamRole.Of(stream);
        if (role.IsServer || !stream.Flag("nailed_up") || stream.Find("nailed_up") is not { } nailed)
            return;
        if (stream.Flag("opportunistic"))
        {
            bag.Report(PolicyDiagnosticTable.NailedUpOpportunistic, nailed,
                $"{stream.Subject}: nailed_up with opportunistic connects at creation and never again by itself");
        }
        else if (role.IsClient && !stream.IsStated("retry") && !stream.IsStated("restart_after_ms") && !stream.IsWrong("opportunistic"))
        {
            bag.Report(PolicyDiagnosticTable.NailedUpWithoutRetry, nailed,
                $"{stream.Subject}: nailed_up without retry: the first attempt that fails is the last");
        }
    }

    private static void CheckScope(PolicyDraft draft, DraftEntry stream, DiagnosticBag bag)
    {
        var role = StreamRole.Of(stream);
        if (role.Protocol == PolicyProtocols.None || stream.IsWrong("server"))
            return;

        var spoken = SpokenBy(role.Protocol, role.IsServer);
        foreach (var value in stream.Values)
        {
            var row = value.Attribute;
            if (row.Scopes == PolicyScopes.Server && !role.IsServer && row.Name != "server")
            {
                bag.Report(PolicyDiagnosticTable.ServerOnly, value,
                    $"{stream.Subject}: {row.Name} has no effect on a client; it is for streamtypes with \"server\": true");
            }
            else if (row.Scopes == PolicyScopes.Client && role.IsServer && !GivesLiveness(draft, value))
            {
                bag.Report(PolicyDiagnosticTable.ClientOnly, value, $"{stream.Subject}: {row.Name} has no effect on a server; it is for streamtypes that connect");
            }
            else if ((row.Protocols & spoken) == PolicyProtocols.None)
            {
                bag.Report(PolicyDiagnosticTable.OtherProtocol, value,
                    $"{stream.Subject}: {value.Node.Name} has no effect on protocol {role.ProtocolName}; it is for {Allowed.OneOf([.. row.Protocols.ToNames(" ").Split(' ')])}");
            }
        }
    }

    /// <summary>A server never retries, but takes the checks of its connections from the scheme.</summary>
    private static bool GivesLiveness(PolicyDraft draft, DraftValue value) =>
        value.Attribute.Name == "retry" && draft.Find(PolicySection.Retry, value.Value.Text) is { } scheme &&
        scheme.FindAny("svalidping", "svalidhup", "svalidping_ms", "svalidhup_ms") is not null;

    /// <summary>The protocols whose attributes mean something to the streamtype.</summary>
    public static PolicyProtocols SpokenBy(StreamTypePolicy stream) => SpokenBy(StreamRole.ProtocolOf(stream.Protocol), stream.Server);

    // An HTTP listener takes ws upgrades as well.
    private static PolicyProtocols SpokenBy(PolicyProtocols protocol, bool server) =>
        server && protocol == PolicyProtocols.Http ? protocol | PolicyProtocols.WebSocket : protocol;
}
