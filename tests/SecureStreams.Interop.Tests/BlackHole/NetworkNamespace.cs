using System.Globalization;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using SecureStreams.Interop.Probe;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.Interop.Tests.Programs;

namespace SecureStreams.Interop.Tests.BlackHole;

/// <summary>
/// A network of its own (Linux namespace) with a server in it, joined to this one by a pair of virtual devices, where packets can be made to vanish. Nothing of the host's own
/// network or packet filter is touched.
/// </summary>
/// <remarks>
/// Its name carries the id of this process: what a process that is gone has left behind is removed by the next. The addresses are of 198.18.0.0/15, which is set aside for
/// tests of networks (RFC 2544), a block of four for each namespace.
/// </remarks>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private const string Prefix = "ss-test-";

    // As few packets as there are without payload: an IP and a TCP head of 20 bytes each, and at most 40 of options.
    private const string HasPayload = "ip length > 80";

    private static int _made;

    private readonly string _name;
    private readonly string _ip;
    private readonly string _nft;
    private ProbeProgram? _server;
    private string[] _ownAddress = [];

    private NetworkNamespace(string name, string ip, string nft)
    {
        _name = name;
        _ip = ip;
        _nft = nft;
    }

    /// <summary>The server's address.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Another address of the same place, of the other family. The server does not listen there.</summary>
    public string Address6 { get; private set; } = "";

    /// <summary>The program and arguments that start another program in it.</summary>
    public string[] Inside => [_ip, "netns", "exec", _name];

    /// <summary>The server.</summary>
    public ServedHost Host { get; private set; } = new("", new(0, 0, 0, 0, 0, 0, 0, 0));

    /// <summary>Makes one and starts the server; ends the test where that cannot be.</summary>
    public static async Task<NetworkNamespace> CreateAsync()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Network namespaces are a thing of Linux.");
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("Network namespaces are made by root.");
        var ip = Peer.Find("ip") ?? throw Peer.Absent("ip", "iproute2");
        var nft = Peer.Find("nft") ?? throw Peer.Absent("nft", "nftables");
        await RemoveLeftOversAsync(ip);

        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _made)}");
        var (status, output) = await SystemCommand.TryAsync(ip, "netns", "add", name);
        if (status != 0)
            Assert.Skip($"This system makes no network namespaces: {output.Trim()}");
        var made = new NetworkNamespace(name, ip, nft);
        try
        {
            await made.JoinAsync();
            await made.FilterAsync("add table inet hole; add chain inet hole in { type filter hook input priority 0; }; add chain inet hole out { type filter hook output priority 0; }");
            (made._server, made.Host) = await ProbeProgram.ServeAsync(made.Address, made.Inside);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Packets vanish from the moment at which this returns.</summary>
    public Task OpenAsync(Hole hole)
    {
        var (into, outOf) = hole switch
        {
            Hole.Both => ("counter drop", "counter drop"),
            Hole.ToServer => ("counter drop", null),
            Hole.ToClient => (null, "counter drop"),
            _ => ($"{HasPayload} counter drop", (string?)null),
        };
        return FilterAsync(
            string.Join("; ", new[] { into is null ? null : $"add rule inet hole in {into}", outOf is null ? null : $"add rule inet hole out {outOf}" }.OfType<string>()));
    }

    /// <summary>Of the packets of each direction every so many-th vanishes.</summary>
    public Task LoseAsync(int every) => FilterAsync(string.Create(
        CultureInfo.InvariantCulture, $"add rule inet hole in numgen inc mod {every} == 0 counter drop; add rule inet hole out numgen inc mod {every} == 0 counter drop"));

    /// <summary>TCP over IPv6 vanishes; IPv4 is left alone.</summary>
    public Task SwallowIPv6Async() => FilterAsync("add rule inet hole in meta nfproto ipv6 meta l4proto tcp counter drop");

    /// <summary>Packets get through again.</summary>
    public Task CloseAsync() => FilterAsync("flush chain inet hole in; flush chain inet hole out");

    /// <summary>How many packets the holes have swallowed since they were opened.</summary>
    public async Task<long> SwallowedAsync()
    {
        var rules = await SystemCommand.RunAsync(_ip, [.. Inside[1..], _nft, "list", "table", "inet", "hole"]);
        return rules.Split(["counter packets "], StringSplitOptions.None).Skip(1).Sum(static text => long.Parse(text[..text.IndexOf(' ')], CultureInfo.InvariantCulture));
    }

    /// <summary>This side loses its address: what is connected to the server leads nowhere.</summary>
    public Task LeaveAsync() => SystemCommand.RunAsync(_ip, ["addr", "del", .. _ownAddress]);

    /// <summary>This side has its address again.</summary>
    public Task ReturnAsync() => SystemCommand.RunAsync(_ip, ["addr", "add", .. _ownAddress]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        await SystemCommand.RunAsync(_ip, "netns", "del", _name);
    }

    private static async Task RemoveLeftOversAsync(string ip)
    {
        foreach (var line in (await SystemCommand.RunAsync(ip, "netns", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = line.Split(' ')[0];
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && !Directory.Exists($"/proc/{name[Prefix.Length..].Split('-')[0]}"))
                await SystemCommand.TryAsync(ip, "netns", "del", name); // Another process may be at the same; then it is gone as well.
        }
    }


    private async Task JoinAsync()
    {
        // Names of devices have at most 15 characters; other processes may make theirs at the same time, so the kernel decides who has a name and thereby a block of addresses.
        for (var block = Environment.ProcessId * 16 + _made; ; block++)
        {
            block &= 0x7FFF;
            var (here, there) = ($"ss{block}a", $"ss{block}b");
            if (NetworkInterface.GetAllNetworkInterfaces().Any(one => one.Name == here))
                continue;
            var (status, output) = await SystemCommand.TryAsync(_ip, "link", "add", here, "type", "veth", "peer", "name", there, "netns", _name);
            if (status != 0 && output.Contains("File exists", StringComparison.Ordinal))
                continue;
            if (status != 0)
                Assert.Skip($"This system makes no virtual devices: {output.Trim()}");

            var first = (198 << 24) + (18 << 16) + block * 4;
            Address = Text(first + 2);
            _ownAddress = [$"{Text(first + 1)}/30", "dev", here];
            await ReturnAsync();
            await SystemCommand.RunAsync(_ip, "link", "set", here, "up");
            await SystemCommand.RunAsync(_ip, "-n", _name, "addr", "add", $"{Address}/30", "dev", there);
            await SystemCommand.RunAsync(_ip, "-n", _name, "link", "set", there, "up");
            await SystemCommand.RunAsync(_ip, "-n", _name, "link", "set", "lo", "up");

            // Of fd00::/8, which is for private networks (RFC 4193). Used at once, without looking whether somebody else has it: nobody else is there.
            Address6 = $"fd00:198:18:{block:x}::2";
            await SystemCommand.RunAsync(_ip, "-n", _name, "addr", "add", $"{Address6}/64", "dev", there, "nodad");
            await SystemCommand.RunAsync(_ip, "addr", "add", $"fd00:198:18:{block:x}::1/64", "dev", here, "nodad");
            return;
        }

        static string Text(int address) => $"{address >>> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}";
    }

    private Task<string> FilterAsync(string rules) => SystemCommand.RunAsync(_ip, [.. Inside[1..], _nft, rules]);
}
