namespace SecureStreams.Policy;

internal static class PolicyProtocolNames
{
    /// <summary>The policy's own names: <c>h1, h2, h3</c>.</summary>
    public static string ToNames(this PolicyProtocols protocols, string separator)
    {
        List<string> names = [];
        if (protocols.HasFlag(PolicyProtocols.Http))
            names.AddRange(["h1", "h2", "h3"]);
        if (protocols.HasFlag(PolicyProtocols.WebSocket))
            names.Add("ws");
        if (protocols.HasFlag(PolicyProtocols.Mqtt))
            names.Add("mqtt");
        if (protocols.HasFlag(PolicyProtocols.Raw))
            names.Add("raw");
        return string.Join(separator, names);
    }
}
