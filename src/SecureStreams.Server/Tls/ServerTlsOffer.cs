using SecureStreams.Network;
using SecureStreams.Network.Identities;

namespace SecureStreams.Server.Tls;

/// <summary>What counts for one handshake.</summary>
/// <param name="Tls">Whose it is.</param>
/// <param name="Identity">What is shown; returned when the handshake is over.</param>
/// <param name="Clients">What is asked of the client.</param>
/// <param name="Anchors">What its certificate is checked against; null for the operating system's store, or where it is not asked.</param>
internal sealed record ServerTlsOffer(ServerTls Tls, ClientIdentity Identity, ServerTlsPlan Clients, TrustAnchors? Anchors);
