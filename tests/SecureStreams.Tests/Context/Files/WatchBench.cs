using System.Threading.Channels;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tests.Context.Files;

/// <summary>A folder with policy files, a context that was made of them, and what its watch tells.</summary>
internal sealed class WatchBench : IAsyncDisposable
{
    private readonly Channel<SsPolicyUpdate> _updates = Channel.CreateUnbounded<SsPolicyUpdate>();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public WatchBench()
    {
        Folder = Directory.CreateTempSubdirectory("watch-").FullName;
        Log = new TestLog(line => _lines.Writer.TryWrite(line));
    }

    public string Folder { get; }

    public TestLog Log { get; }

    public LocalContext Context { get; private set; } = null!;

    public SsPolicyWatch Watch => Context.PolicyWatch!;

    public Action<SsPolicyUpdate>? OnUpdate { get; set; }

    public int Port => Context.Policy.StreamTypes["one"].Port;

    public static string Policy(int port, string more = "") =>
        $$"""{ "s": [{ "one": { "endpoint": "peer.test", "port": {{port}}, "protocol": "raw"{{more}} } }] }""";

    public string PathOf(string name) => Path.Combine(Folder, name);

    public void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    public void Write(int port) => Write("policy.json", Policy(port));

    /// <summary>Makes the context, watched.</summary>
    public void Open(SsPolicyWatchOptions options, TimeProvider? time = null, params string[] names)
    {
        var paths = (names.Length == 0 ? ["policy.json"] : names).Select(PathOf).ToList();
        Context = SsContext.FromFiles(paths, new SsContextOptions
        {
            LoggerFactory = Log,
            Platform = new SsPlatform { Time = time ?? TimeProvider.System },
            WatchPolicyFiles = options with
            {
                Updated = update =>
                {
                    OnUpdate?.Invoke(update);
                    _updates.Writer.TryWrite(update);
                },
            },
        });
    }

    /// <summary>The next outcome.</summary>
    public async Task<SsPolicyUpdate> NextAsync() =>
        await _updates.Reader.ReadAsync().AsTask().OrFail(() => $"No update. {Context.PolicyWatch?.Problem}\n{string.Join('\n', Log.Entries)}");

    /// <summary>The outcomes until one has put <paramref name="port"/> in force.</summary>
    public async Task<List<SsPolicyUpdate>> UntilAsync(int port)
    {
        var seen = new List<SsPolicyUpdate>();
        do
            seen.Add(await NextAsync());
        while (!seen[^1].Applied || Port != port);
        return seen;
    }

    /// <summary>The next line of the log of that name.</summary>
    public async Task<string> LineAsync(string eventName)
    {
        while (true)
        {
            var line = await _lines.Reader.ReadAsync().AsTask().OrFail(() => $"Nothing logged as {eventName}.\n{string.Join('\n', Log.Entries)}");
            if (line.Contains($" {eventName}]", StringComparison.Ordinal))
                return line;
        }
    }

    /// <summary>Fails when an update is there that nobody took.</summary>
    public void AssertNoMore() => Xunit.Assert.False(_updates.Reader.TryRead(out var more), $"one more: {more}");

    public async ValueTask DisposeAsync()
    {
        if (Context is not null)
            await Context.DisposeAsync();
        Log.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
