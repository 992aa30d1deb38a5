using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Transports.Connections;

namespace SecureStreams.Server.Listening;

/// <summary>Where a policy says to listen.</summary>
/// <param name="Addresses">The addresses; empty for a Unix socket.</param>
/// <param name="Port">The port; 0 for any that is free.</param>
/// <param name="UnixPath">The path of a Unix socket, an abstract name with its <c>@</c>; null for TCP.</param>
/// <param name="IsEverywhere">Whether every address of the machine was meant, so that a family that it has not is no failure.</param>
internal sealed record ListenTarget(IReadOnlyList<IPAddress> Addresses, int Port, string? UnixPath, bool IsEverywhere)
{
    private const string Wanted = "an address or interface of this machine, \"\" for every address, or +path of a Unix socket";

    /// <summary>Reads <c>endpoint</c>, <c>port</c> and <c>address_family</c>.</summary>
    /// <exception cref="SsPolicyException">It cannot be listened there, whatever runs on this machine.</exception>
    public static ListenTarget Of(StreamTypePolicy policy, SsNameResolver names, TimeProvider time)
    {
        var endpoint = "";
        if (policy.Endpoint is { } template)
        {
            if (!template.IsLiteral)
                throw Bad(policy, "endpoint", $"'{OperatorText.Clean(template.Text)}' has a ${{}} symbol, and a listener has no metadata to put there; write {Wanted}");
            endpoint = template.Text;
        }

        if (endpoint.StartsWith('+'))
        {
            return EndpointText.Parse(policy, endpoint, out _, out var path) is { } problem
                ? throw new SsPolicyException(problem.Message + PlaceOf(policy, "endpoint"))
                : new ListenTarget([], 0, path, IsEverywhere: false);
        }

        var family = policy.Find("address_family")?.Value.Text;
        var everywhere = endpoint.Length == 0;
        var addresses = (everywhere ? [IPAddress.Any, IPAddress.IPv6Any] : Find(policy, endpoint, names, time))
            .Where(one => family switch { "ipv4" => one.AddressFamily == AddressFamily.InterNetwork, "ipv6" => one.AddressFamily == AddressFamily.InterNetworkV6, _ => true })
            .Distinct().ToList();
        if (addresses.Count == 0)
            throw Bad(policy, "address_family", $"is {family}, and '{OperatorText.Clean(endpoint)}' has no such address");
        return new ListenTarget(addresses, policy.Port, null, everywhere);
    }

    private static SsPolicyException Bad(StreamTypePolicy policy, string attribute, string problem) =>
        new($"Streamtype '{policy.Name}': {attribute} {problem}.{PlaceOf(policy, attribute)}");

    private static string PlaceOf(StreamTypePolicy policy, string attribute) => policy.Locate(attribute) is { } at ? $" ({at})" : "";

    private static IReadOnlyList<IPAddress> Find(StreamTypePolicy policy, string endpoint, SsNameResolver names, TimeProvider time)
    {
        if (HostNames.Literal(endpoint) is { } literal)
            return [literal];
        foreach (var one in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (!string.Equals(one.Name, endpoint, StringComparison.Ordinal))
                continue;
            List<IPAddress> own = [.. one.GetIPProperties().UnicastAddresses.Select(static unicast => unicast.Address)];
            return own.Count > 0 ? own : throw Bad(policy, "endpoint", $"'{endpoint}' is an interface of this machine that has no address now");
        }

        if (EndpointText.Parse(policy, endpoint, out var host, out _) is { } problem)
            throw new SsPolicyException(problem.Message + PlaceOf(policy, "endpoint"));
        try
        {
            // Listening is asked for and had in one call, and names of this machine are in its hosts file: the one place where a thread waits for a name. Not on the caller's
            // context, which it may be blocking.
            using var bound = new CancellationTokenSource(ListenDefaults.NameTimeout, time);
            return Task.Run(() => names.ResolveAsync(HostNames.WithoutBrackets(host), bound.Token).AsTask(), bound.Token).WaitAsync(bound.Token).GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            throw Bad(policy, "endpoint", $"'{OperatorText.Clean(endpoint)}' is no interface of this machine, no address, and no name that can be looked up ({OperatorText.Clean(error.Message)}); write {Wanted}");
        }
    }
}
