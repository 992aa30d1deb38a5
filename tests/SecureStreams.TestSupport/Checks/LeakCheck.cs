using System.Globalization;

namespace SecureStreams.TestSupport.Checks;

/// <summary>
/// Finds sockets of this process that a test left open. Remembers those open when it was made; asserts later that no others are.
/// </summary>
/// <remarks>
/// Other tests of the same process open sockets too: give the ports of the test's own servers, or run the test in a collection that is not parallel.
/// Linux only, since it reads what the kernel says under /proc; elsewhere <see cref="IsSupported"/> is false and every check passes.
/// </remarks>
public sealed class LeakCheck
{
    private static readonly string[] States =
        ["", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV"];

    // 40 ms x 250 = 10 s: the bound on how long a close that is under way may take, not an expectation.
    private const int DefaultPolls = 250;
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(40);

    private readonly HashSet<long> _before;
    private readonly int _polls;

    /// <summary>Remembers the sockets that are open now.</summary>
    /// <param name="polls">How often to look, 40 ms apart, before a socket counts as left open.</param>
    public LeakCheck(int polls = DefaultPolls)
    {
        _polls = polls;
        _before = [.. OpenSockets().Select(static socket => socket.Inode)];
    }

    /// <summary>Whether this system can be asked.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>The sockets this process has open.</summary>
    public static IReadOnlyList<OpenSocket> OpenSockets()
    {
        if (!IsSupported)
            return [];

        // The descriptors first: a socket opened between the two reads is then at worst of kind "other", never lost.
        var mine = new HashSet<long>();
        foreach (var descriptor in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (ReadLink(descriptor) is { } target && target.StartsWith("socket:[", StringComparison.Ordinal))
                mine.Add(long.Parse(target.AsSpan(8, target.Length - 9), CultureInfo.InvariantCulture));
        }

        var found = new List<OpenSocket>();
        foreach (var kind in (ReadOnlySpan<string>)["tcp", "tcp6"])
            found.AddRange(ReadTable(kind).Where(socket => mine.Remove(socket.Inode)));
        found.AddRange(mine.Select(static inode => new OpenSocket(inode, "other", "", 0, 0)));
        return found;
    }

    /// <summary>Sockets open now that were not when this was made.</summary>
    public IReadOnlyList<OpenSocket> NewSockets() => [.. OpenSockets().Where(socket => !_before.Contains(socket.Inode))];

    /// <summary>Fails unless all sockets opened since have been closed, waiting for closes under way.</summary>
    public Task AssertNoNewSocketsAsync() => AssertNoneAsync(static _ => true);

    /// <summary>As <see cref="AssertNoNewSocketsAsync()"/>, for connections from or to some ports, and listeners on them.</summary>
    public Task AssertNoNewSocketsAsync(params int[] ports) =>
        AssertNoneAsync(socket => ports.Contains(socket.LocalPort) || ports.Contains(socket.RemotePort));

    private static string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (IOException)
        {
            return null; // Closed since it was listed.
        }
    }

    private static IEnumerable<OpenSocket> ReadTable(string kind)
    {
        foreach (var line in File.ReadLines($"/proc/self/net/{kind}").Skip(1))
        {
            // "sl local remote state tx:rx timer retransmit uid timeout inode ...", addresses as hex "address:port".
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var state = int.Parse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            yield return new OpenSocket(
                long.Parse(fields[9], CultureInfo.InvariantCulture), kind, state < States.Length ? States[state] : fields[3], Port(fields[1]), Port(fields[2]));
        }

        static int Port(string address) => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private async Task AssertNoneAsync(Func<OpenSocket, bool> isMine)
    {
        // The kernel offers no event for "this descriptor is closed", so this polls; it watches the system itself, so the real clock is right.
        for (var poll = 1; ; poll++)
        {
            var left = NewSockets().Where(isMine).ToList();
            if (left.Count == 0)
                return;
            if (poll >= _polls)
                throw new CheckFailedException($"{left.Count} socket(s) were left open: {string.Join("; ", left)}");
            await Task.Delay(PollEvery, TimeProvider.System);
        }
    }
}
