using System.Net;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;
using SecureStreams.Transports;

namespace SecureStreams.Server.Routing;

/// <summary>Which streamtype may join which listener. What is wrong is said with its place in the policy and with what mends it.</summary>
internal static class JoinRules
{
    /// <summary>Whether <paramref name="policy"/> joins a listener instead of having one.</summary>
    public static bool Joins(StreamTypePolicy policy) => policy.Endpoint is { Text: ['!', ..] };

    /// <summary>The listener that it names.</summary>
    /// <exception cref="SsPolicyException">There can be none.</exception>
    /// <exception cref="IOException">There is none now.</exception>
    public static ServerListener FindOwner(LocalContext context, StreamTypePolicy policy)
    {
        var name = policy.Endpoint!.Text[1..];
        var shown = OperatorText.Clean(name);
        if (context.FindPolicy(name) is not { } named)
        {
            var near = context.Policy.NearestStreamType(name) is { } other ? $"; did you mean '!{other}'?" : "; write ! and the name of the streamtype whose listener it shares";
            throw Bad(policy, "endpoint", $"'!{shown}' names no streamtype of this policy{near}");
        }

        if (!named.Server || named.LocalSink)
            throw Bad(policy, "endpoint", $"'!{shown}' names a streamtype that does not listen; name one with \"server\": true and an endpoint of its own");
        if (Joins(named))
            throw Bad(policy, "endpoint", $"'!{shown}' names a streamtype that has joined another one itself; write '{OperatorText.Clean(named.Endpoint!.Text)}'");
        return context.ListenersOf(name).OfType<ServerListener>().ToList() switch
        {
            [var one] => one,
            [] => throw new IOException($"Streamtype '{policy.Name}' joins the listener of '{shown}', which is not listening; call CreateListener(\"{shown}\", ...) before.{PlaceOf(policy, "endpoint")}"),
            _ => throw new IOException($"Streamtype '{policy.Name}' joins the listener of '{shown}', which has several now; keep one of them.{PlaceOf(policy, "endpoint")}"),
        };
    }

    /// <summary>Whether it fits.</summary>
    /// <exception cref="SsPolicyException">It does not.</exception>
    public static void Check(StreamTypePolicy policy, ServerListener owner)
    {
        var its = owner.PolicyNow;
        if (policy.Protocol is not (WireProtocol.H1 or WireProtocol.H2 or WireProtocol.WebSocket or WireProtocol.Raw))
            throw Bad(policy, "protocol", $"is {ProtocolNames.NameOf(policy.Protocol)}, which cannot share a listener");
        var isRaw = policy.Protocol == WireProtocol.Raw;
        var ownerIsRaw = its.Protocol == WireProtocol.Raw;
        if (isRaw && !ownerIsRaw && !ListenPlan.Of(its).Sniffs)
            throw Bad(policy, "protocol", $"is raw, and '{its.Name}', whose listener it joins, speaks HTTP; set sniff_protocol there, so that what clients say first decides, or give it a port of its own");
        if (!isRaw && ownerIsRaw)
            throw Bad(policy, "protocol", $"is {ProtocolNames.NameOf(policy.Protocol)}, and '{its.Name}', whose listener it joins, is raw; let '{its.Name}' join this one, which sets sniff_protocol, or give it a port of its own");

        if (isRaw && ownerIsRaw && (!its.Tls || policy.Find("server_names") is not { Value.Items.IsEmpty: false }))
            throw Bad(policy, "endpoint", $"joins '{its.Name}', and raw connections are told apart by the name in their TLS handshake alone; set tls there and server_names here, or give it a port of its own");
        if (isRaw && !its.Tls && policy.Find("server_names") is { Value.Items.IsEmpty: false })
            throw Bad(policy, "server_names", $"counts for nothing: raw connections say no name in the clear, and '{its.Name}', whose listener it joins, has no TLS; leave it out, or set tls there");
        if (policy.Protocol == WireProtocol.H2 && its.Protocol == WireProtocol.H1)
            throw Bad(policy, "protocol", $"is h2, and '{its.Name}', whose listener it joins, speaks HTTP/1.1 alone; let '{its.Name}' be h2, which takes both");
        if (policy.Find("tls") is { } tls && tls.Value.Flag != its.Tls)
        {
            throw Bad(policy, "tls", its.Tls
                ? $"is false, and '{its.Name}', whose listener it joins, has TLS; leave it out"
                : $"is true, and '{its.Name}', whose listener it joins, has none; set tls there, and leave it out here");
        }

        if (policy.Port != 0 && policy.Port != its.Port && !owner.EndPoints.OfType<IPEndPoint>().Any(one => one.Port == policy.Port))
            throw Bad(policy, "port", $"is {policy.Port}, and '{its.Name}', whose listener it joins, has another; leave it out");
        if (ServerTls.OwnAttribute(policy) is { } own)
        {
            if (owner.OwnTls is null)
                throw Bad(policy, own, $"counts for nothing: '{its.Name}', whose listener it joins, has no TLS; set tls there, or leave it out");
            if (policy.Find("server_names") is not { Value.Items.IsEmpty: false })
                throw Bad(policy, own, $"needs server_names, because the name that a client asks for is all there is to choose by; state the names, or leave {own} to '{its.Name}'");
        }
    }

    /// <summary>That two streamtypes could not be told apart.</summary>
    public static SsPolicyException Clash(StreamTypePolicy policy, string other, string what)
    {
        var at = Array.Find(["server_names", "http_url", "ws_subprotocol"], name => policy.Find(name) is not null) ?? "endpoint";
        return new SsPolicyException($"Streamtype '{policy.Name}' would take {what} on the listener of '{OperatorText.Clean(policy.Endpoint!.Text[1..])}', and '{other}' takes them already; "
            + $"tell them apart by server_names{(policy.Protocol == WireProtocol.Raw ? "" : ", http_url or ws_subprotocol")}.{PlaceOf(policy, at)}");
    }

    private static SsPolicyException Bad(StreamTypePolicy policy, string attribute, string problem) => new($"Streamtype '{policy.Name}': {attribute} {problem}.{PlaceOf(policy, attribute)}");

    private static string PlaceOf(StreamTypePolicy policy, string attribute) => (policy.Locate(attribute) ?? policy.Locate("endpoint")) is { } at ? $" ({at})" : "";
}
