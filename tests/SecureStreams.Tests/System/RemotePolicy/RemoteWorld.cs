using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tests.Remote;

/// <summary>A server of policies, contexts that take theirs from it, and a folder that outlasts them.</summary>
internal sealed class RemoteWorld : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ss-remote-");
    private LocalContext? _context;

    private RemoteWorld(PolicyServer server) => Server = server;

    public PolicyServer Server { get; }

    public SigningKeys Keys { get; } = new();

    public TestLog Log { get; private set; } = new();

    public string State => Path.Combine(_folder.FullName, "state");

    public LocalContext Context => _context!;

    public SsRemotePolicy Remote => Context.RemotePolicy!;

    public static async Task<RemoteWorld> StartAsync() => new(await PolicyServer.StartAsync());

    /// <summary>Starts a context, after the end of the one before.</summary>
    public async Task<LocalContext> BeginAsync(string policy, SsRemotePolicyOptions? remote = null, Func<SsContextOptions, SsContextOptions>? more = null)
    {
        if (_context is not null)
            await _context.DisposeAsync();
        Log.Dispose();
        Log = new TestLog();
        var options = new SsContextOptions { StateFolder = State, LoggerFactory = Log, RemotePolicy = remote ?? new SsRemotePolicyOptions() };
        return _context = SsContext.FromJson(policy, more is null ? options : more(options));
    }

    /// <summary>The result of the fetch at the start, or of another one when that is over.</summary>
    public Task<SsRemotePolicyResult> FetchAsync() => Remote.RefreshAsync().OrFail(() => $"The fetch does not end: {string.Join('\n', Log.Entries)}");

    public bool Logged(string name) => Log.Entries.Any(entry => entry.Id.Name == name);

    public async ValueTask DisposeAsync()
    {
        if (_context is not null)
            await _context.DisposeAsync();
        await Server.DisposeAsync();
        Keys.Dispose();
        Log.Dispose();
        _folder.Delete(recursive: true);
    }
}
