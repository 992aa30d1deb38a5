using Microsoft.Extensions.Primitives;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Core;
using SecureStreams.Transports;
using SecureStreams.Transports.Http;

namespace SecureStreams.Server.Http;

/// <summary>From what the application set to the head of an answer.</summary>
internal static class HttpAnswerHead
{
    /// <summary>Sets status, length and headers; the head leaves with what is written next.</summary>
    /// <param name="plan">The policy.</param>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="status">The status.</param>
    /// <param name="length">The length that was announced; null for none.</param>
    /// <param name="withHeaders">Whether what the application set counts: not for an answer that is not its own.</param>
    public static void Write(HttpServerPlan plan, MetadataStore metadata, HttpExchange exchange, int status, long? length, bool withHeaders)
    {
        var response = exchange.Response;
        response.StatusCode = status;
        if (length is { } bytes && HasBody(status))
            response.Headers.ContentLength = bytes;
        if (!withHeaders)
            return;
        foreach (var row in plan.Headers)
        {
            // Framing is not the application's; of the length it speaks when it asks to send.
            if (row.Role is HttpHeaderRole.Plain && metadata.Outgoing(row.Index) is { } value)
                response.Headers[row.Name] = new StringValues(Checked(row.Name, value));
        }

        if (!plan.AllowsDirect)
            return;
        foreach (var (name, value) in metadata.DirectOutgoing)
        {
            if (DirectHeaders.RefusalOf(name) is null && !response.Headers.ContainsKey(name))
                response.Headers[name] = new StringValues(Checked(name, value));
        }
    }

    /// <summary>The head of an answer that agrees to an upgrade: the handshake's part, and what the application set that is neither its nor of a body.</summary>
    public static void WriteUpgrade(HttpServerPlan plan, MetadataStore metadata, HttpExchange exchange, IReadOnlyList<HttpField> handshake)
    {
        var headers = exchange.Response.Headers;
        foreach (var row in plan.Headers)
        {
            if (row.Role is HttpHeaderRole.Plain && IsOfUpgrade(row.Name) && metadata.Outgoing(row.Index) is { } value)
                headers[row.Name] = new StringValues(Checked(row.Name, value));
        }

        if (plan.AllowsDirect)
        {
            foreach (var (name, value) in metadata.DirectOutgoing)
            {
                if (DirectHeaders.RefusalOf(name) is null && IsOfUpgrade(name))
                    headers[name] = new StringValues(Checked(name, value));
            }
        }

        foreach (var field in handshake)
            headers[field.Name] = field.Value;
    }

    /// <summary>Whether an answer with this status has a body (RFC 9110 section 6.4.1).</summary>
    public static bool HasBody(int status) => status is not (204 or 205 or 304);

    private static bool IsOfUpgrade(string name) => !WebSocketClientHandshake.IsOwnField(name) && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// What the application has set for a header or trailer, as it can be sent. Line ends were refused when it was set, and a forged header must not depend on that alone; other control characters would break
    /// the answer when it leaves.
    /// </summary>
    /// <exception cref="TransportException">No header can be it (RFC 9110 section 5.5).</exception>
    public static string Checked(string name, string value)
    {
        foreach (var one in value)
        {
            if (char.IsControl(one) && one != '\t')
            {
                throw new TransportException(new TransportFailure(SsPhase.Protocol, SsCauseCode.ProtocolError,
                    $"The application has set header '{name}' to a value with a control character, which no header can have, so that the answer cannot be sent; leave the character out."));
            }
        }

        return value;
    }
}
