using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SecureStreams.Core;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>What a policy says of dialing, worked out once for every protocol: the attributes are read here and nowhere else.</summary>
internal sealed class DialPlan
{
    private readonly StreamTypePolicy _policy;
    private readonly DialOptions _stated;
    private readonly PolicyTemplate? _localBind;
    private readonly string? _portMetadata;
    private LastBind? _lastBind;

    /// <param name="policy">The policy.</param>
    /// <param name="injectsFaults">Whether the context injects faults.</param>
    public DialPlan(StreamTypePolicy policy, bool injectsFaults = false)
    {
        _policy = policy;
        Tls = TlsOptions.Of(policy);
        Facts = ConnectionFactPlan.Of(policy);
        ReportsPerformance = Flag("perf");
        _localBind = policy.Find("local_bind") is { Value.Template: { Text.Length: > 0 } bind } ? bind : null;
        _portMetadata = policy.Find("port_metadata")?.Value.Text;
        var stated = new DialOptions
        {
            Proxy = policy.Proxy,
            Family = policy.Find("address_family")?.Value.Text switch { "ipv4" => AddressChoice.IPv4, "ipv6" => AddressChoice.IPv6, _ => AddressChoice.Any },
            TypeOfService = (Flag("attr_low_latency") ? 0x10 : 0) | (Flag("attr_high_throughput") ? 0x08 : 0) | (Flag("attr_high_reliability") ? 0x04 : 0) | (Flag("attr_low_cost") ? 0x02 : 0),
            Priority = (int)(policy.Find("attr_priority")?.Value.Number ?? 0),
            Fault = injectsFaults ? FaultMark.Of(policy) : null,
        };
        _stated = stated == DialOptions.Default ? DialOptions.Default : stated;
    }

    /// <summary>Trust and identity, wherever TLS is spoken: a redirect may lead a streamtype there that begins in the clear.</summary>
    public TlsOptions Tls { get; }

    /// <summary><c>perf</c>: whether the application is told how long connections took, see <see cref="PerfReport"/>.</summary>
    public bool ReportsPerformance { get; }

    /// <summary>The metadata that say something of the connection.</summary>
    public ConnectionFactPlan Facts { get; }

    /// <summary>Puts the values of metadata in.</summary>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="options">The way to the peer.</param>
    /// <returns>Why there is none, or null.</returns>
    public TransportFailure? Resolve(MetadataStore metadata, out DialOptions options)
    {
        options = _stated;
        if (_localBind is not { } template)
            return null;
        foreach (var symbol in template.Symbols)
        {
            if (metadata.Outgoing(symbol) is null)
                return Bad("local_bind", $"needs metadata '{symbol}' for its local_bind '{template.Text}', and it is not set; set it before the stream connects", permanent: false);
        }

        var text = template.Expand(metadata.Outgoing);
        var last = Volatile.Read(ref _lastBind);
        if (last?.Text != text)
        {
            if (BindProblem(text, out var local) is { } problem)
                return Bad("local_bind", problem, permanent: template.IsLiteral);
            last = new LastBind(text, _stated with { LocalBind = local });
            Volatile.Write(ref _lastBind, last);
        }

        options = last.Options;
        return null;
    }

    /// <summary>The port to connect to: that of <c>port_metadata</c> once it is set, else the policy's, which is 0 where it states none.</summary>
    /// <param name="metadata">The stream's metadata.</param>
    /// <param name="port">The port.</param>
    /// <returns>Why there is none, or null.</returns>
    public TransportFailure? ResolvePort(MetadataStore metadata, out int port)
    {
        port = _policy.Port;
        if (_portMetadata is not { } name || metadata.Outgoing(name) is not { Length: > 0 } text)
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= ushort.MaxValue
            ? null
            : Bad("port_metadata", $"takes its port from metadata '{name}', and '{OperatorText.Clean(text)}' is no port; set it to a number from 1 to 65535", permanent: false);
    }

    /// <summary>Whether the port is that of <c>port_metadata</c>, before which that of a URL gives way too.</summary>
    public bool SetsPort(MetadataStore metadata) => _portMetadata is { } name && metadata.Outgoing(name) is { Length: > 0 };

    private bool Flag(string attribute) => _policy.Find(attribute)?.Value.Flag ?? false;

    private string? BindProblem(string text, out IPEndPoint? local)
    {
        local = null;
        if (text.Length == 0)
            return "has an empty local_bind after expansion; give its metadata a value, or remove local_bind";

        // "::1" is an address, not the port 1 of ":"; a port behind an IPv6 address needs brackets.
        var host = text;
        var port = 0;
        var colon = text.LastIndexOf(':');
        if (colon >= 0 && (text.IndexOf(':', StringComparison.Ordinal) == colon || text[colon - 1] == ']'))
        {
            host = text[..colon];
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 0 or > ushort.MaxValue)
                return $"has a local_bind '{OperatorText.Clean(text)}' whose port is none; write a number from 0 (any) to 65535";
        }

        if (HostNames.Literal(host) is not { } address)
            return $"has a local_bind '{OperatorText.Clean(text)}' that is no address of this machine; write address or address:port, an IPv6 address with a port in brackets";
        if (_stated.Family is AddressChoice.IPv4 or AddressChoice.IPv6 && (_stated.Family == AddressChoice.IPv6) != (address.AddressFamily == AddressFamily.InterNetworkV6))
            return $"has a local_bind '{OperatorText.Clean(text)}' that is of another family than its address_family; correct one of them";
        local = new IPEndPoint(address, port);
        return null;
    }

    private TransportFailure Bad(string attribute, string problem, bool permanent) =>
        new(SsPhase.Policy, SsCauseCode.EndpointInvalid, $"Streamtype '{_policy.Name}' {problem}.") { Attribute = attribute, Permanent = permanent };

    private sealed record LastBind(string Text, DialOptions Options);
}
