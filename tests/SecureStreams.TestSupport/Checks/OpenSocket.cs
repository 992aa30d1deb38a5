namespace SecureStreams.TestSupport.Checks;

/// <summary>A socket of this process, as the kernel lists it.</summary>
/// <param name="Inode">Its identity.</param>
/// <param name="Kind">tcp, tcp6 or other (UDP, unix, unbound).</param>
/// <param name="State">The TCP state; empty for other kinds.</param>
/// <param name="LocalPort">0 when unbound.</param>
/// <param name="RemotePort">0 when not connected.</param>
public sealed record OpenSocket(long Inode, string Kind, string State, int LocalPort, int RemotePort)
{
    /// <summary>For messages.</summary>
    public override string ToString() => Kind == "other" ? $"socket {Inode}" : $"{Kind} {LocalPort} -> {RemotePort} {State}";
}
