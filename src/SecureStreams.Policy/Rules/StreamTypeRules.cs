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
            CheckScope(stream, bag);
        }
    }

    private static void CheckEndpoint(DraftEntry stream, DiagnosticBag bag)
    {
        // When one of these was refused, what the streamtype would have been is unknown.
        if (stream.Flag("server") || stream.Flag("local_sink") || stream.IsWrong("server") || stream.IsWrong("local_sink") || stream.IsWrong("endpoint"))
            return;
        if (stream.Find("endpoint") is not { } endpoint)
            bag.ReportName(PolicyDiagnosticTable.EndpointMissing, stream.Source, stream.Node, $"{stream.Subject}: a client needs an endpoint, and there is none");
        else if (endpoint.Value.Text.Length == 0)
            bag.Report(PolicyDiagnosticTable.EndpointMissing, endpoint.Source, endpoint.Node, $"{stream.Subject}: a client needs an endpoint, and it is empty");
    }

    private static void CheckContradictions(DraftEntry stream, DiagnosticBag bag)
    {
        if (stream.Find("tls_trust_store") is { } store && !stream.Flag("tls") && !stream.IsWrong("tls"))
        {
            bag.Report(PolicyDiagnosticTable.TrustWithoutTls, store.Source, store.Node,
                $"{stream.Subject}: tls_trust_store names {Wording.Quote(store.Value.Text)}, but tls is not set, so that no peer is checked");
        }

        if (stream.Flag("nailed_up") && stream.Flag("opportunistic") && stream.Find("nailed_up") is { } nailed)
        {
            bag.Report(PolicyDiagnosticTable.NailedUpOpportunistic, nailed.Source, nailed.Node,
                $"{stream.Subject}: nailed_up with opportunistic connects at creation and never again by itself");
        }
    }

    private static void CheckScope(DraftEntry stream, DiagnosticBag bag)
    {
        if (stream.IsWrong("protocol") || stream.IsWrong("server"))
            return;

        var server = stream.Flag("server");
        var name = stream.Find("protocol")?.Value.Text ?? "h1";
        var spoken = SpokenBy(StreamTypeParts.ProtocolOf(name), server);
        foreach (var value in stream.Values)
        {
            var row = value.Attribute;
            if (row.Scopes == PolicyScopes.Server && !server && row.Name != "server")
            {
                bag.Report(PolicyDiagnosticTable.ServerOnly, value.Source, value.Node,
                    $"{stream.Subject}: {row.Name} has no effect on a client; it is for streamtypes with \"server\": true");
            }
            else if ((row.Protocols & spoken) == PolicyProtocols.None)
            {
                bag.Report(PolicyDiagnosticTable.OtherProtocol, value.Source, value.Node,
                    $"{stream.Subject}: {value.Node.Name} has no effect on protocol {name}; it is for {NamesOf(row.Protocols)}");
            }
        }
    }

    /// <summary>The protocols whose attributes mean something to the streamtype.</summary>
    public static PolicyProtocols SpokenBy(StreamTypePolicy stream) => SpokenBy(stream.Protocol, stream.Server);

    private static PolicyProtocols SpokenBy(WireProtocol protocol, bool server) => protocol switch
    {
        WireProtocol.WebSocket => PolicyProtocols.WebSocket,
        WireProtocol.Mqtt => PolicyProtocols.Mqtt,
        WireProtocol.Raw => PolicyProtocols.Raw,

        // An HTTP listener takes ws upgrades as well.
        _ => server ? PolicyProtocols.Http | PolicyProtocols.WebSocket : PolicyProtocols.Http,
    };

    private static string NamesOf(PolicyProtocols protocols) => protocols.ToNames(", ");
}
