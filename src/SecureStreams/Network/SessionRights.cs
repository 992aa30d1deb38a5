using System.Collections.Concurrent;

namespace SecureStreams.Network;

/// <summary>
/// Who may resume TLS sessions with a host. The platform keeps sessions for the whole process, by the host's name and little else, so that a ticket got under one trust store
/// or set of pins would be shown under another. Here the first to come to a host has its sessions to itself; everybody else makes whole handshakes with it.
/// </summary>
/// <remarks>
/// First come stays first, until the process ends: sessions of the one before cannot be taken out of the platform's cache. One with an identity never resumes
/// (<see cref="TlsHandshake"/>): what is kept for resuming would keep its key too, after the blob has changed. Other users of TLS in the process are kept apart by
/// the versions of TLS that are asked for, which the platform does look at.
/// </remarks>
internal static class SessionRights
{
    private static readonly ConcurrentDictionary<string, TlsOptions> Owners = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a handshake with <paramref name="host"/> under <paramref name="options"/> may resume, and leave a session to be resumed.</summary>
    public static bool Take(string host, TlsOptions options)
    {
        if (options.Identity is not null)
            return false;
        if (Owners.TryGetValue(host, out var owner))
            return owner.Equals(options);
        return Owners.Count < NetworkDefaults.MaxResumableHosts && Owners.GetOrAdd(host, options).Equals(options);
    }
}
