using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams serve --files</c>: a folder, all of it that may be seen, and nothing else.</summary>
public sealed class ServeFilesTests(ServedFolder folder) : IClassFixture<ServedFolder>
{
    private const int Length = ServedFolder.Length;

    private readonly HttpClient _client = folder.Client;
    private readonly ServeHost _host = folder.Host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/", 200, "text/html; charset=utf-8", "<h1>start</h1>")]
    [InlineData("/?query", 200, "text/html; charset=utf-8", "<h1>start</h1>")]
    [InlineData("/sub/", 200, "text/html; charset=utf-8", "<h1>sub</h1>")]
    [InlineData("/sub/gr%C3%BC%C3%9Fe.txt", 200, "text/plain; charset=utf-8", "grüße")]
    [InlineData("/.well-known/x", 200, "application/octet-stream", "known")]
    [InlineData("/empty.css", 200, "text/css; charset=utf-8", "")]
    [InlineData("/no-index/x.json", 200, "application/json; charset=utf-8", "{}")]
    [InlineData("/absent", 404, "text/plain; charset=utf-8", "404 Not Found\n")]
    [InlineData("/no-index/", 404, "text/plain; charset=utf-8", "404 Not Found\n")]
    [InlineData("/no-index", 404, "text/plain; charset=utf-8", "404 Not Found\n")]
    public async Task Files_are_served_with_their_types(string path, int status, string type, string text)
    {
        foreach (var streamType in new[] { "web", "two" })
        {
            using var answer = await AskAsync(streamType, HttpMethod.Get, path);
            Assert.Equal((status, type, text), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString(), await answer.Content.ReadAsStringAsync(Token)));
            Assert.Equal(Encoding.UTF8.GetByteCount(text), answer.Content.Headers.ContentLength);
        }
    }

    // As a client that means harm writes it: nothing makes the path tidy first.
    [Theory]
    [InlineData("/../secret.txt")]
    [InlineData("/../../../../../../../../etc/passwd")]
    [InlineData("/%2e%2e/secret.txt")]
    [InlineData("/sub/../../secret.txt")]
    [InlineData("/sub/..%2f..%2fsecret.txt")]
    [InlineData("/..%2Fsecret.txt")]
    [InlineData("/..%5csecret.txt")]
    [InlineData("/%252e%252e/secret.txt")]
    [InlineData("/%c0%ae%c0%ae/secret.txt")]
    [InlineData("//etc/passwd")]
    [InlineData("/.//../secret.txt")]
    [InlineData("/../public-not/secret.txt")]
    [InlineData("/secret.txt%00.html")]
    [InlineData("/out%00")]
    [InlineData("/out")]
    [InlineData("/up/secret.txt")]
    [InlineData("/up/public/index.html")]
    [InlineData("/beside/secret.txt")]
    [InlineData("/circle")]
    [InlineData("/pipe")]
    [InlineData("/.hidden")]
    [InlineData("/index.html/")]
    [InlineData("/index.html/x")]
    [InlineData("*")]
    [InlineData("http://h/../secret.txt")]
    public async Task Nothing_else_is(string path)
    {
        var answer = await _host.AskAsync("web", $"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        if (path is "/up/public/index.html")
        {
            // Where it really is counts, not how it was found.
            Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
            return;
        }

        Assert.Matches("^HTTP/1.1 40[0345] ", answer);
        Assert.DoesNotContain("not for you", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("start", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_that_are_called_as_headers_change_nothing()
    {
        using var directory = new TestDirectory();
        directory.Add("public/index.html", "<h1>start</h1>");
        directory.Add("public/sub/index.html", "<h1>sub</h1>");
        string[] names = ["range", "if-none-match", "etag", "last-modified", "location", "content-range", "content-type", "accept-ranges", "allow"];
        var metadata = string.Join(", ", names.Select(static (name, index) => $"{{ \"{name}\": \"{(index % 2 == 0 ? "" : $"x-{name}:")}\" }}"));
        await using var host = await ServeHost.StartAsync(directory, [ServeHost.Server("web", "h1", $"\"metadata\": [{metadata}]")], "--files", "public");

        using var request = new HttpRequestMessage(HttpMethod.Get, host.Url("web", "/?range=bytes=0-0")) { Headers = { Range = new RangeHeaderValue(4, 8) } };
        using var part = await _client.SendAsync(request, Token);
        Assert.Equal((HttpStatusCode.PartialContent, "start", "bytes 4-8/14", "text/html; charset=utf-8", "bytes"),
            (part.StatusCode, await part.Content.ReadAsStringAsync(Token), part.Content.Headers.ContentRange?.ToString(), part.Content.Headers.ContentType?.ToString(), part.Headers.AcceptRanges.ToString()));
        Assert.DoesNotContain(part.Headers, static header => header.Key.StartsWith("x-", StringComparison.OrdinalIgnoreCase) && header.Key != "X-Content-Type-Options");

        using var again = new HttpRequestMessage(HttpMethod.Get, host.Url("web", "/")) { Headers = { IfNoneMatch = { part.Headers.ETag! } } };
        using var unchanged = await _client.SendAsync(again, Token);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        using var moved = await _client.GetAsync(host.Url("web", "/sub"), Token);
        Assert.Equal((HttpStatusCode.MovedPermanently, "/sub/"), (moved.StatusCode, moved.Headers.Location?.OriginalString));
        using var posted = await _client.PostAsync(host.Url("web", "/"), null, Token);
        Assert.Equal("GET, HEAD", string.Join(", ", posted.Content.Headers.Allow));
    }

    [Fact]
    public async Task A_folder_leads_to_its_page()
    {
        using var answer = await AskAsync("web", HttpMethod.Get, "/sub");
        Assert.Equal((HttpStatusCode.MovedPermanently, "/sub/"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task No_file_is_a_websocket()
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(_host.Url("chat", "/", "ws"), Token));
        Assert.Equal(HttpStatusCode.NotFound, socket.HttpStatusCode);
        using var answer = await AskAsync("chat", HttpMethod.Get, "/sub/");
        Assert.Equal("<h1>sub</h1>", await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Other_methods_are_not_allowed()
    {
        foreach (var method in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Options })
        {
            using var answer = await AskAsync("web", method, "/");
            Assert.Equal((HttpStatusCode.MethodNotAllowed, "GET, HEAD"), (answer.StatusCode, string.Join(", ", answer.Content.Headers.Allow.Concat(answer.Headers.TryGetValues("Allow", out var more) ? more : []))));
        }
    }

    [Theory]
    [InlineData("web")]
    [InlineData("two")]
    public async Task A_head_has_everything_but_the_file(string streamType)
    {
        using var answer = await AskAsync(streamType, HttpMethod.Head, "/big.bin");
        Assert.Equal((HttpStatusCode.OK, Length), (answer.StatusCode, (int)answer.Content.Headers.ContentLength!));
        Assert.Equal("bytes", answer.Headers.AcceptRanges.Single());
        using var refused = await AskAsync(streamType, HttpMethod.Head, "/absent");
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Theory]
    [InlineData("web", "/big.bin")]
    [InlineData("two", "/big.bin")]
    [InlineData("two", "/in")]
    public async Task A_large_file_comes_whole_also_to_one_that_reads_slowly(string streamType, string path)
    {
        using var request = Request(streamType, HttpMethod.Get, path);
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        using var body = await answer.Content.ReadAsStreamAsync(Token);
        Assert.Equal(DeterministicBytes.Sha256(Length), Convert.ToHexStringLower(await SHA256.HashDataAsync(body, Token)));
    }

    [Theory]
    [InlineData("bytes=0-0", 206, 0, 1)]
    [InlineData("bytes=100-199", 206, 100, 100)]
    [InlineData("bytes=19999990-", 206, Length - 10, 10)]
    [InlineData("bytes=-10", 206, Length - 10, 10)]
    [InlineData("bytes=19999990-30000000", 206, Length - 10, 10)]
    [InlineData("bytes=20000000-", 416, 0, 0)]
    [InlineData("bytes=-0", 416, 0, 0)]
    [InlineData("bytes=5-4", 200, 0, Length)]
    [InlineData("bytes=0-1,4-5", 200, 0, Length)]
    [InlineData("lines=0-1", 200, 0, Length)]
    [InlineData("bytes=a-b", 200, 0, Length)]
    public async Task A_part_is_served_where_it_is_one(string range, int status, int first, int count)
    {
        using var request = Request("web", HttpMethod.Get, "/big.bin");
        request.Headers.TryAddWithoutValidation("Range", range);
        using var answer = await _client.SendAsync(request, Token);
        Assert.Equal(status, (int)answer.StatusCode);
        var body = await answer.Content.ReadAsByteArrayAsync(Token);
        if (status == 416)
            Assert.Equal($"bytes */{Length}", answer.Content.Headers.ContentRange!.ToString());
        else
            Assert.True(body.AsSpan().SequenceEqual(DeterministicBytes.Make(Length).AsSpan(first, count)));
        if (status == 206)
            Assert.Equal(new ContentRangeHeaderValue(first, first + count - 1, Length), answer.Content.Headers.ContentRange);
    }

    [Fact]
    public async Task What_a_client_has_is_not_sent_again()
    {
        using var first = await AskAsync("two", HttpMethod.Get, "/changing/");
        var tag = first.Headers.ETag!;
        var written = first.Content.Headers.LastModified!;
        Assert.Equal(304, await StatusAsync("If-None-Match", tag.ToString()));
        Assert.Equal(304, await StatusAsync("If-None-Match", $"\"other\", W/{tag}"));
        Assert.Equal(304, await StatusAsync("If-None-Match", "*"));
        Assert.Equal(200, await StatusAsync("If-None-Match", "\"other\""));
        Assert.Equal(304, await StatusAsync("If-Modified-Since", written.Value.ToString("r")));
        Assert.Equal(200, await StatusAsync("If-Modified-Since", written.Value.AddSeconds(-1).ToString("r")));
        Assert.Equal(200, await StatusAsync("If-Modified-Since", "yesterday"));

        File.WriteAllText(folder.Directory["public/changing/index.html"], "another");
        Assert.Equal(200, await StatusAsync("If-None-Match", tag.ToString()));

        async Task<int> StatusAsync(string name, string value)
        {
            using var request = Request("two", HttpMethod.Get, "/changing/");
            request.Headers.TryAddWithoutValidation(name, value);
            using var answer = await _client.SendAsync(request, Token);
            return (int)answer.StatusCode;
        }
    }

    private static HttpRequestMessage Shape(HttpRequestMessage request, string streamType)
    {
        if (streamType == "two")
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        return request;
    }

    private HttpRequestMessage Request(string streamType, HttpMethod method, string path) => Shape(new HttpRequestMessage(method, _host.Url(streamType, path)), streamType);

    private async Task<HttpResponseMessage> AskAsync(string streamType, HttpMethod method, string path)
    {
        using var request = Request(streamType, method, path);
        return await _client.SendAsync(request, Token);
    }
}
