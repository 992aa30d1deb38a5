using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using SecureStreams.Interop.Tests.Peers;

namespace SecureStreams.Server.Tests.Listening;

/// <summary>Unix sockets: who may use them, what dead servers leave behind, and what their peers are known by.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class UnixListenTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ss-unix-").FullName;

    private string SocketPath => Path.Combine(_folder, "s");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData(", \"unix_mode\": \"0660\"", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite)]
    public async Task It_has_the_mode_of_the_policy_and_is_gone_when_the_listener_is(string more, UnixFileMode mode)
    {
        await using var bench = Bench(more);
        await using (var listener = bench.Listen())
        {
            Assert.Equal(mode, File.GetUnixFileMode(SocketPath));
            using var socket = await ServerBench.ConnectAsync(listener);
            await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.Connected);
        }

        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task What_a_dead_server_left_is_removed_unless_the_policy_says_not_to()
    {
        LeaveStale();
        await using (var bench = Bench(", \"unix_remove_stale\": false"))
            Assert.Contains("unix_remove_stale is false", Assert.Throws<IOException>(() => bench.Listen()).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(SocketPath));
        await using (var bench = Bench())
        {
            await using var listener = bench.Listen();
            using var socket = await ServerBench.ConnectAsync(listener);
        }
    }

    [Fact]
    public async Task A_socket_that_is_served_and_a_file_that_is_none_stay()
    {
        await using (var bench = Bench())
        {
            await using var listener = bench.Listen();
            await using var second = Bench();
            Assert.Contains("it is taken", Assert.Throws<IOException>(() => second.Listen()).Message, StringComparison.Ordinal);
            using var socket = await ServerBench.ConnectAsync(listener);
        }

        await File.WriteAllTextAsync(SocketPath, "precious", TestContext.Current.CancellationToken);
        await using (var bench = Bench())
            Assert.Contains("a file that is no socket stands there", Assert.Throws<IOException>(() => bench.Listen()).Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(SocketPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task It_belongs_to_whom_the_policy_says()
    {
        if (Environment.UserName != "root")
            Assert.Skip("Only root may give files away.");
        var program = Peer.Find("stat") ?? throw Peer.Absent("stat", "coreutils");
        await using var bench = Bench(", \"unix_user\": \"nobody\", \"unix_group\": \"12345\"");
        await using var listener = bench.Listen();
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, ["-c", "%U %g", SocketPath]) { RedirectStandardOutput = true })!;
        Assert.Equal("nobody 12345", (await stat.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        await stat.WaitForExitAsync(TestContext.Current.CancellationToken);

        await using var other = Bench(", \"unix_user\": \"no_such_user\"", "t");
        Assert.Contains("unix_user 'no_such_user' is no user in /etc/passwd", Assert.Throws<IOException>(() => other.Listen()).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder, "t")), "What was bound and not given away is left.");
    }

    [Fact]
    public async Task An_abstract_name_is_served_and_its_peers_say_who_they_are()
    {
        var name = $"ss-test-{Guid.NewGuid():N}";
        await using var bench = new ServerBench($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "+@{{name}}", "metadata": [{ "uid": "" }, { "gid": "" }, { "pid": "" }, { "ip": "" }],
              "metadata_from_connection": [{ "uid": "peer_uid" }, { "gid": "peer_gid" }, { "pid": "peer_pid" }, { "ip": "peer_ip" }] }
            """);
        await using var listener = bench.Listen();
        using var socket = await ServerBench.ConnectAsync(listener);
        await (await bench.AcceptedAsync()).WaitForStateAsync(SsState.Connected);
        var stream = bench.Streams.Single();
        Assert.Equal(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), stream.GetMetadata("pid"));
        if (Environment.UserName == "root")
            Assert.Equal(("0", "0"), (stream.GetMetadata("uid"), stream.GetMetadata("gid")));
        Assert.Null(stream.GetMetadata("ip"));
        Assert.Throws<SsMetadataException>(() => stream.SetMetadata("uid", "1"));
        Assert.Contains($"unix:@{name}", stream.Explain().ToString(), StringComparison.Ordinal);
    }

    private ServerBench Bench(string more = "", string name = "s") =>
        new($$"""
            "srv": { "server": true, "protocol": "raw", "endpoint": "+{{Path.Combine(_folder, name)}}"{{more}} }
            """);

    /// <summary>A socket whose server has died without removing it.</summary>
    private void LeaveStale()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var elsewhere = Path.Combine(_folder, "moved");
        socket.Bind(new UnixDomainSocketEndPoint(elsewhere));
        File.Move(elsewhere, SocketPath);
    }
}
