using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary>What <c>sstreams run</c> shows of a large transfer to a person at a terminal, and that it is nowhere else.</summary>
public sealed partial class RunProgressTests : IAsyncLifetime
{
    private const int MiB = 1024 * 1024;
    private const int Length = 24 * MiB;
    private const int Columns = 100;
    private const string Rate = @"\d+(?:\.\d)? (?:bytes|KiB|MiB)/s";
    private const string Told = "sstreams: QosAckRemote: status 200\n";

    private static readonly string Answer = $"{DeterministicBytes.Sha256(Length)} {Length} content-length";

    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "script(1) of other systems takes other arguments.");
        _host = await KestrelTestHost.StartAsync();
    }

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Theory]
    [InlineData("h1", @"^sent 24\.0 MiB; received 12\.0 MiB, RATE$")]
    [InlineData("raw", @"^sent \d+\.\d MiB(?: of 24\.0 MiB, RATE)?; received 12\.0 MiB, RATE$")]
    [InlineData("ws", @"^sent \d+\.\d MiB(?:, RATE)?; received 12\.0 MiB, RATE$")]
    public async Task A_large_transfer_shows_how_far_it_is_both_ways_in_one_line(string protocol, params string[] shown)
    {
        // The network stops in the middle of what comes back, so that there is all the time to look.
        await using var network = new StoppingNetwork(protocol == "raw" ? _host.RawPort : _host.HttpPort, RelayDirection.ToClient);
        using var policy = new TestPolicy(protocol switch
        {
            "h1" => TestPolicy.Http("it", network.Port, "POST", "/mirror"),
            "raw" => RunRawTests.Raw("it", network.Port),
            _ => WebSocketTests.WebSocket("it", network.Port, "/ws/echo"),
        });
        var body = Lines();
        policy.Add("body.txt", body);
        await using var run = Start(policy, ">out.bin", Columns, ["@body.txt", .. protocol == "ws" ? ["--lines", "--receive", "24"] : Array.Empty<string>()]);
        await run.WaitForShownAsync(text => Matches(text, shown[^1], "0 bytes/s"));
        Assert.DoesNotContain('\n', run.Shown);

        await network.GoOnAsync();
        Assert.Equal(0, await run.WaitAsync());

        // Each took the place of the one before, and nothing is left but what was to be told.
        Assert.Equal(protocol == "h1" ? "sstreams: QosAckRemote: status 200" : "", run.Shown);
        Assert.Equal(protocol == "h1" ? 1 : 0, run.Written.Count(static one => one == '\n'));
        var told = Progress().Matches(run.Written).Select(static one => one.Groups["text"].Value).ToList();
        Assert.All(shown, pattern => Assert.Contains(told, one => Matches(one, pattern, Rate)));
        Assert.Contains(told, static one => one.EndsWith("MiB/s", StringComparison.Ordinal));

        var output = await File.ReadAllBytesAsync(Path.Combine(policy.Directory, "out.bin"), TestContext.Current.CancellationToken);
        Assert.Equal((Length, Convert.ToHexStringLower(SHA256.HashData(body))), (output.Length, Convert.ToHexStringLower(SHA256.HashData(output))));
    }

    [Theory]
    [InlineData("2>errors", false)]
    [InlineData(">out", true)]
    [InlineData(">out 2>errors", false)]
    public async Task It_is_shown_where_somebody_looks_on_and_nowhere_else(string redirections, bool isShown)
    {
        // So slow a network that progress is shown more than once.
        await using var relay = TcpRelay.Start(_host.HttpPort, static (_, connection) => connection.Delay(RelayDirection.ToServer, TimeSpan.FromMilliseconds(3)));
        using var policy = new TestPolicy(TestPolicy.Http("it", relay.Port, "POST", "/hash"));
        policy.Add("body.bin", DeterministicBytes.Make(Length));
        await using var run = Start(policy, redirections, Columns, "@body.bin");
        Assert.Equal(0, await run.WaitAsync());
        Assert.Equal(isShown, run.Written.Contains("sent ", StringComparison.Ordinal));
        Assert.Equal((Answer, Told), (await ReadAsync(">out", "out"), await ReadAsync("2>errors", "errors")));

        async Task<string> ReadAsync(string redirection, string file) => redirections.Contains(redirection, StringComparison.Ordinal)
            ? await File.ReadAllTextAsync(Path.Combine(policy.Directory, file), TestContext.Current.CancellationToken)
            : run.Shown + (file == "errors" ? "\n" : "");
    }

    [Theory]
    [InlineData(Columns)]
    [InlineData(20)]
    public async Task Payload_on_the_same_terminal_takes_the_place_of_it(int columns)
    {
        await using var network = new StoppingNetwork(_host.HttpPort, RelayDirection.ToServer);
        using var policy = new TestPolicy(TestPolicy.Http("it", network.Port, "POST", "/hash"));
        policy.Add("body.bin", DeterministicBytes.Make(Length));
        await using var run = Start(policy, "", columns, "@body.bin");
        await run.WaitForShownAsync(static text => text.StartsWith("sent ", StringComparison.Ordinal));
        await network.GoOnAsync();
        Assert.Equal(0, await run.WaitAsync());

        // Payload is written when the terminal takes it, so either may be first.
        Assert.Contains(run.Shown, new[] { Answer + Told, Told + Answer }.Select(Show));

        string Show(string text)
        {
            var screen = new TerminalScreen(columns);
            screen.Write(Encoding.ASCII.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal)));
            return screen.Text;
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(">out")]
    public async Task Interrupted_it_leaves_nothing_behind(string redirections)
    {
        await using var network = new StoppingNetwork(_host.HttpPort, RelayDirection.ToServer);
        using var policy = new TestPolicy(TestPolicy.Http("it", network.Port, "POST", "/hash"));
        policy.Add("body.bin", DeterministicBytes.Make(Length));
        await using var run = Start(policy, redirections, Columns, "@body.bin");
        await run.WaitForShownAsync(static text => text.EndsWith(" MiB, 0 bytes/s", StringComparison.Ordinal));
        await run.InterruptAsync();
        Assert.Equal(130, await run.WaitAsync());
        Assert.Equal("", run.Shown);
    }

    private static TerminalRun Start(TestPolicy policy, string redirections, int columns, params string[] data) =>
        TerminalRun.Start(policy.Directory, redirections, columns, ["run", "it", "--policy", "policy.json", "--data", .. data]);

    private static bool Matches(string text, string pattern, string rate) => Regex.IsMatch(text, pattern.Replace("RATE", rate, StringComparison.Ordinal), RegexOptions.CultureInvariant);

    /// <summary>What was shown as progress, of all that was written.</summary>
    [GeneratedRegex(@"\r\e\[K(?:\e\[\?7l)?(?<text>[a-z][^\e\r\n]*)")]
    private static partial Regex Progress();

    /// <summary>Lines of 1 MiB, none like another.</summary>
    private static byte[] Lines()
    {
        var body = DeterministicBytes.Make(Length);
        for (var i = 0; i < Length; i++)
            body[i] = (i + 1) % MiB == 0 ? (byte)'\n' : (byte)('a' + (body[i] % 26));
        return body;
    }

    /// <summary>A network that stops in the middle of a transfer, until it is told to go on.</summary>
    private sealed class StoppingNetwork : IAsyncDisposable
    {
        private readonly TaskCompletionSource<RelayedConnection> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TcpRelay _relay;

        public StoppingNetwork(int target, RelayDirection direction) => _relay = TcpRelay.Start(target, (_, connection) => connection.After(direction, Length / 2, one =>
        {
            one.Stop(RelayDirection.Both);
            _stopped.TrySetResult(one);
        }));

        public int Port => _relay.Port;

        public async Task GoOnAsync() => (await _stopped.Task).Resume(RelayDirection.Both);

        public ValueTask DisposeAsync() => _relay.DisposeAsync();
    }
}
