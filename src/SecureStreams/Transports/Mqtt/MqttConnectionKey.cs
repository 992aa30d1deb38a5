using SecureStreams.Network;

namespace SecureStreams.Transports.Mqtt;

/// <summary>What streams must have in common to share a connection.</summary>
/// <param name="Identity">Whom the broker takes this side for.</param>
/// <param name="Way">The way to the broker.</param>
/// <param name="Tls">Trust and identity; null for plaintext.</param>
/// <param name="Settings">What CONNECT says beside that.</param>
internal sealed record MqttConnectionKey(MqttIdentity Identity, DialOptions Way, TlsOptions? Tls, MqttSettings Settings);
