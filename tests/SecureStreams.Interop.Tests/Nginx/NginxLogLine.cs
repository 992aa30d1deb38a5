using System.Globalization;

namespace SecureStreams.Interop.Tests.Nginx;

/// <summary>One request as nginx logged it, which it does when the request is over.</summary>
/// <param name="Port">The port it came to.</param>
/// <param name="Request">The request line, <c>GET /target HTTP/1.1</c>.</param>
/// <param name="Status">The status answered.</param>
/// <param name="BodyBytesSent">Bytes of the answer's body.</param>
/// <param name="RequestLength">Bytes of the request, line and fields and body.</param>
/// <param name="TlsVersion"><c>TLSv1.3</c>, or <c>-</c>.</param>
/// <param name="Protocol"><c>HTTP/1.1</c> or <c>HTTP/2.0</c>.</param>
/// <param name="UserAgent">The field, or <c>-</c>.</param>
/// <param name="Connection">The number of the connection.</param>
/// <param name="Seconds">How long it took, from the first byte of the request to the last one sent.</param>
internal sealed record NginxLogLine(int Port, string Request, int Status, long BodyBytesSent, long RequestLength, string TlsVersion, string Protocol, string UserAgent, long Connection, double Seconds)
{
    public static NginxLogLine Parse(string line)
    {
        var fields = line.Split('|');
        return new NginxLogLine(
            int.Parse(fields[0], CultureInfo.InvariantCulture),
            fields[1],
            int.Parse(fields[2], CultureInfo.InvariantCulture),
            long.Parse(fields[3], CultureInfo.InvariantCulture),
            long.Parse(fields[4], CultureInfo.InvariantCulture),
            fields[5],
            fields[6],
            fields[7],
            long.Parse(fields[8], CultureInfo.InvariantCulture),
            double.Parse(fields[9], CultureInfo.InvariantCulture));
    }
}
