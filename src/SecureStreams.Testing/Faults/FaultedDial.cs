using System.Net.Sockets;
using SecureStreams.Network;

namespace SecureStreams.Testing.Faults;

/// <summary>One dial with the faults that were drawn for it.</summary>
internal sealed class FaultedDial(FaultSet set, Dictionary<FaultKind, FaultItem> faults, FaultedType type, TimeProvider time) : SsFaultedDial
{
    public override SocketException? NameError => faults.ContainsKey(FaultKind.NameNotFound) ? new SocketException((int)SocketError.HostNotFound) : null;

    public override bool ReachesNobody =>
        faults.ContainsKey(FaultKind.ConnectRefused) || faults.ContainsKey(FaultKind.ConnectUnreachable) || faults.ContainsKey(FaultKind.ConnectNoAnswer);

    public override SsCauseCode? TlsRefusal =>
        faults.ContainsKey(FaultKind.TlsUntrusted) ? SsCauseCode.CertificateUntrusted
        : faults.ContainsKey(FaultKind.TlsExpired) ? SsCauseCode.CertificateExpired
        : faults.ContainsKey(FaultKind.TlsWrongName) ? SsCauseCode.CertificateHostMismatch
        : null;

    public override async ValueTask<Stream> ConnectAsync(SsConnectRequest request, SsSocketDialer sockets, CancellationToken cancellationToken)
    {
        if (faults.TryGetValue(FaultKind.DelayConnectMs, out var delay))
            await Task.Delay(TimeSpan.FromMilliseconds(delay.Value), time, cancellationToken).ConfigureAwait(false);
        if (faults.ContainsKey(FaultKind.ConnectRefused))
            throw new SocketException((int)SocketError.ConnectionRefused);
        if (faults.ContainsKey(FaultKind.ConnectUnreachable))
            throw new SocketException((int)SocketError.NetworkUnreachable);
        if (faults.ContainsKey(FaultKind.ConnectNoAnswer))
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
        return await base.ConnectAsync(request, sockets, cancellationToken).ConfigureAwait(false);
    }

    public override Stream Wrap(Stream socket)
    {
        var stream = new FaultStream(socket, type, time);
        stream.Apply(faults);
        type.Add(stream, set);
        return stream;
    }
}
