using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.Mqtt.Brokers;

/// <summary>Where a <see cref="MosquittoBroker"/> listens.</summary>
/// <param name="Plain">Without TLS, for anybody.</param>
/// <param name="Tls">With the certificate for localhost, for anybody.</param>
/// <param name="ClientCertificate">The same, and it demands a certificate of the authority from clients, whose name is then the user's.</param>
/// <param name="Guarded">Without TLS, for <see cref="MosquittoBroker.User"/> with <see cref="MosquittoBroker.Password"/>, under the access list.</param>
/// <param name="WebSocket">MQTT over WebSocket, without TLS, for anybody.</param>
/// <param name="WebSocketTls">The same over TLS.</param>
internal sealed record MosquittoPorts(int Plain, int Tls, int ClientCertificate, int Guarded, int WebSocket, int WebSocketTls)
{
    public static MosquittoPorts Pick()
    {
        var ports = FreePort.Next(6);
        return new MosquittoPorts(ports[0], ports[1], ports[2], ports[3], ports[4], ports[5]);
    }
}
