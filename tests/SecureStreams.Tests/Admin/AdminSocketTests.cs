using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using Xunit;

namespace SecureStreams.Tests.Admin;

/// <summary>A context that is asked over its admin socket.</summary>
public sealed class AdminSocketTests : IAsyncDisposable
{
    private const string Policy = """
        { "s": [{
          "one": { "endpoint": "peer.test", "port": 80, "protocol": "raw" },
          "two": { "endpoint": "peer.test", "port": 80, "protocol": "raw" }
        }] }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("admin-").FullName;
    private readonly TestLog _log = new();
    private LocalContext? _context;

    private string Socket => Path.Combine(_folder, "admin.sock");

    private LocalContext Context => _context ??= SsContext.FromJson(Policy, new SsContextOptions { AdminSocket = Socket, LoggerFactory = _log });

    public async ValueTask DisposeAsync()
    {
        if (_context is not null)
            await _context.DisposeAsync();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_context_that_cannot_be_made_leaves_no_socket_behind()
    {
        var options = new SsContextOptions { AdminSocket = Socket, LoggerFactory = _log, FollowNetworkChanges = true, Platform = new SsPlatform { NetworkWatch = new BrokenWatch() } };
        Assert.Throws<NotSupportedException>(() => SsContext.FromJson(Policy, options));
        Assert.False(File.Exists(Socket));
    }

    [Fact]
    public async Task It_tells_what_is_planned_for_each_stream_and_does_it()
    {
        await using var one = Context.Create("one", new RecordingHandler());
        await using var two = Context.Create("two", new RecordingHandler());
        var next = Policy.Replace("\"port\": 80, \"protocol\": \"raw\" },", "\"port\": 81, \"protocol\": \"raw\" },", StringComparison.Ordinal);
        var request = JsonSerializer.Serialize(new { @do = "plan", documents = new[] { new { name = "next.json", text = next } } });
        var plan = await AskAsync(request);
        Assert.False(plan.GetProperty("applied").GetBoolean());
        Assert.Equal(0, Context.PolicyRevision);
        AssertEffect(plan, one.Id);

        var update = await AskAsync(request.Replace("\"plan\"", "\"update\"", StringComparison.Ordinal));
        Assert.True(update.GetProperty("applied").GetBoolean());
        AssertEffect(update, one.Id);
        Assert.Equal((81, 1L), (Context.Policy.StreamTypes["one"].Port, Context.PolicyRevision));

        var refused = await AskAsync("""{"do":"update","documents":[{"name":"bad.json","text":"{ \"s\": [{ \"one\": { \"port\": 70000 } }] }"}]}""");
        Assert.True(refused.GetProperty("ok").GetBoolean());
        Assert.Contains("bad.json(1,", refused.GetProperty("refusal").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, refused.GetProperty("revision").GetInt64());

        var overlaid = await AskAsync("""{"do":"update","overlay":{"name":"site","text":"{ \"s\": [{ \"two\": { \"port\": 99 } }] }"}}""");
        Assert.Equal("two", Assert.Single(overlaid.GetProperty("changed").EnumerateArray()).GetString());
        var status = await AskAsync("""{"do":"status"}""");
        Assert.Equal((2L, "site", 2), (status.GetProperty("revision").GetInt64(), Assert.Single(status.GetProperty("overlays").EnumerateArray()).GetString(), status.GetProperty("streams").GetInt32()));
        await AskAsync("""{"do":"update","remove":"site"}""");
        Assert.Equal(80, Context.Policy.StreamTypes["two"].Port);
        Assert.Equal(4, _log.Entries.Count(static one => one.Id.Name == "AdminAsked"));

        var streams = await AskAsync("""{"do":"streams","streamtype":"two","explain":true}""");
        var told = Assert.Single(streams.GetProperty("streams").EnumerateArray());
        Assert.Equal((two.Id, "idle until the application acts"), (told.GetProperty("stream").GetInt64(), told.GetProperty("now").GetString()));
        Assert.StartsWith($"two#{two.Id} is", told.GetProperty("explanation").GetString(), StringComparison.Ordinal);
        _log.AssertClean();
    }

    [Fact]
    public async Task A_policy_on_trial_is_taken_back_or_confirmed()
    {
        _ = Context;
        Assert.Equal("no policy is on trial", await FailAsync("""{"do":"confirm"}"""));
        Assert.Equal("no policy is on trial", await FailAsync("""{"do":"revert"}"""));
        var tried = await AskAsync("""{"do":"update","overlay":{"name":"try","text":"{ \"trial_seconds\": 3600, \"s\": [{ \"one\": { \"port\": 99 } }] }"}}""");
        Assert.Equal("try", tried.GetProperty("trial").GetProperty("name").GetString());
        Assert.Equal("try", (await AskAsync("""{"do":"status"}""")).GetProperty("trial").GetProperty("name").GetString());
        var reverted = await AskAsync("""{"do":"revert"}""");
        Assert.True(reverted.GetProperty("applied").GetBoolean());
        Assert.Equal(80, Context.Policy.StreamTypes["one"].Port);

        await AskAsync("""{"do":"update","overlay":{"name":"try","text":"{ \"trial_seconds\": 3600, \"s\": [{ \"one\": { \"port\": 99 } }] }"}}""");
        await AskAsync("""{"do":"confirm"}""");
        Assert.Equal(99, Context.Policy.StreamTypes["one"].Port);
        Assert.Equal("no policy is on trial", await FailAsync("""{"do":"confirm"}"""));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "an object")]
    [InlineData("{}", "lacks \"do\"")]
    [InlineData("""{"do":"dance"}""", "'dance'; there are status, ")]
    [InlineData("""{"do":7}""", "'do' is a text")]
    [InlineData("""{"do":"status","loud":true}""", "'loud' is not known")]
    [InlineData("""{"do":"streams","explain":1}""", "'explain' is true or false")]
    [InlineData("""{"do":"plan"}""", "give one of")]
    [InlineData("""{"do":"plan","documents":[]}""", "a list of one document at least")]
    [InlineData("""{"do":"plan","documents":[{"name":"x"}]}""", "a document is")]
    [InlineData("""{"do":"plan","overlay":{"name":"","text":"{}"}}""", "a document is")]
    [InlineData("""{"do":"update","remove":"x","overlay":{"name":"x","text":"{}"}}""", "give one of")]
    [InlineData("""{"do":"update","remove":"x"}""", "no overlay 'x' is applied; there are none")]
    [InlineData("{\"do\":\"\\ud800\"}", "no Unicode")]
    [InlineData("[[[[[[[[[[1]]]]]]]]]]", "not JSON")]
    public async Task What_is_no_request_is_answered_with_the_reason(string request, string reason)
    {
        _ = Context;
        Assert.Contains(reason, await FailAsync(request), StringComparison.Ordinal);
        Assert.Equal(0, Context.PolicyRevision);
        await AskAsync("""{"do":"status"}""");
        _log.AssertClean();
    }

    [Fact]
    public async Task Clients_that_go_or_say_too_much_keep_nobody_out()
    {
        _ = Context;
        for (var i = 0; i < 20; i++)
        {
            using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await silent.ConnectAsync(new UnixDomainSocketEndPoint(Socket), TestContext.Current.CancellationToken);
            if (i % 2 == 0)
                await silent.SendAsync("{\"do\":"u8.ToArray(), TestContext.Current.CancellationToken);
        }

        Assert.Contains("at most", await FailAsync(new string(' ', (32 * 1024 * 1024) + 1)), StringComparison.Ordinal);
        await AskAsync("""{"do":"status"}""");
        _log.AssertClean();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task The_path_is_for_its_owner_and_goes_with_the_context()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no modes.");
        _ = Context;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Socket));
        var taken = Assert.Throws<IOException>(() => SsContext.FromJson(Policy, new SsContextOptions { AdminSocket = Socket }));
        Assert.Contains("another program listens there", taken.Message, StringComparison.Ordinal);
        await AskAsync("""{"do":"status"}""");
        await Context.DisposeAsync();
        Assert.False(File.Exists(Socket));

        // One that a dead process left behind is no obstacle, a file is.
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(Socket));
            File.Move(Socket, Socket + "~"); // Out of the way of the platform, which removes the path of a socket that it closes.
        }

        File.Move(Socket + "~", Socket);
        _context = null;
        await AskAsync("""{"do":"status"}""", () => _ = Context);
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "precious", TestContext.Current.CancellationToken);
        Assert.Throws<IOException>(() => SsContext.FromJson(Policy, new SsContextOptions { AdminSocket = file }));
        Assert.Equal("precious", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Contains("make the folder", Assert.Throws<IOException>(() => SsContext.FromJson(Policy, new SsContextOptions { AdminSocket = Path.Combine(_folder, "none", "x") })).Message, StringComparison.Ordinal);
        Assert.Contains("too long", Assert.Throws<IOException>(() => SsContext.FromJson(Policy, new SsContextOptions { AdminSocket = Path.Combine(_folder, new string('x', 200)) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Another_user_is_not_let_in_whatever_the_mode_of_the_path()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/bin/setpriv") && File.Exists("/usr/bin/python3"), "Needs root, setpriv and python3 to be somebody else.");
        _ = Context;
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        File.SetUnixFileMode(Socket, (UnixFileMode)Convert.ToInt32("666", 8));
        using var stranger = Process.Start(new ProcessStartInfo("/usr/bin/setpriv",
        [
            "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c",
            "import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\ntry:\n s.sendall(b'{\"do\":\"status\"}')\n s.shutdown(1)\n print(len(s.recv(100)))\nexcept OSError:\n print(0)\n", Socket,
        ]) { RedirectStandardOutput = true })!;
        Assert.Equal("0", (await stranger.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim());
        await stranger.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains("uid 65534", Assert.Single(_log.Entries, static one => one.Id.Name == "AdminStranger").Message, StringComparison.Ordinal);
    }

    private static void AssertEffect(JsonElement answer, long stream)
    {
        var effect = Assert.Single(answer.GetProperty("effects").EnumerateArray());
        Assert.Equal(("one", stream, "NextAttempt", "reconnect"), (effect.GetProperty("streamtype").GetString(), effect.GetProperty("stream").GetInt64(), effect.GetProperty("action").GetString(), effect.GetProperty("impact").GetString()));
    }

    private async Task<string> FailAsync(string request)
    {
        var answer = await ConverseAsync(request);
        Assert.False(answer.GetProperty("ok").GetBoolean());
        return answer.GetProperty("error").GetString()!;
    }

    private async Task<JsonElement> AskAsync(string request, Action? first = null)
    {
        first?.Invoke();
        var answer = await ConverseAsync(request);
        Assert.True(answer.GetProperty("ok").GetBoolean(), answer.ToString());
        return answer;
    }

    private async Task<JsonElement> ConverseAsync(string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), TestContext.Current.CancellationToken);
        using var stream = new NetworkStream(socket, ownsSocket: false);
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request), TestContext.Current.CancellationToken);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // Refused before all of it was read; the answer is there none the less.
        }

        using var reader = new StreamReader(stream, Encoding.UTF8);
        using var json = JsonDocument.Parse(await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        return json.RootElement.Clone();
    }

    private sealed class BrokenWatch : SecureStreams.Network.SsNetworkWatch
    {
        public override long Changes => 0;

        public override IDisposable? Subscribe(Action changed) => throw new NotSupportedException();
    }
}
