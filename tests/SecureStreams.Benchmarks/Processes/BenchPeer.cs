using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>Where the server listens and which authority its certificate is of, as one line of text that it prints and the measuring process is given.</summary>
internal sealed record BenchPeer(IReadOnlyDictionary<string, int> Ports, string Authority)
{
    public const string Http1 = "h1";
    public const string Http1Tls = "h1s";
    public const string Http2Tls = "h2s";
    public const string RawEcho = "raw";
    public const string RawEchoTls = "raws";
    public const string RawSink = "sink";
    public const string RawSinkTls = "sinks";

    /// <summary>Reads <see cref="ToString"/>; null when it is none.</summary>
    public static BenchPeer? Parse(string? line)
    {
        if (line?.Split(' ') is not [.. var ports, var authority] || ports.Length == 0)
            return null;
        var found = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var port in ports)
        {
            if (port.Split('=') is not [var name, var number] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
                return null;
            found.Add(name, value);
        }

        return new BenchPeer(found, authority);
    }

    /// <summary>The port for a workload.</summary>
    public int PortOf(Workload workload) => Ports[workload.Way switch
    {
        WorkloadWay.Http1 or WorkloadWay.WebSocket => Http1,
        WorkloadWay.Http1Tls or WorkloadWay.WebSocketTls => Http1Tls,
        WorkloadWay.Http2Tls => Http2Tls,
        WorkloadWay.Raw => workload.Kind == WorkloadKind.BulkOneWay ? RawSink : RawEcho,
        _ => workload.Kind == WorkloadKind.BulkOneWay ? RawSinkTls : RawEchoTls,
    }];

    /// <summary>How the platform is told to trust the authority and nobody else.</summary>
    public SslClientAuthenticationOptions TlsOptions(string host)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(Authority)));
        return new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = trust };
    }

    public override string ToString() =>
        string.Join(' ', Ports.Select(static port => string.Create(CultureInfo.InvariantCulture, $"{port.Key}={port.Value}")).Append(Authority));
}
