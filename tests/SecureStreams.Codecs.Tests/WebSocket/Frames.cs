using SecureStreams.Codecs.WebSocket;

namespace SecureStreams.Codecs.Tests.WebSocket;

/// <summary>Frames for tests.</summary>
internal static class Frames
{
    /// <summary>Writes a masked frame whose payload counts up.</summary>
    public static int Put(Span<byte> destination, WebSocketOpcode opcode, bool final, int length, uint key)
    {
        var at = WebSocketFrame.WriteHeader(destination, opcode, final, false, length, key);
        var payload = destination.Slice(at, length);
        for (var i = 0; i < length; i++)
            payload[i] = (byte)i;
        WebSocketMask.Apply(payload, key, 0);
        return at + length;
    }
}
