using System.Text.Json;

namespace SecureStreams.Interop.Tests.Nginx;

/// <summary>A request to <c>/seen/...</c> as nginx logged it, all of it: what it understood, not what was on the wire (a chunked body comes in one piece).</summary>
/// <param name="Method">The method.</param>
/// <param name="Uri">Path and query as they came.</param>
/// <param name="Protocol"><c>HTTP/1.1</c> or <c>HTTP/2.0</c>.</param>
/// <param name="Host">The host that it was for, without port.</param>
/// <param name="Headers">Those of the headers that nginx was told to log that are not empty; values as Latin-1.</param>
/// <param name="Body">The body as Latin-1.</param>
internal sealed record NginxSeen(string Method, string Uri, string Protocol, string Host, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    private const string OfHeaders = "header ";

    public static NginxSeen Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var members = document.RootElement.EnumerateObject().Select(static one => (one.Name, Value: one.Value.GetString()!)).ToList();
        string Of(string name) => members.Single(one => one.Name == name).Value;
        var headers = members.Where(static one => one.Name.StartsWith(OfHeaders, StringComparison.Ordinal) && one.Value.Length > 0).Select(static one => (one.Name[OfHeaders.Length..], one.Value));
        return new NginxSeen(Of("method"), Of("uri"), Of("protocol"), Of("host"), [.. headers], Of("body"));
    }
}
