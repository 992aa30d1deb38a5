using System.Text;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Tls;

/// <summary>
/// Makes a connection of any protocol one visit to a <see cref="TlsHost"/>: when Disconnected has come, the host has written it down. h1 and h2 end by themselves; a WebSocket is left as
/// soon as it stands, on HTTP/2 too; raw says an HTTP request of its own and leaves with the answer.
/// </summary>
internal static class Visit
{
    public static void Arm(RecordingHandler handler, string protocol, string path)
    {
        if (protocol is "ws" or "ws2")
        {
            handler.OnStateDo(SsState.Connected, static stream => stream.Disconnect());
        }
        else if (protocol == "raw")
        {
            var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: visited.test\r\n\r\n");
            handler.OnStateDo(SsState.Connected, static stream => stream.RequestTransmit());
            handler.OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
            {
                request.CopyTo(tx.Buffer);
                tx.Commit(request.Length, SsTxFlags.None);
                return SsTransmitResult.Send;
            });
            handler.OnReceiveDo(static (stream, _, _) =>
            {
                stream.Disconnect();
                return SsResult.Continue;
            });
        }
    }
}
