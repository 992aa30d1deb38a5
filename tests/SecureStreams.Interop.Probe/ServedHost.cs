using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Interop.Probe;

/// <summary>What <c>serve</c> says in its one line of output.</summary>
/// <param name="Authority">The root of its certificate, base64 DER.</param>
/// <param name="Ports">Where it listens.</param>
public sealed record ServedHost(string Authority, HostPorts Ports);
