using System.Text;
using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Codecs.Tests.WebSocket;

/// <summary>Feeds a reader and writes down what comes out, pieces of one message put together: the same text however the input was cut.</summary>
internal sealed class FrameLog(WebSocketFrameReader reader)
{
    private readonly StringBuilder _story = new();
    private readonly List<byte> _message = [];

    public WebSocketFrameReader Reader => reader;

    public int Pieces { get; private set; }

    public string Story => _story.ToString();

    public static string Read(ReadOnlySpan<byte> bytes, int step, WebSocketRole role = WebSocketRole.Client, long most = 1 << 20, bool compressed = false)
    {
        var log = new FrameLog(new WebSocketFrameReader(role, most, 16 * 1024, compressed));
        for (var at = 0; at < bytes.Length; at += step)
            log.Feed(bytes.Slice(at, Math.Min(step, bytes.Length - at)));
        return log.Story;
    }

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        Span<byte> input = bytes.ToArray();
        while (true)
        {
            var before = input.Length;
            var kind = reader.Read(ref input, out var payload);
            Assert.True(input.Length <= before);
            switch (kind)
            {
                case WebSocketReadKind.NeedMore:
                    Assert.True(input.IsEmpty);
                    return;
                case WebSocketReadKind.Data:
                    Pieces++;
                    if (reader.IsStart)
                    {
                        Assert.Empty(_message);
                        _story.Append(reader.IsText ? "text" : "binary").Append(reader.IsCompressed ? "* " : " ");
                    }

                    _message.AddRange(payload);
                    if (reader.IsEnd)
                    {
                        _story.Append(_message.Count).Append(':').Append(Show([.. _message])).Append("; ");
                        _message.Clear();
                    }

                    break;
                case WebSocketReadKind.Close:
                    _story.Append("close ").Append(reader.CloseCode).Append(' ').Append(Show(payload.ToArray())).Append("; ");
                    break;
                case WebSocketReadKind.Violation:
                    _story.Append("violation ").Append(reader.Violation!.CloseCode);
                    return;
                default:
                    _story.Append(kind == WebSocketReadKind.Ping ? "ping " : "pong ").Append(Show(payload.ToArray())).Append("; ");
                    break;
            }
        }
    }

    private static string Show(byte[] bytes) => bytes.Length > 20 ? Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))[..8] : Encoding.Latin1.GetString(bytes);
}
