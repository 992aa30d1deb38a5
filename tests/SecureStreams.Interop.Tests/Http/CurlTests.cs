using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>A request of a streamtype and the equal request of curl: the server sees the same, but for what names the client.</summary>
public partial class CurlTests
{
    // What each client says of itself, not of the request.
    private static readonly string[] OfTheClient = ["user-agent", "accept", "connection"];

    [Theory]
    [InlineData("GET with a query", "\"http_method\": \"GET\", \"http_url\": \"/a/b?x=1&y=two%20words\"", null, "/a/b?x=1&y=two%20words")]
    [InlineData("HEAD", "\"http_method\": \"HEAD\", \"http_url\": \"/head\"", null, "/head", "--head")]
    [InlineData("DELETE", "\"http_method\": \"DELETE\", \"http_url\": \"/gone\"", null, "/gone", "-X", "DELETE")]
    [InlineData("POST", "\"http_method\": \"POST\", \"http_url\": \"/p\", \"metadata\": [{ \"type\": \"content-type\" }]", "hello \u00e9\r\n\0", "/p", "--data-binary", "@BODY", "-H", "Content-Type: text/x")]
    [InlineData("PUT", "\"http_method\": \"PUT\", \"http_url\": \"/put/this\", \"http_expect\": 200", "some bytes", "/put/this", "-X", "PUT", "--data-binary", "@BODY", "-H", "Content-Type:")]
    [InlineData("form", "\"http_method\": \"POST\", \"http_url\": \"/form\", \"http_www_form_urlencoded\": true", "a=1&b=two+words", "/form", "--data-binary", "@BODY")]
    [InlineData("chunked", "\"http_method\": \"POST\", \"http_url\": \"/chunks\", \"http_no_content_length\": true", "some bytes", "/chunks", "--data-binary", "@BODY", "-H", "Transfer-Encoding: chunked", "-H", "Content-Type:")]
    [InlineData("multipart", "\"http_method\": \"POST\", \"http_url\": \"/m\", \"http_multipart_name\": \"up\\\"load\", \"http_multipart_filename\": \"f\u00fcr \\\"dich\\\".txt\", \"http_mime_content_type\": \"text/x\"",
        "file \u00e9\r\n--", "/m", "-F", "up\"load=@BODY;type=text/x;filename=\"f\u00fcr \\\"dich\\\".txt\"")]
    [InlineData("multipart without a file", "\"http_method\": \"POST\", \"http_url\": \"/m\", \"http_multipart_name\": \"field\"", "value", "/m", "-F", "field=<BODY")]
    [InlineData("headers", "\"http_method\": \"GET\", \"http_url\": \"/h\", \"metadata\": [{ \"a\": \"X-A\" }, { \"b\": \"x-b:\" }, { \"host\": \"host\" }]", null, "/h", "-H", "X-A: one, \"two\"", "-H", "x-b: \u00fc", "-H", "Host: virtual.test")]
    [InlineData("auth", "\"http_method\": \"GET\", \"http_url\": \"/auth\", \"http_auth_header\": \"authorization:\", \"http_auth_preamble\": \"Basic \"", null, "/auth", "--user", "user:pass")]
    [InlineData("cookies", "\"http_method\": \"GET\", \"http_url\": \"/deep/cookie\", \"http_cookies\": true", null, "/deep/cookie", "--cookie", "n=v; m=w=x")]
    [InlineData("continue", "\"http_method\": \"POST\", \"http_url\": \"/c\", \"http_expect_continue\": true", "some bytes", "/c", "--data-binary", "@BODY", "-H", "Expect: 100-continue", "-H", "Content-Type:")]
    public async Task The_server_sees_the_same(string name, string policy, string? body, string path, params string[] arguments)
    {
        var curl = Peer.Find("curl") ?? throw Peer.Absent("curl", "curl");
        var recorder = new RequestRecorder();
        await using var server = ScriptedServer.Start(recorder.ServeAsync);
        await RunCurlAsync(curl, server.Port, body, path, arguments);
        var theirs = Assert.Single(recorder.Requests);
        recorder.Requests.Clear();

        await using var streams = PeerStreams.Open(server.Port, "h1", tls: false, "replaced", policy);
        await RunStreamAsync(streams, name, body);
        var ours = recorder.Requests[^1];
        Assert.Equal(Comparable(theirs), Comparable(ours));
    }

    private static async Task RunStreamAsync(PeerStreams streams, string name, string? body)
    {
        if (name == "auth")
            streams.Context.Blobs.Write(SsBlobNames.Auth(0), Encoding.ASCII.GetBytes(Convert.ToBase64String("user:pass"u8)));
        var handler = new RecordingHandler().OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Commit(Encoding.Latin1.GetBytes(body!, tx.Buffer), SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
        await using var stream = streams.Context.Create("x", handler);
        foreach (var (metadata, value) in name switch
        {
            "POST" => new (string, string)[] { ("type", "text/x") },
            "headers" => [("a", "one, \"two\""), ("b", "\u00fc"), ("host", "virtual.test")],
            _ => [],
        })
            stream.SetMetadata(metadata, value);

        // The first answer sets the cookies.
        for (var round = 1; round <= (name == "cookies" ? 2 : 1); round++)
        {
            if (body is null)
                stream.Connect();
            else
                stream.RequestTransmit(Encoding.Latin1.GetByteCount(body));
            await handler.WaitForStateAsync(SsState.Disconnected, times: round);
        }

        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        handler.AssertClean();
    }

    private static async Task RunCurlAsync(string curl, int port, string? body, string path, string[] arguments)
    {
        var directory = Directory.CreateTempSubdirectory("ss-curl-");
        try
        {
            var file = Path.Combine(directory.FullName, "body");
            await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes(body ?? ""));
            string[] all = ["--silent", "--show-error", "--noproxy", "*", "--max-time", "30", .. arguments.Select(one => one.Replace("BODY", file, StringComparison.Ordinal)), $"http://localhost:{port}{path}"];
            using var process = Process.Start(new ProcessStartInfo(curl, all) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await output;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, errors);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Comparable(RecordedRequest request)
    {
        var text = new StringBuilder($"{request.Line}\n");
        var boundary = request.Headers.Select(static one => Boundary().Match(one.Value)).FirstOrDefault(static match => match.Success)?.Groups[1].Value;
        foreach (var (name, value) in request.Headers.Where(static one => !OfTheClient.Contains(one.Name)).OrderBy(static one => one.Name, StringComparer.Ordinal))
        {
            // The boundaries are of different lengths, and there is one more of them than there are parts.
            var shown = name == "content-length" && boundary is not null
                ? (int.Parse(value, CultureInfo.InvariantCulture) - (2 * boundary.Length)).ToString(CultureInfo.InvariantCulture)
                : value;
            text.Append(CultureInfo.InvariantCulture, $"{name}: {shown}\n");
        }

        text.Append('\n').Append(request.Body);
        return boundary is null ? text.ToString() : text.ToString().Replace(boundary, "BOUNDARY", StringComparison.Ordinal);
    }

    [GeneratedRegex("^multipart/form-data; boundary=(.+)$")]
    private static partial Regex Boundary();
}
