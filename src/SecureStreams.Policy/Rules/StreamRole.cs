namespace SecureStreams.Policy;

/// <summary>What rules need to know of a streamtype before they can judge its attributes.</summary>
/// <param name="IsServer">It listens.</param>
/// <param name="IsClient">It connects.</param>
/// <param name="Protocol">What it speaks; none when that cannot be told, because the value was refused.</param>
/// <param name="ProtocolName">What the policy calls it.</param>
internal readonly record struct StreamRole(bool IsServer, bool IsClient, PolicyProtocols Protocol, string ProtocolName)
{
    public bool IsHttp => Protocol == PolicyProtocols.Http;

    /// <summary>Neither, when the value that decides was refused: what the streamtype would have been is then unknown.</summary>
    public static StreamRole Of(DraftEntry stream)
    {
        var known = !stream.IsWrong("server") && !stream.IsWrong("local_sink");
        var server = known && stream.Flag("server");
        var name = stream.Find("protocol")?.Value.Text ?? "h1";
        return new StreamRole(server, known && !server && !stream.Flag("local_sink"), stream.IsWrong("protocol") ? PolicyProtocols.None : ProtocolOf(StreamTypeParts.ProtocolOf(name)), name);
    }

    public static PolicyProtocols ProtocolOf(WireProtocol protocol) => protocol switch
    {
        WireProtocol.WebSocket => PolicyProtocols.WebSocket,
        WireProtocol.Mqtt => PolicyProtocols.Mqtt,
        WireProtocol.Raw => PolicyProtocols.Raw,
        _ => PolicyProtocols.Http,
    };
}
