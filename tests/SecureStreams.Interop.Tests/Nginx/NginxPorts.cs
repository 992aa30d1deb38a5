using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Interop.Tests.Nginx;

/// <summary>Where an <see cref="NginxServer"/> listens, all on 127.0.0.1.</summary>
internal sealed record NginxPorts(int Http, int Https, int H2, int OtherAuthority, int Expired, int WrongHost, int Chained, int ClientCertificate)
{
    public static NginxPorts Pick()
    {
        var free = FreePort.Next(8);
        return new NginxPorts(free[0], free[1], free[2], free[3], free[4], free[5], free[6], free[7]);
    }
}
