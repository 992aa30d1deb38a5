using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>The payload of a close frame: a status code in network order and a reason in UTF-8, or nothing (RFC 6455 section 5.5.1). Pure.</summary>
public static class WebSocketClosePayload
{
    /// <summary>The longest reason: what is left of the largest control frame.</summary>
    public const int MaxReasonBytes = WebSocketFrame.MaxControlBytes - 2;

    /// <summary>Writes code and reason; a reason that is too long is cut between characters.</summary>
    /// <param name="destination">At least <see cref="WebSocketFrame.MaxControlBytes"/> bytes.</param>
    /// <param name="code">A code that may be sent; <see cref="WebSocketCloseCodes.NoStatus"/> writes nothing.</param>
    /// <param name="reason">The reason; without a code there is none.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Write(Span<byte> destination, int code, ReadOnlySpan<char> reason)
    {
        if (code == WebSocketCloseCodes.NoStatus)
            return 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)code));
        Utf8.FromUtf16(reason, destination.Slice(2, MaxReasonBytes), out _, out var written, replaceInvalidSequences: true);
        return 2 + written;
    }

    /// <summary>Reads and checks a payload.</summary>
    /// <param name="payload">The payload, unmasked.</param>
    /// <param name="code">The code; <see cref="WebSocketCloseCodes.NoStatus"/> where there is none.</param>
    /// <param name="reason">The bytes of the reason, valid UTF-8.</param>
    /// <returns>Why it is refused, or null.</returns>
    public static WebSocketViolation? Read(ReadOnlySpan<byte> payload, out int code, out ReadOnlySpan<byte> reason)
    {
        code = WebSocketCloseCodes.NoStatus;
        reason = default;
        if (payload.IsEmpty)
            return null;
        if (payload.Length == 1)
            return new WebSocketViolation(WebSocketCloseCodes.ProtocolError, "a close frame carries one byte, which is half a status code");

        var stated = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (!WebSocketCloseCodes.MayBeReceived(stated))
            return new WebSocketViolation(WebSocketCloseCodes.ProtocolError, $"a close frame carries status {stated}, which no close frame may carry");
        if (!Utf8.IsValid(payload[2..]))
            return new WebSocketViolation(WebSocketCloseCodes.InvalidPayload, $"the reason in a close frame with status {stated} is not UTF-8");
        code = stated;
        reason = payload[2..];
        return null;
    }

    /// <summary><c>1001 (going away): reason</c>, as far as there is anything to tell.</summary>
    public static string Describe(int code, ReadOnlySpan<byte> reason)
    {
        var known = WebSocketCloseCodes.Describe(code);
        var text = known.Length == 0 ? $"{code}" : $"{code} ({known})";
        return reason.IsEmpty ? text : $"{text}: {Encoding.UTF8.GetString(reason)}";
    }
}
