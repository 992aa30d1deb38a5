using System.Buffers;
using System.Net;
using System.Text.Json;
using SecureStreams.Network;

namespace SecureStreams.Transports;

/// <summary>
/// What an application is told of a connection where its streamtype says <c>perf</c> (<see cref="DialPlan.ReportsPerformance"/>): JSON with the members of lws. Once for each connection: by lasting
/// protocols right before Connected, by HTTP with the head of the first answer, by all when the attempt fails. Given to the sink with <see cref="Flags"/>, paused or not.
/// </summary>
/// <remarks>
/// <c>peer</c> the address reached (without port; the path of a Unix socket; "" for none), <c>dns_us</c>, <c>dns_disp</c> (0 no name was asked for, 1 it has addresses, 2 the
/// resolver did not answer, 3 it has none), <c>sockconn_us</c>, <c>tls_us</c>, <c>txn_resp_us</c> (HTTP: from the request to the head of the answer), <c>dns</c> (the addresses of the
/// name), <c>prot_specific</c> (HTTP: <c>{"protocol":"http","resp":200}</c>). Our own: <c>proxy_us</c>, where there is a proxy, whose address <c>peer</c> is then.
/// </remarks>
internal static class PerfReport
{
    /// <summary>What a report is delivered with.</summary>
    public const SsRxFlags Flags = SsRxFlags.PerfJson | SsRxFlags.StartOfMessage | SsRxFlags.EndOfMessage;

    private const int NoName = 0;
    private const int NameFound = 1;
    private const int ResolverUnreachable = 2;
    private const int NothingFound = 3;

    /// <summary>Of a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="answer">From the request to the head of the answer; zero where the protocol has none.</param>
    /// <param name="httpStatus">The status of the answer; 0 for none.</param>
    public static ReadOnlyMemory<byte> Of(DialedConnection connection, TimeSpan answer = default, int httpStatus = 0)
    {
        var disposition = connection.Addresses.Count > 0 ? NameFound : NoName;
        return Write(PeerOf(connection.RemoteAddress), connection.Timings, disposition, answer, connection.Addresses, httpStatus, connection.Summary?.Proxy is not null);
    }

    /// <summary>Of a dial that failed.</summary>
    /// <param name="progress">How far it came.</param>
    /// <param name="failure">What ended it.</param>
    public static ReadOnlyMemory<byte> Of(DialProgress progress, TransportFailure failure)
    {
        var reached = progress.Candidates.FirstOrDefault(static one => one.Outcome == AddressRace.Connected);
        var disposition = !progress.AskedForName ? NoName
            : progress.Addresses.Count > 0 ? NameFound
            : failure.Code == SsCauseCode.NameNotFound ? NothingFound : ResolverUnreachable;
        return Write(reached is null ? "" : PeerOf(reached.Address), progress.Timings, disposition, TimeSpan.Zero, progress.Addresses, 0, progress.Proxy is not null);
    }

    private static ReadOnlyMemory<byte> Write(
        string peer, in DialTimings timings, int disposition, TimeSpan answer, IReadOnlyList<IPAddress> addresses, int httpStatus, bool proxied)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(bytes);
        json.WriteStartObject();
        json.WriteString("peer"u8, peer);
        json.WriteNumber("dns_us"u8, Microseconds(timings.Names));
        json.WriteNumber("dns_disp"u8, disposition);
        json.WriteNumber("sockconn_us"u8, Microseconds(timings.Connect));
        if (proxied)
            json.WriteNumber("proxy_us"u8, Microseconds(timings.Proxy));
        json.WriteNumber("tls_us"u8, Microseconds(timings.Tls));
        json.WriteNumber("txn_resp_us"u8, Microseconds(answer));
        json.WriteStartArray("dns"u8);
        foreach (var address in addresses)
            json.WriteStringValue(address.ToString());
        json.WriteEndArray();
        if (httpStatus != 0)
        {
            json.WriteStartObject("prot_specific"u8);
            json.WriteString("protocol"u8, "http"u8);
            json.WriteNumber("resp"u8, httpStatus);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenMemory;
    }

    private static string PeerOf(string address) =>
        IPEndPoint.TryParse(address, out var peer) ? peer.Address.ToString() : address.StartsWith("unix:", StringComparison.Ordinal) ? address["unix:".Length..] : address;

    private static long Microseconds(TimeSpan time) => Math.Max(0, time.Ticks / TimeSpan.TicksPerMicrosecond);
}
