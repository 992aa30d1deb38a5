namespace SecureStreams.Network;

/// <summary>
/// A stream of a program's own <see cref="SsSocketDialer"/> that can end its sending side alone. A <see cref="System.Net.Sockets.NetworkStream"/> can by itself; a stream
/// that wraps one implements this, or raw streams cannot half-close on it: their connection then ends instead.
/// </summary>
public interface ISsHalfCloseStream
{
    /// <summary>Nothing more is sent: the peer reads to the end of what was. Reading goes on. From any thread, after the last write, at most once.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    void ShutdownSend();
}
