using System.Text;

namespace SecureStreams.Policy;

/// <summary>Where an endpoint is a Unix socket, of a client or of a listener: whether the system can have one of that name.</summary>
internal static class UnixEndpointRules
{
    /// <summary>sun_path has 108 bytes, one of them for the closing NUL.</summary>
    private const int MaxPathBytes = 107;

    public static void Check(PolicyDraft draft, DiagnosticBag bag)
    {
        foreach (var stream in draft[PolicySection.StreamTypes])
        {
            var role = StreamRole.Of(stream);
            if (!(role.IsClient || (role.IsServer && !stream.Flag("local_sink"))) || stream.IsWrong("endpoint") || stream.Find("endpoint") is not { Value: { Text: ['+', .. var path], Template.IsLiteral: true } } endpoint)
                continue;
            var bytes = Encoding.UTF8.GetByteCount(path);
            if (path is "" or "@" or "/")
                bag.Report(PolicyDiagnosticTable.UnixEndpoint, endpoint, $"{stream.Subject}: endpoint is a Unix socket without a name; write +/path/of/socket, or +@name for an abstract one");
            else if (bytes > MaxPathBytes)
                bag.Report(PolicyDiagnosticTable.UnixEndpoint, endpoint, $"{stream.Subject}: endpoint is a Unix socket whose name has {bytes} bytes; the system takes {MaxPathBytes}");
        }
    }
}
