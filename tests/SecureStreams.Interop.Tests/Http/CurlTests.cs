using SecureStreams.Interop.Tests.Nginx;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>A request of a streamtype and the equal request of curl: the server sees the same, but for what names the client.</summary>
public class CurlTests(NginxFixture fixture)
{
    // What each client says of itself, not of the request.
    private static readonly string[] OfTheClient = ["user-agent", "accept", "connection"];

    public static TheoryData<string> Names => [.. CurlRequests.All.Keys];

    public static MatrixTheoryData<string, string> NamesAndKinds => new(CurlRequests.All.Keys, ["http", "https", "h2"]);

    /// <summary>Every header and every byte, as they came over the wire.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_server_sees_the_same(string name)
    {
        var request = CurlRequests.All[name];
        var recorder = new RequestRecorder();
        await using var server = ScriptedServer.Start(recorder.ServeAsync);
        await request.RunCurlAsync($"http://localhost:{server.Port}{request.Path}");
        var theirs = Assert.Single(recorder.Requests);
        recorder.Requests.Clear();

        await using var streams = PeerStreams.Open(server.Port, "h1", tls: false, request.Path, request.Policy);
        await request.RunStreamAsync(streams.Context);
        Assert.Equal(request.Rounds, recorder.Requests.Count);
        Assert.Equal(Comparable(theirs), Comparable(recorder.Requests[^1]));
    }

    /// <summary>What a server that is not ours understood, by its own log, over every kind of HTTP.</summary>
    [Theory]
    [MemberData(nameof(NamesAndKinds))]
    public async Task Nginx_logs_the_same(string name, string kind)
    {
        var request = CurlRequests.All[name];
        var ports = fixture.Server.Ports;
        var prefix = $"/seen/{Guid.NewGuid():N}";
        var path = prefix + request.Path;
        await request.RunCurlAsync(
            $"{(kind == "http" ? "http" : "https")}://localhost:{(kind switch { "http" => ports.Http, "https" => ports.Https, _ => ports.H2 })}{path}",
            "--cacert", fixture.Server.AuthorityPath, kind == "h2" ? "--http2" : "--http1.1");
        var theirs = Assert.Single(await fixture.Server.WaitForSeenAsync(prefix, 1));

        await using var streams = NginxStreams.Open(ports, kind, path, ", " + request.Policy);
        await request.RunStreamAsync(streams.Context);
        var seen = await fixture.Server.WaitForSeenAsync(prefix, 1 + request.Rounds);
        Assert.Equal(1 + request.Rounds, seen.Count);

        // That the log has what it is to show, before it is compared.
        Assert.Equal((path, kind == "h2" ? "HTTP/2.0" : "HTTP/1.1"), (theirs.Uri, theirs.Protocol));
        Assert.Contains(request.Body ?? "", theirs.Body, StringComparison.Ordinal);
        Assert.Equal(Comparable(theirs), Comparable(seen[^1]));
    }

    private static string Comparable(RecordedRequest request) => ComparableRequest.Of(request.Line, request.Headers.Where(static one => !OfTheClient.Contains(one.Name)), request.Body);

    private static string Comparable(NginxSeen seen) => ComparableRequest.Of($"{seen.Method} {seen.Uri} {seen.Protocol} for {seen.Host}", seen.Headers, seen.Body);
}
