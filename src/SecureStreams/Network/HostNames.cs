using System.Net;
using System.Net.Sockets;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>From the policy's host to the addresses to try.</summary>
internal static class HostNames
{
    /// <summary>The inside of <c>[...]</c>, or the text itself.</summary>
    public static string WithoutBrackets(string host) => host is ['[', .., ']'] ? host[1..^1] : host;

    /// <summary>The name as certificates and SNI have it: without brackets and without the dot that ends a fully qualified name (RFC 6066 section 3).</summary>
    public static string ForTls(string host) => WithoutBrackets(host) is [.. var name, '.'] ? name : WithoutBrackets(host);

    /// <summary>The address that <paramref name="host"/> writes out, or null when it is a name.</summary>
    public static IPAddress? Literal(string host)
    {
        host = WithoutBrackets(host);
        if (!IPAddress.TryParse(host, out var address))
            return null;

        // The parser also takes the historic short forms ("127.1", "010.0.0.1", "2130706433"). Only the plain one is unmistakable; the others are left to the resolver.
        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == host ? address : null;
    }

    /// <summary>Addresses of <paramref name="host"/>, in the order in which to try them.</summary>
    /// <exception cref="TransportException">It has none, or the resolver failed.</exception>
    /// <exception cref="OperationCanceledException">The token fired; a resolver that does not heed it is left behind.</exception>
    public static async ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, SsNameResolver names, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<IPAddress>>? lookup = null;
        IReadOnlyList<IPAddress> addresses;
        try
        {
            lookup = names.ResolveAsync(host, cancellationToken).AsTask();

            // The operating system's lookup cannot be interrupted once it runs.
            addresses = await lookup.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            _ = lookup?.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception error)
        {
            throw new TransportException(Failure(OperatorText.Clean(host), error));
        }

        var usable = Interleave(addresses);
        return usable.Count > 0 ? usable : throw new TransportException(new TransportFailure(SsPhase.Names, SsCauseCode.NameNotFound,
            $"the name '{OperatorText.Clean(host)}' has no address; correct the endpoint, or give the name an A or AAAA record") { Attribute = "endpoint" });
    }

    /// <summary>Families in turn, beginning with that of the first address; the order within a family is the resolver's (RFC 8305 section 4).</summary>
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        var usable = addresses.Where(static one => one.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6).Distinct().ToList();
        if (usable.Count < 2)
            return usable;

        var firstFamily = usable[0].AddressFamily;
        var first = new Queue<IPAddress>(usable.Where(one => one.AddressFamily == firstFamily));
        var second = new Queue<IPAddress>(usable.Where(one => one.AddressFamily != firstFamily));
        var ordered = new List<IPAddress>(usable.Count);
        while (first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out var one))
                ordered.Add(one);
            if (second.TryDequeue(out var other))
                ordered.Add(other);
        }

        return ordered;
    }

    private static TransportFailure Failure(string host, Exception error)
    {
        var socket = NetworkErrors.FindSocketError(error);
        if (socket?.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData)
        {
            return new TransportFailure(SsPhase.Names, SsCauseCode.NameNotFound,
                $"the name '{host}' does not exist or has no address; correct the endpoint, or the DNS or hosts file of this machine") { Error = error, Attribute = "endpoint" };
        }

        if (error is ArgumentException)
        {
            return new TransportFailure(SsPhase.Policy, SsCauseCode.EndpointInvalid, $"'{host}' cannot be a host name; correct the endpoint")
            {
                Error = error,
                Attribute = "endpoint",
                Permanent = true,
            };
        }

        var why = socket is null ? NetworkErrors.Innermost(error) : $"{OperatorText.Clean(socket.Message)} ({socket.SocketErrorCode})";
        return new TransportFailure(SsPhase.Names, SsCauseCode.NameResolutionFailed,
            $"the name '{host}' could not be looked up: {why}; check that this machine reaches its DNS server") { Error = error, Attribute = "endpoint" };
    }
}
