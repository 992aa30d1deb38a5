using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Tool.Serving;

/// <summary>
/// What serving needs of a streamtype, laid over the policy that was given, so that any server streamtype can be served as it is: whose connection it is, and over HTTP what is asked, and headers
/// by their names.
/// </summary>
internal static class ServeOverlay
{
    public const string PeerIp = "peer_ip";
    public const string PeerPort = "peer_port";
    public const string Method = "method";
    public const string Path = "path";
    public const string Query = "query";

    private static readonly string[] OfConnection = [PeerIp, PeerPort];
    private static readonly string[] OfRequest = [Method, Path, Query];

    // What serving asks and says by the names of headers, where a policy may have metadata of that name which travel elsewhere or nowhere.
    private static readonly string[] Headers =
    [
        "accept-ranges", "allow", "content-length", "content-range", "content-type", "etag", "if-modified-since", "if-none-match", "if-range", "last-modified", "location", "range", "transfer-encoding",
        "upgrade", "x-content-type-options",
    ];

    /// <summary>The overlay for the streamtypes named.</summary>
    /// <param name="streamTypes">Their names; those that the policy has as no server are left as they are.</param>
    /// <param name="model">The policy that it lies over, and nothing of it: what that says of the connection is written again here, since an array in an overlay takes the place of the whole one below it.</param>
    public static PolicyDocument Of(IEnumerable<string> streamTypes, PolicyModel model) => Of(streamTypes.Select(model.StreamTypes.GetValueOrDefault).OfType<StreamTypePolicy>().Where(static one => one.Server));

    private static PolicyDocument Of(IEnumerable<StreamTypePolicy> streamTypes) => new(JsonText.Build(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("schema-version", 1);
        writer.WriteStartArray("s");
        foreach (var policy in streamTypes)
        {
            writer.WriteStartObject();
            writer.WriteStartObject(policy.Name);
            WriteMembers(writer, policy);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }), "<sstreams serve>");

    /// <summary>Whether what comes is a request at first, with a method and a path.</summary>
    public static bool IsHttp(StreamTypePolicy policy) => TakesRequests(policy) || policy.Protocol is WireProtocol.WebSocket;

    /// <summary>Whether requests are answered.</summary>
    public static bool TakesRequests(StreamTypePolicy policy) => policy.Protocol is WireProtocol.H1 or WireProtocol.H2;

    /// <summary>Whether requests become WebSocket connections.</summary>
    public static bool TakesUpgrades(StreamTypePolicy policy) => policy.Protocol is WireProtocol.WebSocket || policy.Find("ws_subprotocol") is not null;

    private static void WriteMembers(Utf8JsonWriter writer, StreamTypePolicy policy)
    {
        var facts = policy.Find("metadata_from_connection")?.Value.Pairs.ToDictionary(static pair => pair.Key, static pair => pair.Value.Text, StringComparer.Ordinal) ?? [];

        // Also where the policy has the name for something else: what a client says of itself is not told as what is known of it.
        foreach (var name in OfConnection)
            facts[name] = name;
        writer.WriteStartArray("metadata_from_connection");
        foreach (var (name, fact) in facts)
        {
            writer.WriteStartObject();
            writer.WriteString(name, fact);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("metadata");
        foreach (var name in IsHttp(policy) ? OfConnection.Concat(OfRequest) : OfConnection)
        {
            writer.WriteStartObject();
            writer.WriteString(name, "");
            writer.WriteEndObject();
        }

        foreach (var name in IsHttp(policy) ? policy.Metadata.Select(static one => one.Name).Where(Headers.Contains) : [])
        {
            writer.WriteStartObject();
            writer.WriteString(name, name + ":");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (IsHttp(policy))
            writer.WriteBoolean("direct_proto_str", true);
    }
}
