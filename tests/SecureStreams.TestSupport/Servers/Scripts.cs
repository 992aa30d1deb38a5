using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.TestSupport.Servers;

/// <summary>Ready-made scripts for HTTP/1.1 and for what happens before any protocol.</summary>
public static class Scripts
{
    /// <summary>Closes at once, before anything is said. Where the client has sent something already, the system may turn that into a reset.</summary>
    public static ConnectionScript CloseAtOnce { get; } = static (_, _) => Task.CompletedTask;

    /// <summary>Ends its side at once, before anything is said, and takes what the client sends: an end that is never a reset.</summary>
    public static ConnectionScript EndAtOnce { get; } = static async (connection, stopping) =>
    {
        connection.HalfClose();
        await connection.DrainAsync(stopping);
    };

    /// <summary>Resets at once.</summary>
    public static ConnectionScript ResetAtOnce { get; } = static (connection, _) =>
    {
        connection.Reset();
        return Task.CompletedTask;
    };

    /// <summary>Takes the request head and closes.</summary>
    public static ConnectionScript CloseAfterRequest { get; } = static async (connection, stopping) => await connection.ReadHeadAsync(stopping);

    /// <summary>Takes the request head and resets.</summary>
    public static ConnectionScript ResetAfterRequest { get; } = static async (connection, stopping) =>
    {
        await connection.ReadHeadAsync(stopping);
        connection.Reset();
    };

    /// <summary>Accepts and does nothing, neither read nor write. On a server without TLS that is also a hang in the TLS handshake.</summary>
    public static ConnectionScript Hang { get; } = static (_, stopping) => ScriptedConnection.HoldAsync(stopping);

    /// <summary>Takes the request head and never answers.</summary>
    public static ConnectionScript HangAfterRequest { get; } = static async (connection, stopping) =>
    {
        await connection.ReadHeadAsync(stopping);
        await ScriptedConnection.HoldAsync(stopping);
    };

    /// <summary>Answers with a line that is not HTTP.</summary>
    public static ConnectionScript MalformedStatusLine { get; } = AnswerRaw("HTTQ/one.one OK two hundred\r\n\r\n");

    /// <summary>Answers with a head of some 300 KB.</summary>
    public static ConnectionScript OversizedHead { get; } = AnswerRaw(
        "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 300).Select(static i => $"X-Fill-{i}: {new string('x', 1000)}\r\n")) + "Content-Length: 0\r\n\r\n");

    /// <summary>Answers 200 with this body, and keeps the connection open for more requests.</summary>
    public static ConnectionScript Answer(string body) => Answer(200, body);

    /// <summary>Answers with this status and body, and keeps the connection open for more requests. Bodies with a content-length are read before.</summary>
    public static ConnectionScript Answer(int status, string body, string fields = "") => async (connection, stopping) =>
    {
        while (true)
        {
            string head;
            try
            {
                head = await connection.ReadHeadAsync(stopping);
            }
            catch (EndOfStreamException)
            {
                return;
            }

            await connection.ReadAsync(ContentLength(head), stopping);
            await connection.WriteAsync($"HTTP/1.1 {status} Scripted\r\n{fields}Content-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}", stopping);
        }
    };

    /// <summary>Answers with these bytes, whatever they mean, and closes.</summary>
    public static ConnectionScript AnswerRaw(string text) => async (connection, stopping) =>
    {
        await connection.ReadHeadAsync(stopping);
        await connection.WriteAsync(text, stopping);
    };

    /// <summary>Announces <paramref name="announced"/> bytes, sends <paramref name="sent"/> of them, and closes in order.</summary>
    public static ConnectionScript TruncateBody(int announced, int sent) => async (connection, stopping) =>
        await SendPartAsync(connection, announced, sent, stopping);

    /// <summary>Announces <paramref name="announced"/> bytes, sends <paramref name="sent"/> of them, and resets once <paramref name="received"/> is done.</summary>
    /// <remarks>A reset overtakes what was sent and not read yet, so the test completes the task when it has received the part.</remarks>
    public static ConnectionScript ResetMidBody(int announced, int sent, Task received) => async (connection, stopping) =>
    {
        await SendPartAsync(connection, announced, sent, stopping);
        await received.WaitAsync(stopping);
        connection.Reset();
    };

    /// <summary>Announces <paramref name="announced"/> bytes, sends <paramref name="sent"/> of them, and stalls.</summary>
    public static ConnectionScript StallMidBody(int announced, int sent) => async (connection, stopping) =>
    {
        await SendPartAsync(connection, announced, sent, stopping);
        await ScriptedConnection.HoldAsync(stopping);
    };

    /// <summary>Sends one chunk of a chunked body and closes without the last.</summary>
    public static ConnectionScript TruncateChunked { get; } = AnswerRaw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");

    /// <summary>Answers 200 with this body, one byte to a segment.</summary>
    public static ConnectionScript Dribble(string body) => async (connection, stopping) =>
    {
        await connection.ReadHeadAsync(stopping);
        var text = $"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}";
        foreach (var one in Encoding.Latin1.GetBytes(text))
            await connection.WriteAsync([one], stopping);
    };

    /// <summary>Sends the head but for its last empty line, and stalls.</summary>
    public static ConnectionScript StallInHead { get; } = static async (connection, stopping) =>
    {
        await connection.ReadHeadAsync(stopping);
        await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", stopping);
        await ScriptedConnection.HoldAsync(stopping);
    };

    /// <summary>Answers every request with a redirect to the path it asked for.</summary>
    public static ConnectionScript RedirectLoop(int status = 302) => async (connection, stopping) =>
    {
        while (true)
        {
            string head;
            try
            {
                head = await connection.ReadHeadAsync(stopping);
            }
            catch (EndOfStreamException)
            {
                return;
            }

            await connection.ReadAsync(ContentLength(head), stopping);
            await connection.WriteAsync($"HTTP/1.1 {status} Scripted\r\nLocation: {head.Split(' ')[1]}\r\nContent-Length: 0\r\n\r\n", stopping);
        }
    };

    private static async Task SendPartAsync(ScriptedConnection connection, int announced, int sent, CancellationToken stopping)
    {
        await connection.ReadHeadAsync(stopping);
        await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {announced}\r\n\r\n", stopping);
        await connection.WriteAsync(DeterministicBytes.Make(sent), stopping);
    }

    private static int ContentLength(string head)
    {
        const string Name = "content-length:";
        var line = head.Split("\r\n").FirstOrDefault(static one => one.StartsWith(Name, StringComparison.OrdinalIgnoreCase));
        return line is null ? 0 : int.Parse(line.AsSpan(Name.Length).Trim(), CultureInfo.InvariantCulture);
    }
}
