using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using SecureStreams.Server.Http;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Server.Tests.Http;

/// <summary>Requests of several parts: each part is a message with its names, and nothing malformed passes for a whole.</summary>
public sealed class MultipartRequestTests : IDisposable
{
    private const string Metadata = "\"metadata\": [{ \"part_name\": \"\" }, { \"part_filename\": \"\" }, { \"type\": \"content-type:\" }, { \"agent\": \"user-agent:\" }]";

    private const string Body = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\nfirst\r\n--b\r\n"
        + "content-disposition: form-data; filename=\"C:\\dir\\a \\\"b\\\".txt\"; name=two\r\nContent-Type: text/x\r\n\r\n\r\n-\r\n--\r\n--c\r\n--b \t\r\n\r\n\r\n--b--\r\nepilogue";

    private const string Told = "+ one||- [first] / two|C:\\dir\\a \"b\".txt|text/x [\r\n-\r\n--\r\n--c] / ||- [] -";

    private readonly string _folder = Directory.CreateTempSubdirectory("ss-parts-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Parts_are_the_same_however_the_body_is_cut(int pieceBytes)
    {
        await using var bench = Bench("h1");
        var parts = new PartsHandler();
        await using var listener = bench.Context.CreateListener("srv", _ => parts);
        using var socket = await ServerBench.ConnectAsync(listener);
        var request = new StringBuilder("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nUser-Agent: me\r\nTransfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n");
        await socket.SendAsync(Encoding.ASCII.GetBytes(request.ToString()), Token);
        for (var at = 0; at < Body.Length; at += pieceBytes)
        {
            // Each piece is a chunk of its own, and a packet of its own: the connection does not gather.
            var piece = Body.Substring(at, Math.Min(pieceBytes, Body.Length - at));
            await socket.SendAsync(Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n{piece}\r\n"), Token);
        }

        await socket.SendAsync("0\r\n\r\n"u8.ToArray(), Token);
        Assert.StartsWith("HTTP/1.1 200 ", await ToEndAsync(socket), StringComparison.Ordinal);
        Assert.Equal(Told, parts.Story);
        Assert.Equal(["me"], parts.Agents.Distinct());
    }

    [Theory]
    [InlineData("h1", "--http1.1")]
    [InlineData("h2", "--http2-prior-knowledge")]
    public async Task A_form_of_curl_comes_part_by_part_and_its_file_whole_at_the_pace_of_the_handler(string protocol, string version)
    {
        await using var bench = Bench(protocol);
        var parts = new PartsHandler { PausesAtFiles = true };
        await using var listener = bench.Context.CreateListener("srv", _ => parts);
        var bytes = DeterministicBytes.Make(8 << 20);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "large.bin"), bytes, Token);
        using var curl = Curl.Start(version, "-F", "title=a=b c", "-F", $"file=@{Path.Combine(_folder, "large.bin")};type=application/x-test;filename=up/\u00e4.bin", "-F", "last=", "-w", "%{http_code}",
            $"http://127.0.0.1:{ServerBench.PortOf(listener)}/");
        var paused = await parts.Paused.Task.OrFail(() => $"No file has begun: {parts.Story}");
        Assert.False(curl.HasExited);
        paused.ResumeReceive();
        var (exit, output, said) = await Curl.EndAsync(curl);
        Assert.True(exit == 0, said);
        Assert.Equal("200", output);
        Assert.Equal($"+ title||- [a=b c] / file|up/\u00e4.bin|application/x-test [{bytes.Length} bytes {Convert.ToHexString(SHA256.HashData(bytes))}] / last||- [] -", parts.Story);
    }

    [Theory]
    [InlineData("multipart/form-data", "", 400, "its Content-Type has no usable boundary")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nA: b\r\n\r\nx", 400, "it ends without its last boundary")]
    [InlineData("multipart/form-data; boundary=b", "nothing", 400, "it ends without its last boundary")]
    [InlineData("multipart/form-data; boundary=b", "--bad\r\n", 400, "the line of a boundary goes on with something that does not belong there")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nno colon\r\n\r\n", 400, "a header of a part has no name")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nX: {8192}\r\n\r\n", 400, "the headers of a part have more than 8192 bytes")]
    [InlineData("multipart/form-data; boundary=b", "{parts}", 413, "has more than 1000 parts")]
    public async Task What_is_malformed_is_refused_and_the_stream_told_why(string type, string body, int status, string problem)
    {
        await using var bench = Bench("h1");
        await using var listener = bench.Listen();
        body = body.Replace("{8192}", new string('x', 8192), StringComparison.Ordinal).Replace("{parts}", string.Concat(Enumerable.Repeat("--b\r\n\r\n\r\n", HttpServerPlan.MaxParts + 1)) + "--b--", StringComparison.Ordinal);
        using var socket = await ServerBench.ConnectAsync(listener);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {body.Length}\r\nContent-Type: {type}\r\n\r\n{body}"), Token);
        Assert.StartsWith($"HTTP/1.1 {status} ", await ToEndAsync(socket), StringComparison.Ordinal);
        var handler = await bench.AcceptedAsync();
        await handler.WaitForStateAsync(SsState.Destroying);
        Assert.Equal(status == 400 ? SsCauseCode.ProtocolError : SsCauseCode.PayloadTooLarge, handler.CauseOf(SsState.Disconnected).Code);
        Assert.DoesNotContain(handler.Events, static one => one.Flags.HasFlag(SsRxFlags.RelatedEnd));
        Assert.Contains(bench.Context.Diagnostics.Recent(), one => one.Message.Contains(problem, StringComparison.Ordinal) && one.Policy?.Attribute == "srv.http_multipart_ss_in");
    }

    [Fact]
    public async Task What_is_no_multipart_comes_as_it_is_and_an_empty_one_has_its_two_ends()
    {
        await using var bench = Bench("h1");
        var plain = new PartsHandler();
        var handlers = new Queue<SecureStreamHandler>([plain, new PartsHandler()]);
        var empty = (PartsHandler)handlers.Last();
        await using var listener = bench.Context.CreateListener("srv", _ => handlers.Dequeue());
        foreach (var (type, body) in new[] { ("text/plain", "--b\r\n\r\n--b--"), ("multipart/mixed; boundary=b", "--b--") })
        {
            using var socket = await ServerBench.ConnectAsync(listener);
            await socket.SendAsync(Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {body.Length}\r\nContent-Type: {type}\r\n\r\n{body}"), Token);
            Assert.StartsWith("HTTP/1.1 200 ", await ToEndAsync(socket), StringComparison.Ordinal);
        }

        Assert.Equal("||text/plain [--b\r\n\r\n--b--]", plain.Story);
        Assert.Equal("+ -", empty.Story);
    }

    [Fact]
    public async Task Arguments_of_the_url_are_no_names_of_parts()
    {
        await using var bench = Bench("h1");
        var parts = new PartsHandler();
        await using var listener = bench.Context.CreateListener("srv", _ => parts);
        var (exit, _, said) = await Curl.RunAsync("-F", "a=b", $"http://127.0.0.1:{ServerBench.PortOf(listener)}/?part_name=admin&part_filename=evil");
        Assert.True(exit == 0, said);
        Assert.Equal("+ a||- [b] -", parts.Story);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("form-data", null, null)]
    [InlineData("form-data; name=a", "a", null)]
    [InlineData("form-data; NAME = \"a;b\" ; filename=\"c\"", "a;b", "c")]
    [InlineData("form-data; name=\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d", null)]
    [InlineData("form-data; name=\"a\"; name=\"b\"", "a", null)]
    [InlineData("form-data; x; name=\"a", "a", null)]
    [InlineData("form-data; name=\"a\\", "a\\", null)]
    [InlineData("form-data; filename*=UTF-8''x; filename=y; name=", "", "y")]
    [InlineData("; name", null, null)]
    public void A_disposition_is_read_for_its_names(string? value, string? name, string? fileName)
    {
        PartDisposition.Read(value, out var foundName, out var foundFileName);
        Assert.Equal((name, fileName), (foundName, foundFileName));
    }

    private static ServerBench Bench(string protocol) => new($"\"srv\": {{ \"server\": true, \"protocol\": \"{protocol}\", \"endpoint\": \"127.0.0.1\", \"http_multipart_ss_in\": true, {Metadata} }}");

    private static async Task<string> ToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), Token).AsTask().OrFail(() => $"The connection does not end: {text}") is var count and > 0)
                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // It was closed with a part of the body unread.
        }

        return text.ToString();
    }

    /// <summary>Writes down what it is told of parts, and answers at their end.</summary>
    private sealed class PartsHandler : SecureStreamHandler
    {
        private readonly StringBuilder _story = new();
        private readonly MemoryStream _part = new();
        private bool _inParts;

        public TaskCompletionSource<SecureStream> Paused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool PausesAtFiles { get; init; }

        public string Story => _story.ToString();

        public List<string?> Agents { get; } = [];

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            if (flags.HasFlag(SsRxFlags.RelatedStart))
            {
                _story.Append("+ ");
                _inParts = true;
                return SsResult.Continue;
            }

            if (flags.HasFlag(SsRxFlags.StartOfMessage))
            {
                Agents.Add(stream.GetMetadata("agent"));
                _part.SetLength(0);
                if (PausesAtFiles && stream.GetMetadata("part_filename") is not null)
                {
                    stream.PauseReceive();
                    Paused.TrySetResult(stream);
                }
            }

            _part.Write(payload);
            if (flags.HasFlag(SsRxFlags.EndOfMessage))
            {
                var bytes = _part.ToArray();
                var text = bytes.Length > 1000 ? $"{bytes.Length} bytes {Convert.ToHexString(SHA256.HashData(bytes))}" : Encoding.ASCII.GetString(bytes);
                _story.Append($"{stream.GetMetadata("part_name")}|{stream.GetMetadata("part_filename")}|{stream.GetMetadata("type") ?? "-"} [{text}]");
                if (_inParts)
                    _story.Append(flags.HasFlag(SsRxFlags.RelatedEnd) ? " " : " / ");
            }

            if (flags.HasFlag(SsRxFlags.RelatedEnd))
                _story.Append('-');
            if (flags.HasFlag(SsRxFlags.RelatedEnd) || (!_inParts && flags.HasFlag(SsRxFlags.EndOfMessage)))
            {
                stream.ServerAck();
                stream.RequestTransmit(0);
            }

            return SsResult.Continue;
        }
    }
}
