namespace SecureStreams.TestSupport.Wires;

/// <summary>The ports of a <see cref="Servers.KestrelTestHost"/>, wherever it runs.</summary>
/// <param name="Http">HTTP/1.1 and upgrades to WebSocket.</param>
/// <param name="Https">The same over TLS.</param>
/// <param name="H2">HTTP/2 over TLS.</param>
/// <param name="H2c">HTTP/2 in the clear.</param>
/// <param name="Raw">Bytes that come back.</param>
/// <param name="RawTls">The same over TLS.</param>
/// <param name="RawCommand">Bytes, of which the first line says what is wanted.</param>
/// <param name="RawCommandTls">The same over TLS.</param>
public sealed record HostPorts(int Http, int Https, int H2, int H2c, int Raw, int RawTls, int RawCommand, int RawCommandTls);
