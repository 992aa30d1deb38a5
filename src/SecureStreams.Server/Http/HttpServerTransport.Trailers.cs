using System.Buffers.Text;
using System.Text;

namespace SecureStreams.Server.Http;

/// <summary>
/// What goes out after the body of an answer. On HTTP/2 the web server does it; on HTTP/1.1 it frames no trailers, so that an answer that may have some is framed here (RFC 9112 section 7.1).
/// </summary>
internal sealed partial class HttpServerTransport
{
    private const int ChunkFraming = 16; // The length of a piece in hexadecimal digits, and two line ends.

    private bool _chunksItself;
    private List<KeyValuePair<string, string>> _trailers = [];

    /// <summary>The head is about to leave: says that trailers may follow, where they may.</summary>
    private void BeginTrailers()
    {
        if (_plan.Trailers.IsEmpty || _hasNoBody || _exchange.Request.Method == "HEAD")
            return;
        if (_exchange.AnswerTrailers is null)
        {
            // HTTP/1.0 has no chunks, and a body of announced length none. How an application's answers are framed is that application's.
            if (_exchange.Mapped is not null || _exchange.Request.Protocol != "HTTP/1.1" || _exchange.Response.Headers.ContentLength is not null)
                return;
            _chunksItself = true;
            _exchange.Response.Headers.TransferEncoding = "chunked";
        }

        _exchange.Response.Headers.Trailer = string.Join(", ", _plan.Trailers.Select(static row => row.Name));
    }

    /// <summary>What is to follow the body, as the application has set it by now.</summary>
    private List<KeyValuePair<string, string>> TrailersOnMailbox()
    {
        var trailers = new List<KeyValuePair<string, string>>(_plan.Trailers.Length);
        foreach (var row in _plan.Trailers)
        {
            if (_setup.Metadata.Outgoing(row.Index) is { } value)
                trailers.Add(KeyValuePair.Create(row.Name, HttpAnswerHead.Checked(row.Name, value)));
        }

        return trailers;
    }

    private void AddTrailers(List<KeyValuePair<string, string>> trailers)
    {
        _trailers = trailers;
        if (_exchange.AnswerTrailers is not { } feature)
            return;
        foreach (var (name, value) in trailers)
            feature.Trailers[name] = value;
    }

    /// <summary>Puts a piece of the body, and its end with what follows it, into the connection's buffer.</summary>
    private void WriteChunk(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var output = _exchange.Answer.Writer;
        if (!bytes.IsEmpty)
        {
            // At once: before the head has left, the web server gives room for what is asked for, and none otherwise.
            var room = output.GetSpan(bytes.Length + ChunkFraming);
            Utf8Formatter.TryFormat(bytes.Length, room, out var used, 'x');
            "\r\n"u8.CopyTo(room[used..]);
            bytes.CopyTo(room[(used + 2)..]);
            "\r\n"u8.CopyTo(room[(used + 2 + bytes.Length)..]);
            output.Advance(used + 4 + bytes.Length);
        }

        if (!isLast)
            return;
        var text = new StringBuilder("0\r\n");
        foreach (var (name, value) in _trailers)
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        var end = Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
        end.CopyTo(output.GetSpan(end.Length));
        output.Advance(end.Length);
    }
}
