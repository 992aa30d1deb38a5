using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.TestSupport.Servers;

/// <summary>How a <see cref="KestrelTestHost"/> is to be.</summary>
public sealed class KestrelTestHostOptions
{
    /// <summary>Where it listens.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>What its TLS ports show.</summary>
    public TestCertificate Certificate { get; init; } = TestCertificates.Server;

    /// <summary>Whether its TLS ports ask for a client certificate; any that comes is accepted.</summary>
    public ClientCertificateMode ClientCertificateMode { get; init; } = ClientCertificateMode.NoCertificate;

    /// <summary>The clock of <c>/delay</c> and <c>/slow</c>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What answers paths that no test endpoint has; null for 404.</summary>
    public RequestDelegate? Otherwise { get; init; }

    /// <summary>Where it logs; null for nowhere.</summary>
    public ILoggerFactory? Log { get; init; }

    /// <summary>How many requests an h2 connection may carry at once.</summary>
    public int MaxStreamsPerConnection { get; init; } = 100;

    /// <summary>The longest request line that it takes, in bytes.</summary>
    public int MaxRequestLineBytes { get; init; } = 8 * 1024;
}
